# frozen_string_literal: true

require_relative "helper"

# The operations, one after the other.
class TestResponses < TestCase
  def test_create
    response = client.responses.create(model: MODEL, input: "Hello")
    assert_equal "You said: Hello", response.output_text
    assert_equal :completed, response.status
    assert_equal 200, response.http_status
    assert_equal 1, response.attempts
    assert_equal [{ attempt: 1, http_status: 200, reason: "", waited_ms: 0 }], response.history
    assert_match(/\Aresp_/, response.id)
    assert_equal response.id, JSON.parse(response.json)["id"]
    assert_equal response.header("X-Request-ID"), response.request_id
    assert_nil response.header("x-nothing")
    assert_equal response.request_id, response.headers["x-request-id"]
    assert_equal Encoding::UTF_8, response.output_text.encoding
  end

  def test_a_response_reads_as_a_record
    response = client.responses.create(model: MODEL, input: "Grüße, 世界", metadata: { a: "1" })
    assert_equal "You said: Grüße, 世界", response.output.first.content.first.text
    assert_equal :message, response.output.first.type
    assert_equal({ a: "1" }, response.metadata.to_h)
    assert_operator response.usage.total_tokens, :>, 1
    assert_equal :output_text, response.dig(:output, 0, :content, 0, :type)
    assert_raises(NoMethodError) { response.nothing }
    assert_nil response[:nothing]
    assert_respond_to response, :usage
    found = case response.output.first
            in { type: :message, role: :assistant, content: [{ text: }] } then text
            end
    assert_equal "You said: Grüße, 世界", found
  end

  def test_retrieve_and_delete
    responses = client.responses
    created = responses.create(model: MODEL, input: "Hello")
    assert_equal created.output_text, responses.retrieve(created.id).output_text
    assert_equal created.id, responses.retrieve(created, include: ["reasoning.encrypted_content"]).id
    assert_equal true, responses.delete(created.id).deleted
    error = assert_raises(Libresponses::NotFoundError) { responses.retrieve(created.id) }
    assert_equal 404, error.status
  end

  def test_background
    responses = client.responses
    created = responses.create(model: MODEL, input: "Hello", background: true)
    assert_equal :queued, created.status
    done = responses.wait(created.id, timeout: 30)
    assert_equal [:completed, "You said: Hello"], [done.status, done.output_text]
    created = responses.create(model: MODEL, input: "#long=100000", background: true)
    error = assert_raises(Libresponses::APITimeoutError) { responses.wait(created.id, timeout: 0.05) }
    assert_equal "RESPONSES_E_TIMEOUT", error.status_name
    assert_equal :cancelled, responses.cancel(created.id).status
  end

  def test_compact_and_count
    responses = client.responses
    assert_equal :"response.compaction", responses.compact(model: MODEL, input: "a b c").object
    assert_operator responses.input_tokens.count(model: MODEL, input: "a b c").input_tokens, :>=, 3
  end

  def test_input_items_over_all_pages
    input = Array.new(7) { |i| { role: "user", content: "Number #{i}." } }
    responses = client.responses
    id = responses.create(model: MODEL, input: input).id
    mark = tag
    list = responses.input_items.list(id, limit: 3, order: :asc,
                                          request_options: { extra_headers: { "X-Sandbox-Tag" => mark } })
    assert_empty Sandbox.requests(mark)
    assert_equal(%w[0 1 2], list.first(3).map { |item| item.content.first.text[/\d/] })
    assert_equal 1, Sandbox.requests(mark).size
    assert_equal(%w[0 1 2 3 4 5 6], list.map { |item| item.content.first.text[/\d/] })
    assert_equal 3, Sandbox.requests(mark).size
    assert_equal 4, list.lazy.map(&:id).first(4).uniq.size
    assert_equal([3, 3, 1], list.each_page.map { |page| page.data.size })
    assert_equal 3, list.next_page.data.size
    assert_instance_of Enumerator, list.each
  end

  def test_any_other_endpoint
    models = client.request(:get, "/models")
    assert_includes models.data.map(&:id), MODEL
    conversation = client.request(:post, "/conversations", body: { metadata: { a: "b" } })
    assert_equal "b", conversation.metadata.a
  end

  def test_request_options
    mark = tag
    client.responses.create(
      model: MODEL, input: "Hello",
      request_options: { extra_headers: { "X-Sandbox-Tag" => mark, "X-Mine" => "1" },
                         extra_query: { a: "b c" }, extra_body: { user: "me" } }
    )
    request = Sandbox.requests(mark).first
    assert_equal "1", request[:headers][:"x-mine"]
    assert_match(/\?a=b(\+|%20)c\z/, request[:target])
    assert_equal "me", request[:body][:user]
  end

  # As in the openai gem.
  def test_parameters_in_a_hash
    responses = client.responses
    mark = tag
    params = { "model" => MODEL, input: "Hello",
               request_options: { idempotency_key: "mine", extra_headers: { "X-Sandbox-Tag" => mark } } }
    created = responses.create(params)
    assert_equal "mine", Sandbox.requests(mark).first.dig(:headers, :"idempotency-key")
    refute_includes Sandbox.requests(mark).first[:body].keys, :request_options
    assert_equal "You said: Bye", responses.stream(params, input: "Bye").get_output_text
    assert_equal created.id, responses.retrieve(created.id, { include: [] }).id
    assert_equal 1, responses.input_items.list(created, { limit: 1 }).count
    assert_operator responses.input_tokens.count(params).input_tokens, :>=, 1
    responses.create(model: MODEL, input: "x", request_options: nil)
  end

  def test_what_is_no_json
    [Float::NAN, "\xff"].each do |value|
      assert_raises(Libresponses::UsageError) { client.responses.create(model: MODEL, input: value) }
    end
  end

  def test_retries
    mark = tag
    response = client.responses.create(
      model: MODEL, input: "Hello",
      request_options: fault("status=503; retry-after-ms=5; times=2; tag=#{mark}")
    )
    assert_equal 3, response.attempts
    assert_equal([503, 503, 200], response.history.map { |attempt| attempt[:http_status] })
    error = assert_raises(Libresponses::InternalServerError) do
      client.responses.create(model: MODEL, input: "Hello",
                              request_options: { max_retries: 0, **fault("status=503; tag=#{mark}-2") })
    end
    assert_equal 1, error.attempts
    assert_predicate error, :retryable?
  end
end
