# frozen_string_literal: true

require_relative "helper"
require_relative "scripted"
require_relative "streams"
require "libresponses/openai"

# Streams of responses that there are already, as programs for the `openai` gem ask for them.
class TestOpenAIResuming < TestCase
  include Streams

  class City < OpenAI::BaseModel
    required :name, String
    required :people, Integer
  end

  CITY = '{"name":"Ulm","people":128000}'
  ASKED = { model: "m", input: "Where?" }.freeze

  def test_previous_response_id_begins_a_response
    answering(text_stream("a")) do |responses, server|
      assert_equal "a", responses.stream(**ASKED, previous_response_id: "resp_0").get_output_text
      assert_equal ["/v1/responses"], server.seen
      assert_equal "resp_0", JSON.parse(server.bodies.last)["previous_response_id"]
    end
  end

  def test_resuming_by_an_id
    answering(text_stream("a", "b")) do |responses, server|
      stream = responses.stream(response_id: "resp_1")
      assert_equal "ab", stream.find { |event| event.type == :"response.output_text.done" }.text
      assert_equal ["/v1/responses/resp_1?stream=true"], server.seen
    end
  end

  # The deltas before it are not known: there is no snapshot.
  def test_resuming_after_an_event
    rest = text_stream("a", "b", "c", after: 3)
    resumed = [{ response_id: "resp_1", starting_after: 3 }, { "response_id" => "resp_1", "starting_after" => 3 },
               { previous_response_id: "resp_1", starting_after: 3 }]
    resumed.each do |params|
      answering(rest) do |responses, server|
        stream = responses.stream(params)
        events = stream.to_a
        assert_equal 4, events.first.sequence_number
        deltas = events.grep(OpenAI::Streaming::ResponseTextDeltaEvent)
        assert_equal [%w[b c], [nil, nil]], [deltas.map(&:delta), deltas.map(&:snapshot)]
        assert_equal "abc", stream.get_output_text
        assert_equal ["/v1/responses/resp_1?starting_after=3&stream=true"],
                     server.seen.map { |target|
                       target.sub("stream=true&starting_after=3", "starting_after=3&stream=true")
                     }
      end
    end
  end

  def test_resuming_with_types
    answering(text_stream(CITY, after: 3)) do |responses|
      stream = responses.stream(response_id: "resp_1", starting_after: 3, text: City)
      assert_equal "Ulm", stream.find { |event| event.type == :"response.output_text.done" }.parsed.name
      assert_equal "Ulm", responses.stream(response_id: "resp_1", text: City).get_final_response.output_parsed.name
    end
  end

  def test_starting_after_needs_an_id
    responses = client.responses
    assert_raises(OpenAI::Errors::UsageError) { responses.stream(**ASKED, starting_after: 5) }
    assert_raises(OpenAI::Errors::UsageError) { responses.create(**ASKED, stream: true, starting_after: 5) }
    assert_raises(OpenAI::Errors::UsageError) { responses.stream(starting_after: 5) }
    assert_raises(OpenAI::Errors::UsageError) { responses.retrieve("resp_1", starting_after: 5) }
  end
end
