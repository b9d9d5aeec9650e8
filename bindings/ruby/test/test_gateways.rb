# frozen_string_literal: true

require_relative "helper"
require_relative "scripted"

# What gateways and servers of other makers send.
class TestGateways < TestCase
  DOCUMENT = '{"id":"resp_1","status":"completed","temperature":NaN,"top_p":-Infinity,"x":[Infinity],"output":' \
             '[{"type":"message","content":[{"type":"output_text","text":"Hi"}]}]}'

  def asked(answer)
    Scripted.open(answer) { |server| yield client(base_url: server.url, max_retries: 0).responses }
  end

  def look(response)
    assert_predicate response.temperature, :nan?
    assert_equal [-Float::INFINITY, [Float::INFINITY], "Hi"], [response.top_p, response.x, response.output_text]
    assert_includes response.to_json, "NaN" if response.instance_of?(Libresponses::ResponseRecord)
  end

  def test_numbers_that_are_none_and_byte_order_marks
    delta = '{"type":"response.output_text.delta","delta":"Hi","logprobs":[{"logprob":-Infinity}]}'
    stream = "data: #{delta}\n\ndata: {\"type\":\"response.completed\",\"response\":#{DOCUMENT}}\n\n"
    ["", "\xEF\xBB\xBF"].each do |mark|
      answer = lambda do |_, body|
        body.include?("stream") ? [200, "text/event-stream", mark + stream] : [200, "application/json", mark + DOCUMENT]
      end
      asked(answer) do |responses|
        look(responses.create(model: "m", input: "x"))
        events = responses.stream(model: "m", input: "x").to_a
        assert_equal(-Float::INFINITY, events.first.logprobs.first.logprob)
        look(events.last.response)
      end
    end
  end

  def test_reasons_in_every_shape
    {
      [404, '{"detail":"Not Found"}'] => "HTTP 404: Not Found",
      [400, '{"error":"no such model"}'] => "HTTP 400: no such model",
      [400, "\xEF\xBB\xBF{\"message\":\"no such model\"}"] => "HTTP 400: no such model"
    }.each do |(status, body), message|
      asked(->(*) { [status, "application/json", body] }) do |responses|
        error = assert_raises(Libresponses::APIStatusError) { responses.create(model: "m", input: "x") }
        assert_equal message, error.message
      end
    end
  end

  def test_content_that_is_plain_text
    document = { id: "resp_1", output: [{ type: "message", content: "Hi" }, "x", nil], data: "x" }
    event = "data: #{JSON.generate(type: "response.completed", response: document)}\n\n"
    answer = ->(_, body) { body.include?("stream") ? [200, "text/event-stream", event] : document }
    asked(answer) do |responses|
      response = responses.create(model: "m", input: "x")
      assert_equal ["", []], [response.output_text, response.tool_calls]
      response = responses.stream(model: "m", input: "x").to_a.last.response
      assert_equal ["", []], [response.output_text, response.tool_calls]
      assert_empty responses.input_items.list("resp_1").to_a
    end
  end
end
