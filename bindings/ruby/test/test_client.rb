# frozen_string_literal: true

require_relative "helper"
require "logger"
require "stringio"

# Options, the log, and closing.
class TestClient < TestCase
  def sent(one)
    mark = tag
    one.responses.create(model: MODEL, input: "x", request_options: { extra_headers: { "X-Sandbox-Tag" => mark } })
    Sandbox.requests(mark).last
  end

  def test_options
    headers = sent(client(api_key: "mine", organization: "org", project: "proj", user_agent: "me/1",
                          headers: { "X-A" => "b" }))[:headers]
    assert_equal ["Bearer mine", "org", "proj", "me/1", "b"],
                 headers.values_at(:authorization, :"openai-organization", :"openai-project", :"user-agent", :"x-a")
    request = sent(client(default_query: { "api-version": "1" }, auth_header: "api-key"))
    assert_equal "key", request[:headers][:"api-key"]
    assert_match(/\?api-version=1\z/, request[:target])
  end

  def test_options_of_a_derived_client
    one = client(headers: { "X-A" => "1" })
    two = one.with_options(user_agent: "two/1", headers: { "X-B" => "2" })
    assert_equal ["two/1", "1", "2"], sent(two)[:headers].values_at(:"user-agent", :"x-a", :"x-b")
    assert_nil sent(one)[:headers][:"x-b"]
    assert_equal sent(one)[:remote_port], sent(two)[:remote_port]
    one.close
    assert_equal "You said: x", two.responses.create(model: MODEL, input: "x").output_text
  end

  def test_durations
    [-1, Float::NAN, Float::INFINITY, "5"].each do |value|
      error = assert_raises(Libresponses::UsageError) { client(timeout: value) }
      assert_match(/timeout: expected seconds/, error.message)
    end
    assert_equal "You said: x", client(timeout: 0).responses.create(model: MODEL, input: "x").output_text
  end

  def test_the_environment
    ENV["OPENAI_BASE_URL"] = Sandbox.url
    ENV["OPENAI_API_KEY"] = "from the environment"
    Libresponses::Client.open { |one| assert_equal "Bearer from the environment", sent(one)[:headers][:authorization] }
  ensure
    ENV.delete("OPENAI_BASE_URL")
    ENV.delete("OPENAI_API_KEY")
  end

  def test_close
    one = client
    stream = one.responses.stream(model: MODEL, input: "Hello")
    2.times { assert_nil one.close }
    assert_predicate one, :closed?
    assert_equal "You said: Hello", stream.get_output_text
    assert_raises(Libresponses::ClosedError) { one.responses.create(model: MODEL, input: "x") }
    refute_includes one.inspect, "key"
  end

  # A call that is under way goes on; what comes later is told so.
  def test_a_client_that_is_closed_while_others_use_it
    5.times do
      one = client(max_retries: 0)
      slow_one = Thread.new do
        one.responses.create(model: MODEL, input: "slow", request_options: fault("first-byte-delay=200")).output_text
      end
      others = Array.new(6) do
        Thread.new { loop { one.responses.create(model: MODEL, input: "x") } }
      end
      (others + [slow_one]).each { |thread| thread.report_on_exception = false }
      sleep 0.05
      one.close
      assert_equal "You said: slow", slow_one.value
      others.each { |thread| assert_raises(Libresponses::ClosedError) { thread.value } }
    end
  end

  def test_the_log_goes_to_a_logger
    text = StringIO.new
    one = client(logger: Logger.new(text), log_level: :info, api_key: "secret")
    one.responses.create(model: MODEL, input: "x")
    one.close
    assert_match(/INFO/, text.string)
    refute_includes text.string, "secret"
    quiet = client(logger: Class.new(Logger) { def info(*) = raise("no") }.new(nil))
    assert_equal "You said: x", quiet.responses.create(model: MODEL, input: "x").output_text
  end

  def test_a_logger_may_use_the_client
    logger = Class.new(Logger) do
      def initialize = super(nil)
      attr_accessor :client, :seen

      def info(*)
        self.seen = client.with_options(max_retries: 1) if client && !seen
      end
    end.new
    one = client(logger: logger)
    logger.client = one
    one.responses.create(model: MODEL, input: "x")
    assert_instance_of Libresponses::Client, logger.seen
  end
end
