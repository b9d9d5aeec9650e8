# frozen_string_literal: true

require_relative "helper"
require_relative "scripted"

class TestTools < TestCase
  class Place < Libresponses::BaseModel
    required :city, String
  end

  def weather(&block)
    Libresponses::Tool.new(:get_weather, description: "The weather", parameters: { city: String },
                           &block || ->(city:) { "sunny in #{city}" })
  end

  def test_the_loop
    cities = []
    response = client.responses.run(model: MODEL, input: "How is the weather?", tools: [weather do |city:|
                                                                                          (cities << city) && "sunny"
                                                                                        end])
    assert_equal 1, cities.size
    assert_equal "The tool answered: sunny", response.output_text
  end

  def test_two_tools_at_once_and_a_model_as_parameters
    seen = []
    time = Libresponses::Tool.new(:get_time, parameters: Place) { |place| (seen << place.class) && { hour: 7 } }
    response = client.responses.run(model: MODEL, input: "weather and time please", tools: [weather, time])
    assert_equal [Place], seen
    assert_includes response.output_text, '{"hour":7}'
  end

  def test_streamed_and_without_a_store
    types = []
    response = client.responses.run(model: MODEL, input: "weather", tools: [weather], store: false) do |event|
      types << event.type
    end
    assert_match(/sunny/, response.output_text)
    assert_equal 2, types.count(:"response.completed")
  end

  def test_what_a_tool_raises_goes_to_the_model
    response = client.responses.run(model: MODEL, input: "weather", tools: [weather do |city:|
                                                                              raise ArgumentError, "no #{city}"
                                                                            end])
    assert_match(/ArgumentError: no/, response.output_text)
  end

  def test_limits
    error = assert_raises(Libresponses::ToolError) do
      client.responses.run(model: MODEL, input: "weather", tools: [weather], max_steps: 1)
    end
    assert_equal :completed, error.response.status
    assert_raises(Libresponses::UsageError) { Libresponses::Tool.new(:nothing) }
    assert_raises(Libresponses::UsageError) { client.responses.run(model: MODEL, input: "x", tools: [], max_steps: 0) }
    forced = client.responses.run(model: MODEL, input: "x", tools: [weather], tool_choice: "required")
    assert_match(/sunny/, forced.output_text)
  end

  # The program answers the call of a tool that has no block.
  def test_tools_without_a_block
    parameters = { type: "object", properties: {}, required: [], additionalProperties: false }
    [{ type: "function", name: "get_weather", parameters: parameters, strict: true },
     { "type" => "function", "name" => "get_weather", "parameters" => parameters }].each do |declaration|
      response = client.responses.run(model: MODEL, input: "weather", tools: [declaration])
      assert_equal ["get_weather"], response.tool_calls.map(&:name)
    end
    response, sent = loop_over([call("Place")], tools: [Place])
    assert_equal [Place, 1], [response.tool_calls.first.parsed.class, sent.size]
  end

  # Runs a loop against a server that answers with these outputs, one after the other.
  # @return [Array(Response, Array<Hash>)] the result, and what was sent
  def loop_over(*outputs, tools: [weather], **params)
    outputs.map! { |output| output.is_a?(Hash) ? output : { output: output } }
    answer = ->(*) { { id: "resp_1", object: "response", status: "completed", **outputs.shift } }
    Scripted.open(answer) do |server|
      one = client(base_url: server.url)
      result = one.responses.run(model: "m", input: "x", tools: tools, **params)
      [result, server.bodies.reject { |body| body.to_s.empty? }.map { |body| JSON.parse(body, symbolize_names: true) }]
    end
  end

  def call(name = "get_weather", arguments = '{"city":"Ulm"}', **more)
    { id: "fc_1", type: "function_call", call_id: "call_1", name: name, arguments: arguments, status: "completed",
      **more }
  end

  def test_an_incomplete_response_ends_the_loop
    [{ status: "incomplete", output: [call("get_weather", '{"a', status: "incomplete")] },
     { status: "completed", output: [call("get_weather", '{"ci', status: "incomplete")] },
     { status: "cancelled", output: [call] }, { status: "failed", output: [call] }].each do |cut|
      response, sent = loop_over(cut)
      assert_equal [cut[:status].to_sym, 1], [response.status, sent.size]
    end
  end

  def test_what_goes_wrong_is_told_to_the_model
    { call("no_such_tool") => /there is no tool .*no_such_tool.*; the tools are: get_weather/,
      call("get_weather", '{"ci') => /ParserError/, call("get_weather", "[1]") => /expected an object/,
      call("get_weather", '{"city":7}') => /city: expected string/, call("get_weather", "{}") => /city is missing/,
      call("get_weather", '{"city":"Ulm","at":1}') => /there is no parameter at/ }.each do |made, told|
      _, sent = loop_over([made], [])
      assert_match told, sent.last[:input].last[:output]
      assert_equal "call_1", sent.last[:input].last[:call_id]
    end
    place = Libresponses::Tool.new(:place, parameters: Place, &:city)
    _, sent = loop_over([call("place", "{}")], [], tools: [place])
    assert_match(/city is missing/, sent.last[:input].last[:output])
  end

  def test_calls_that_only_the_program_can_answer
    custom = { id: "ct", type: "custom_tool_call", call_id: "call_2", name: "c", input: "i" }
    response, sent = loop_over([call, custom])
    assert_equal [2, 1], [response.tool_calls.size, sent.size]
    shell = [{ type: "shell_call", call_id: "s" }, { type: "shell_call_output", call_id: "s", output: [] }]
    _, sent = loop_over([*shell, call], [])
    assert_equal 2, sent.size
  end

  # With the same key a server would answer the second request with what it answered the first.
  def test_several_requests_have_no_key_in_common
    error = assert_raises(Libresponses::UsageError) do
      client.responses.run(model: MODEL, input: "x", tools: [weather], request_options: { idempotency_key: "mine" })
    end
    assert_includes error.message, "idempotency_key"
  end

  def test_the_bound
    called = []
    tool = weather { |city:| called << city }
    error = assert_raises(Libresponses::ToolError) { loop_over([call], [call], tools: [tool], max_steps: 2) }
    assert_equal [["Ulm"], "get_weather"], [called, error.response.tool_calls.first.name]
    same = [weather, weather]
    assert_raises(Libresponses::UsageError) { loop_over([], tools: same) }
    assert_raises(Libresponses::UsageError) { loop_over([], stream: true) }
  end

  def test_errors_of_tools_may_be_raised
    broken = weather { |city:| raise IndexError, city }
    assert_raises(IndexError) { loop_over([call], [], tools: [broken], raise_tool_errors: true) }
    _, sent = loop_over([call("get_weather", "{")], [], tools: [broken], raise_tool_errors: true)
    assert_match(/the arguments are wrong/, sent.last[:input].last[:output])
  end

  def test_parts_as_results
    part = { type: "input_image", image_url: "data:," }
    _, sent = loop_over([call], [], tools: [weather { |city:| [part, { type: :input_text, text: city }] }])
    assert_equal [part, { type: "input_text", text: "Ulm" }], sent.last[:input].last[:output]
    _, sent = loop_over([call], [], tools: [weather { |city:| [city] }])
    assert_equal '["Ulm"]', sent.last[:input].last[:output]
  end

  # By default all of it; only the outputs where the server has the rest.
  def test_what_is_sent
    _, sent = loop_over([call], [])
    kinds = sent.last[:input].map { |item| item[:role] || item[:type] }
    assert_equal %w[user function_call function_call_output], kinds
    refute sent.last.key?(:previous_response_id)
    _, sent = loop_over([call], [], previous_response_id: "resp_0")
    assert_equal [["function_call_output"], "resp_1"],
                 [sent.last[:input].map { |item| item[:type] }, sent.last[:previous_response_id]]
    _, sent = loop_over([call], [], conversation: "conv_1")
    assert_equal [["function_call_output"], "conv_1"],
                 [sent.last[:input].map { |item| item[:type] }, sent.last[:conversation]]
  end

  def test_the_choice_of_a_tool
    allowed = { type: "allowed_tools", mode: "required", tools: [] }
    { "required" => "auto", { type: "function", name: "get_weather" } => "auto", "none" => "none",
      allowed => allowed.merge(mode: "auto") }.each do |first, then_|
      _, sent = loop_over([call], [], tool_choice: first)
      assert_equal [first, then_], sent.map { |body| body[:tool_choice] }
    end
  end

  # A prompt of the server may have tools of its own.
  def test_tools_of_the_server
    response, sent = loop_over([call("theirs")], prompt: { id: "p" })
    assert_equal ["theirs", 1], [response.tool_calls.first.name, sent.size]
    _, sent = loop_over([call("theirs")], tools: [weather, { type: "tool_search" }])
    assert_equal 1, sent.size
  end

  def test_in_the_background
    response, sent = loop_over({ status: "queued", output: [] }, { output: [call] }, { output: [] }, background: true)
    assert_equal [:completed, 2], [response.status, sent.size]
  end

  # Models that do not reason refuse to be asked for it: once more without.
  def test_a_model_without_reasoning
    answers = [[400, "application/json", '{"error":{"message":"Encrypted content is not supported"}}'],
               { id: "resp_1", object: "response", status: "completed", output: [] }]
    Scripted.open(->(*) { answers.shift }) do |server|
      client(base_url: server.url).responses.run(model: "m", input: "x", tools: [weather], store: false)
      assert_equal [["reasoning.encrypted_content"], nil], server.bodies.map { |body| JSON.parse(body)["include"] }
    end
  end

  # What a server stores nothing of is sent again, with the reasoning that the API wants back.
  def test_without_a_store
    reasoning = { id: "rs_1", type: "reasoning", summary: [], encrypted_content: "gAAA" }
    forgotten = { id: "rs_2", type: "reasoning", summary: [] }
    _, sent = loop_over([reasoning, forgotten, call], [], store: false)
    assert_equal [["reasoning.encrypted_content"]] * 2, sent.map { |body| body[:include] }
    assert_equal [{ role: "user", content: "x" }, reasoning, call, "sunny in Ulm"],
                 sent.last[:input].map { |item| item[:output] || item }
    refute sent.last.key?(:previous_response_id)
    _, sent = loop_over([], store: false, include: [:"message.output_text.logprobs", "reasoning.encrypted_content"])
    assert_equal %w[message.output_text.logprobs reasoning.encrypted_content], sent.first[:include]
    _, sent = loop_over([])
    refute sent.first.key?(:include)
  end
end
