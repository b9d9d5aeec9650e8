# frozen_string_literal: true

require_relative "helper"
require_relative "scripted"
require "logger"
require_relative "streams"
require "libresponses/openai"

# What programs that were written for the `openai` gem do with responses.
class TestOpenAINames < TestCase
  include Streams

  class City < OpenAI::BaseModel
    required :name, String
    required :people, Integer
  end

  CITY = '{"name":"Ulm","people":128000}'
  ASKED = { model: "m", input: "Where?" }.freeze

  def test_classes_and_snapshots_of_a_text
    answering(text_stream("Good ", "morning", "!")) do |responses|
      events = responses.stream(**ASKED).to_a
      assert_instance_of OpenAI::Models::Responses::ResponseCreatedEvent, events.first
      deltas = events.grep(OpenAI::Streaming::ResponseTextDeltaEvent)
      assert_equal ["Good ", "morning", "!"], deltas.map(&:delta)
      assert_equal ["Good ", "Good morning", "Good morning!"], deltas.map(&:snapshot)
      done = events.find { |event| event.type == :"response.output_text.done" }
      assert_pattern { done => OpenAI::Streaming::ResponseTextDoneEvent(text: "Good morning!") }
      completed = events.grep(OpenAI::Streaming::ResponseCompletedEvent).first
      assert_pattern { completed => { response: { id: "resp_1", status: :completed } } }
      assert_equal "resp_1", completed.response[:id]
    end
  end

  def test_the_examples_case_statement
    answering(text_stream("a", "b")) do |responses|
      seen = []
      responses.stream(**ASKED).each do |event|
        case event
        when OpenAI::Streaming::ResponseTextDeltaEvent then seen << event.delta
        when OpenAI::Streaming::ResponseTextDoneEvent then seen << :done
        when OpenAI::Streaming::ResponseCompletedEvent then seen << event.response.id
        end
      end
      assert_equal ["a", "b", :done, "resp_1"], seen
    end
  end

  def test_keepalives_are_left_out
    stream = frames({ type: "keepalive", sequence_number: 0 }) + text_stream("a")
    answering(stream) do |responses|
      [responses.stream(**ASKED), responses.stream_raw(**ASKED)].each do |one|
        events = one.to_a
        assert_instance_of OpenAI::Responses::ResponseCreatedEvent, events.first
        refute_includes events.map(&:type), :keepalive
      end
    end
  end

  def test_the_head_of_the_answer
    answering(text_stream("a")) do |responses|
      stream = responses.stream(**ASKED)
      assert_equal [200, 200], [stream.status, stream.last_response.status]
      assert_equal "HTTP/1.1", stream.last_response.http_version
      assert_same stream.last_response.headers, stream.headers
      assert_equal %w[req_1 req_1 text/event-stream],
                   [stream._request_id, stream.last_response.request_id, stream.headers["content-type"]]
      response = stream.get_final_response
      assert_nil response.last_response
      assert_nil responses.stream_raw(**ASKED).first.last_response
      assert_pattern do
        response => OpenAI::Models::Responses::Response(id: "resp_1", status: :completed,
                                                        output: [{ content: [{ text: "a" }] }])
      end
    end
  end

  def test_the_head_of_a_refusal
    answer = ->(*) { [401, "application/json", '{"error":{"message":"no","type":"t"}}'] }
    Scripted.open(answer) do |server|
      stream = OpenAI::Client.new(base_url: server.url, api_key: "k").responses.stream(**ASKED)
      assert_raises(OpenAI::Errors::AuthenticationError) { stream.status }
      assert_raises(OpenAI::Errors::AuthenticationError) { stream.to_a }
    end
  end

  def test_logging_changes_no_types
    answering(text_stream("a")) do |_, server|
      %i[error warn info debug].each do |level|
        client = OpenAI::Client.new(base_url: server.url, api_key: "k", logger: Logger.new(StringIO.new),
                                    log_level: level)
        assert_instance_of OpenAI::Internal::Stream, client.responses.stream_raw(**ASKED)
        stream = client.responses.stream(**ASKED)
        assert_instance_of OpenAI::Helpers::Streaming::ResponseStream, stream
        assert_equal "a", stream.get_output_text
      end
    end
  end

  def test_output_text
    answering(text_stream(["First."], [" Second."])) do |responses|
      assert_equal "First. Second.", responses.stream(**ASKED).get_output_text
    end
    answering(call_stream("find", "{}")) { |responses| assert_equal "", responses.stream(**ASKED).get_output_text }
  end

  def test_the_text_method
    answering(text_stream("a", "b", "c")) do |responses|
      assert_equal %w[a b c], responses.stream(**ASKED).text.map { |piece| piece }
      assert_equal %w[a b c], responses.stream(**ASKED).text.to_a
      assert_equal %w[A B], responses.stream(**ASKED).text.lazy.map(&:upcase).first(2)
      pieces = []
      responses.stream(**ASKED).text.each { |piece| pieces << piece }
      assert_equal %w[a b c], pieces
    end
  end

  def test_leaving_early
    answering(text_stream("a", "b", "c")) do |responses|
      events = []
      responses.stream(**ASKED).each do |event|
        events << event
        break if event.type == :"response.output_text.delta" && event.delta == "b"
      end
      deltas = events.select { |event| event.type == :"response.output_text.delta" }
      assert_equal %w[a ab], deltas.map(&:snapshot)
      refute_includes events.map(&:type), :"response.completed"
    end
  end

  def test_a_stream_without_its_end
    answering(text_stream("a").split("\n\n")[0..-2].join("\n\n") << "\n\n") do |responses|
      error = assert_raises(RuntimeError) { responses.stream(**ASKED).get_final_response }
      assert_instance_of OpenAI::Errors::TruncatedError, error
    end
  end

  def test_an_error_in_the_stream
    answering(frames({ type: "error", sequence_number: 0, code: "c", message: "Bad: no field", param: nil })) do |one|
      error = assert_raises(OpenAI::Errors::APIStatusError) { one.stream(**ASKED).each { |_event| next } }
      assert_equal 200, error.status
      assert_includes error.message, "Bad: no field"
    end
  end

  def test_refusals_are_found_by_their_class
    refusal = { type: "message", content: [{ type: "refusal", refusal: "no" }, { type: "output_text", text: CITY }] }
    answer = { id: "resp_1", object: "response", status: "completed", output: [refusal] }
    Scripted.open(->(*) { answer }) do |server|
      response = OpenAI::Client.new(base_url: server.url, api_key: "k").responses.create(**ASKED, text: City)
      parsed = response.output.flat_map(&:content).grep_v(OpenAI::Models::Responses::ResponseOutputRefusal)
      assert_equal ["Ulm"], parsed.map { |content| content.parsed.name }
      assert_equal 200, response.last_response.status
    end
  end

  def test_names
    assert_same Libresponses::ArrayOf, OpenAI::ArrayOf
    assert_equal Libresponses::RateLimitError, OpenAI::Errors::RateLimitError
    script = 'module OpenAI; class Client; end; end; require "libresponses/openai"'
    lib = File.expand_path("../lib", __dir__)
    out = IO.popen([RbConfig.ruby, "-I#{lib}", "-e", script, { err: %i[child out] }], &:read)
    assert_match(/another gem has defined OpenAI::Client/, out)
  end

  # The tables are those of the Python package.
  def test_the_tables_of_names
    python = File.read(File.expand_path("../../python/libresponses/_names.py", __dir__))
    %i[TYPES EVENTS FIELDS ALIASES].each do |name|
      table = python[/^#{name} = """\n(.*?)"""/m, 1].gsub("async_", "async")
      assert_equal table.lines.map(&:split), Libresponses::Names.const_get(name).lines.map(&:split)
    end
    assert_equal python[/^RESPONSE = \(\n(.*?)\)/m, 1].delete('"').split, Libresponses::Names::RESPONSE
  end
end
