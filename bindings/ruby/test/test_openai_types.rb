# frozen_string_literal: true

require_relative "helper"
require_relative "scripted"
require_relative "streams"
require "libresponses/openai"

# Ruby types for texts and functions, as programs for the `openai` gem name them.
class TestOpenAITypes < TestCase
  include Streams

  class City < OpenAI::BaseModel
    required :name, String
    required :people, Integer
  end

  class FindPerson < OpenAI::BaseModel
    required :first, String
    required :last, String, nil?: true
  end

  CITY = '{"name":"Ulm","people":128000}'
  ASKED = { model: "m", input: "Where?" }.freeze

  def test_structured_output
    answering(text_stream('{"name":"Ulm",', '"people":128000}')) do |responses, server|
      stream = responses.stream(**ASKED, text: City)
      events = stream.to_a
      deltas = events.select { |event| event.type == :"response.output_text.delta" }
      assert_equal ['{"name":"Ulm",', CITY], deltas.map(&:snapshot)
      done = events.find { |event| event.type == :"response.output_text.done" }
      assert_pattern { done => OpenAI::Streaming::ResponseTextDoneEvent(parsed: City(name: "Ulm", people: 128_000)) }
      final = stream.get_final_response
      assert_pattern { final => { output: [{ content: [{ text: CITY, parsed: City(name: "Ulm") }] }] } }
      assert_equal [City], final.output.flat_map(&:content).map { |part| part.parsed.class }
      assert_equal({ type: "json_schema", name: "City", strict: true, schema: City.json_schema },
                   JSON.parse(server.bodies.last, symbolize_names: true)[:text][:format])
      assert_equal [['{"name":"Ulm",', '"people":128000}']], [responses.stream(**ASKED, text: City).text.to_a]
    end
  end

  # Where the official gem raises in the middle of the stream, `parsed` raises: an answer that was cut off can
  # still be read.
  def test_structured_output_that_is_no_json
    answering(text_stream('{"name": "Ulm", oh')) do |responses|
      done = responses.stream(**ASKED, text: City).find { |event| event.type == :"response.output_text.done" }
      error = assert_raises(OpenAI::Errors::ProtocolError) { done.parsed }
      assert_match(/Failed to parse structured text as JSON/, error.message)
      assert_kind_of RuntimeError, error
    end
  end

  def test_function_arguments
    pieces = ['{"first":"Ada",', '"last":', "null}"]
    answering(call_stream("FindPerson", *pieces)) do |responses, server|
      stream = responses.stream(**ASKED, tools: [FindPerson])
      deltas = stream.grep(OpenAI::Streaming::ResponseFunctionCallArgumentsDeltaEvent)
      assert_equal pieces, deltas.map(&:delta)
      assert_equal pieces.join, deltas.last.snapshot
      call = stream.get_final_response.output.find { |o| o.is_a?(OpenAI::Models::Responses::ResponseFunctionToolCall) }
      assert_pattern do
        call => OpenAI::Models::Responses::ResponseFunctionToolCall(parsed: FindPerson(first: "Ada", last: nil))
      end
      assert_equal [["function", "FindPerson", true]],
                   JSON.parse(server.bodies.last)["tools"].map { |tool| tool.values_at("type", "name", "strict") }
    end
  end

  # Tools as they are in chat completions, with a model where the schema goes.
  def test_nested_function_tools
    answering(call_stream("find", '{"first":"Ada","last":"L"}')) do |responses, server|
      tool = { type: :function, function: { name: "find", description: "d", strict: true, parameters: FindPerson } }
      response = responses.stream(**ASKED, tools: [tool]).get_final_response
      assert_equal ["Ada"], response.output.map { |item| item.parsed.first }
      sent = JSON.parse(server.bodies.last)["tools"].first
      assert_equal ["function", "find", "d", true], sent.values_at("type", "name", "description", "strict")
      assert_equal %w[first last], sent["parameters"]["required"]
    end
  end

  def test_text_and_tools_at_once
    answering(text_and_call_stream(CITY, "FindPerson", '{"first":"Ada","last":"L"}')) do |responses|
      stream = responses.stream(**ASKED, text: City, tools: [FindPerson])
      events = stream.to_a
      assert_equal "Ulm", events.find { |e| e.type == :"response.output_text.done" }.parsed.name
      arguments = events.find { |e| e.type == :"response.function_call_arguments.done" }.arguments
      assert_equal '{"first":"Ada","last":"L"}', arguments
      message, call = stream.get_final_response.output
      assert_instance_of OpenAI::Models::Responses::ResponseOutputMessage, message
      part = message.content.find { |content| content[:type] == :output_text }
      assert_equal "Ulm", part[:parsed].name
      assert_equal "Ada", call.parsed.first
      done = events.select { |e| e.type == :"response.output_item.done" }.last
      assert_equal "L", done.item.parsed.last
    end
  end
end
