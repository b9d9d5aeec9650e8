# frozen_string_literal: true

require_relative "helper"
require "logger"

# Every failure has a class, and they are all Libresponses::Error.
class TestErrors < TestCase
  def failing(spec = nil, **params)
    one = client(max_retries: 0)
    options = spec ? { request_options: fault("#{spec}; tag=#{tag}") } : {}
    assert_raises(Libresponses::Error) { one.responses.create(model: MODEL, input: "Hello", **params, **options) }
  end

  def test_one_class_for_a_status
    {
      400 => :BadRequestError, 401 => :AuthenticationError, 403 => :PermissionDeniedError,
      404 => :NotFoundError, 409 => :ConflictError, 422 => :UnprocessableEntityError,
      429 => :RateLimitError, 418 => :APIStatusError, 500 => :InternalServerError, 503 => :InternalServerError
    }.each do |status, name|
      error = failing("status=#{status}")
      assert_instance_of Libresponses.const_get(name), error
      assert_kind_of Libresponses::APIStatusError, error
      assert_equal [status, status, "RESPONSES_E_API"], [error.status, error.http_status, error.status_name]
    end
  end

  def test_details
    error = failing("status=429; retry-after=7; error-code=rate_limit_exceeded; error-type=requests; " \
                    "error-message=slow down")
    assert_equal ["rate_limit_exceeded", "requests", 7.0, 1, true],
                 [error.code, error.type, error.retry_after, error.attempts, error.retryable?]
    assert_includes error.message, "slow down"
    assert_includes error.body, "slow down"
    assert_match(/\Areq_/, error.request_id)
    assert_equal [error.request_id, "7"], error.headers.values_at("x-request-id", "retry-after")
    assert_equal([429], error.history.map { |attempt| attempt[:http_status] })
    error = failing(input: 5)
    assert_equal ["input", false, nil], [error.param, error.retryable?, error.retry_after]
  end

  def test_what_is_no_answer
    assert_instance_of Libresponses::APIConnectionError, failing("no-response=rst")
    assert_instance_of Libresponses::ProtocolError, failing("bad-json")
    nobody = Libresponses::Client.new(base_url: "http://127.0.0.1:1/v1", max_retries: 0)
    error = assert_raises(Libresponses::APIConnectionError) { nobody.responses.create(model: MODEL, input: "x") }
    assert_nil error.http_status
    one = client(timeout: 0.2, max_retries: 0)
    error = assert_raises(Libresponses::APITimeoutError) do
      one.responses.create(model: MODEL, input: "x", request_options: fault("first-byte-delay=20000"))
    end
    assert_kind_of Libresponses::APIConnectionError, error
    error = assert_raises(Libresponses::LimitError) do
      one.responses.create(model: MODEL, input: "#huge=4000", request_options: { max_response_bytes: 1024 })
    end
    assert_kind_of Libresponses::APIError, error
  end

  def test_how_far_it_came
    error = failing("status=429")
    assert_equal [:reading, "HTTP/1.1"], [error.phase, error.http_version]
    error = failing("no-response=rst")
    assert_equal [:waiting, nil], [error.phase, error.http_version]
    nobody = client(base_url: "http://127.0.0.1:1/v1", max_retries: 0)
    error = assert_raises(Libresponses::APIConnectionError) { nobody.responses.create(model: MODEL, input: "x") }
    assert_equal [:connect, nil], [error.phase, error.http_version]
    error = assert_raises(Libresponses::UsageError) { client.responses.retrieve("..") }
    assert_equal [nil, nil], [error.phase, error.http_version]
  end

  def test_a_handshake_that_fails
    # It answers a greeting of TLS with HTTP.
    secure = client(base_url: Sandbox.url.sub("http:", "https:"), max_retries: 0)
    error = assert_raises(Libresponses::APIConnectionError) { secure.responses.create(model: MODEL, input: "x") }
    assert_equal :tls, error.phase
  end

  # The names are the library's, in small letters.
  def test_every_phase_has_a_name
    numbers = Libresponses::Native.constants.grep(/\APHASE_/) - [:PHASE_NONE]
    names = numbers.to_h do |name|
      [Libresponses::Native.const_get(name), name.to_s.delete_prefix("PHASE_").downcase.to_sym]
    end
    assert_equal names, Libresponses::Error.const_get(:PHASES)
  end

  def test_errors_in_a_stream
    one = client(max_retries: 0)
    %w[nested flat].each do |shape|
      options = fault("error-at=6; error-shape=#{shape}; tag=#{tag}")
      error = assert_raises(Libresponses::ResponseFailedError) do
        one.responses.stream(model: MODEL, input: "#long=20", request_options: options).until_done
      end
      refute_empty error.message
      assert_instance_of Libresponses::Response, error.response
    end
  end

  def test_usage
    error = assert_raises(Libresponses::UsageError) { client(nonsense: 1) }
    assert_match(/no option has this name; the options are timeout/, error.message)
    error = assert_raises(Libresponses::UsageError) { client(max_retries: "many") }
    assert_match(/0\.\.100|0 to 100/, error.message)
    assert_raises(Libresponses::UsageError) { client.responses.retrieve("") }
    assert_raises(Libresponses::UsageError) { client(headers: { "A" => "b\nc" }) }
    assert_raises(Libresponses::UsageError) { client(logger: Logger.new(nil), log_level: :loud) }
  end

  def test_nothing_left_of_a_failed_start
    one = client
    10.times { assert_raises(Libresponses::UsageError) { one.responses.retrieve("") } }
    assert_equal "You said: x", one.responses.create(model: MODEL, input: "x").output_text
  end
end
