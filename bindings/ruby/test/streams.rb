# frozen_string_literal: true

require "json"

# Streams as a server sends them, for {Scripted}.
module Streams
  # @return [String] events as server-sent events
  def frames(*events) = events.map { |event| "event: #{event[:type]}\ndata: #{JSON.generate(event)}\n\n" }.join

  # A response whose message has a part for each list of deltas.
  # @param after [Integer] the events up to this one are left out
  def text_stream(*parts, after: -1)
    parts = [parts] unless parts.first.is_a?(Array)
    numbered(*message_events(parts, 0), output: [message_item(parts.map(&:join), "completed")], after: after)
  end

  # A response with a function call, whose arguments come in these deltas.
  def call_stream(name, *deltas)
    numbered(*call_events(name, deltas, 0), output: [call_item(name, deltas.join, "completed")])
  end

  def text_and_call_stream(text, name, arguments)
    numbered(*message_events([[text]], 0), *call_events(name, [arguments], 1),
             output: [message_item([text], "completed"), call_item(name, arguments, "completed")])
  end

  # Yields the `responses` of a client whose server answers every request with that stream.
  def answering(stream)
    answer = [200, "text/event-stream", stream, { "X-Request-Id" => "req_1" }]
    Scripted.open(->(*) { answer }) do |server|
      client = OpenAI::Client.new(base_url: server.url, api_key: "key", max_retries: 0)
      yield client.responses, server
    ensure
      client&.close
    end
  end

  private

  def numbered(*events, output:, after: -1)
    response = { id: "resp_1", object: "response", status: "in_progress", output: [] }
    events = [{ type: "response.created", response: response }, *events,
              { type: "response.completed", response: response.merge(status: "completed", output: output) }]
    events = events.each_with_index.map { |event, number| { type: event[:type], sequence_number: number, **event } }
    frames(*events.drop(after + 1))
  end

  def message_item(texts, status)
    { id: "msg_1", type: "message", role: "assistant", status: status,
      content: texts.map { |text| { type: "output_text", text: text, annotations: [] } } }
  end

  def message_events(parts, index)
    place = { item_id: "msg_1", output_index: index }
    [{ type: "response.output_item.added", **place, item: message_item([], "in_progress") },
     *parts.each_with_index.flat_map { |deltas, part| part_events({ **place, content_index: part }, deltas) },
     { type: "response.output_item.done", **place, item: message_item(parts.map(&:join), "completed") }]
  end

  def part_events(place, deltas)
    [{ type: "response.content_part.added", **place, part: { type: "output_text", text: "", annotations: [] } },
     *deltas.map { |delta| { type: "response.output_text.delta", **place, delta: delta } },
     { type: "response.output_text.done", **place, text: deltas.join },
     { type: "response.content_part.done", **place, part: { type: "output_text", text: deltas.join, annotations: [] } }]
  end

  def call_item(name, arguments, status)
    { id: "fc_1", type: "function_call", status: status, name: name, arguments: arguments, call_id: "call_1" }
  end

  def call_events(name, deltas, index)
    place = { item_id: "fc_1", output_index: index }
    [{ type: "response.output_item.added", **place, item: call_item(name, "", "in_progress") },
     *deltas.map { |delta| { type: "response.function_call_arguments.delta", **place, delta: delta } },
     { type: "response.function_call_arguments.done", **place, arguments: deltas.join },
     { type: "response.output_item.done", **place, item: call_item(name, deltas.join, "completed") }]
  end
end
