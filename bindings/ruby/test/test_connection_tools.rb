# frozen_string_literal: true

require_relative "helper"
require_relative "turns"

# The tool loop, over one connection.
class TestConnectionTools < TestCase
  include TakesTurns

  PARIS = "How is the weather in Paris?"

  def weather(calls = [])
    Libresponses::Tool.new(:get_weather, description: "Weather", parameters: { city: String }) do |city:|
      calls << city
      "21 degrees in #{city}"
    end
  end

  def test_the_tool_loop_sends_what_is_new
    name = tag
    options = { request_options: { extra_headers: { "X-Sandbox-Tag" => name } } }
    client.responses.connect(**options) do |connection|
      types = []
      tools = [weather(calls = [])]
      response = connection.run(**say(PARIS, store: false), tools: tools) { |event| types << event.type }
      assert_match(/21 degrees/, response.output_text)
      assert_equal [1, 2], [calls.size, types.count(:"response.completed")]
      again = client.responses.run(**say(PARIS), tools: [weather], session: connection)
      assert_match(/21 degrees/, again.output_text)
      assert_equal 1, connection.connections
    end
    first, second, third, fourth = turns(name)
    assert_equal [PARIS, nil], first.values_at(:input, :previous_response_id)
    assert_equal(["function_call_output"], second[:input].map { |item| item[:type] })
    refute_nil second[:previous_response_id]
    assert_nil third[:previous_response_id]
    assert_equal(["function_call_output"], fourth[:input].map { |item| item[:type] })
  end

  # The connection ends between the turns, and what it remembered with it.
  def test_the_tool_loop_sends_all_of_it_when_the_server_has_forgotten
    name = tag
    options = { request_options: { extra_headers: { "X-Sandbox-Fault" => "limit-after-turns=1; tag=#{name}" } } }
    client.responses.connect(**options) do |connection|
      tool = weather(calls = [])
      assert_match(/21 degrees/, connection.run(**say(PARIS, store: false), tools: [tool]).output_text)
      assert_equal 1, calls.size
      assert_operator connection.connections, :>, 1
    end
    last = turns(name).last
    assert_nil last[:previous_response_id]
    assert_equal [nil, "function_call", "function_call_output"], (last[:input].map { |item| item[:type] })
  end

  def test_the_tool_loop_cannot_send_what_it_never_had
    options = { request_options: { extra_headers: { "X-Sandbox-Fault" => "limit-after-turns=2; tag=#{tag}" } } }
    client.responses.connect(**options) do |connection|
      before = connection.create(say("Hello", store: false))
      error = assert_raises(Libresponses::BadRequestError) do
        connection.run(**say(PARIS, store: false, previous_response_id: before.id), tools: [weather])
      end
      assert_equal "previous_response_not_found", error.code
    end
  end
end
