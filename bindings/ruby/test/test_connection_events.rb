# frozen_string_literal: true

require_relative "helper"
require_relative "turns"

# The events of several turns in one row, as with the `openai` gem.
class TestConnectionEvents < TestCase
  include TakesTurns

  # As with the `openai` gem.
  def test_events_of_several_turns_in_one_row
    connect do |connection|
      assert_nil connection.receive
      assert_nil connection.response.create(**say("one", stream_id: "a"))
      connection.send_event({ "type" => "response.create", **say("two", stream_id: "b") })
      texts = Hash.new { |hash, lane| hash[lane] = +"" }
      connection.each { |event| texts[event.stream_id] << event.delta if event.text_delta? }
      assert_equal({ "a" => "You said: one", "b" => "You said: two" }, texts)
      connection.response.create(**say("three"))
      assert_equal :"response.created", connection.receive.type
      assert_equal :"response.completed", connection.map(&:type).last
    end
  end

  # Both lanes get their events as they come, not one after the other.
  def test_a_slow_lane_does_not_hold_up_a_quick_one
    connect do |connection|
      connection.response.create(**long_turn(stream_id: "slow"))
      connection.receive
      connection.response.create(**say("x", stream_id: "quick"))
      assert_equal("quick", connection.find { |event| event.type == :"response.completed" }.stream_id)
    end
  end

  def test_errors_of_the_server_are_events_there
    connect do |connection|
      connection.response.create(model: MODEL, input: 7)
      connection.send_event(type: "response.steer", previous_response_id: "resp_none", input: "x")
      assert_equal %i[error response.steer.failed], connection.map(&:type).sort
      assert_equal "You said: x", connection.create(say("x")).output_text
    end
    connect("on=turn; times=1; cut-after-events=6; tag=#{tag}") do |connection|
      connection.response.create(**say("a b c d e f", store: false))
      assert_raises(Libresponses::TruncatedError) { connection.each(&:type) }
      assert_nil connection.receive
    end
  end

  def test_one_reader_at_a_time
    connect do |connection|
      connection.response.create(**long_turn)
      reader = Thread.new { connection.each(&:type) }
      eventually("the thread reads") { reader.stop? }
      assert_raises(Libresponses::BusyError) { connection.receive }
      connection.close
      assert_same connection, reader.value
    end
  end

  # A turn that begins while somebody waits for those before it.
  def test_a_turn_that_begins_while_another_thread_waits
    connect do |connection|
      connection.response.create(**say("x", stream_id: "late", metadata: { sandbox_fault: "silent" }))
      reader = Thread.new { connection.receive }
      eventually("the thread waits") { reader.stop? }
      connection.response.create(**say("y"))
      assert_equal :"response.created", reader.value.type
    end
  end

  # One reader of several lanes, as programs for that gem have it.
  def completed(connection, lanes = [nil])
    responses = {}
    connection.each do |event|
      flunk event.json if %w[response.failed response.incomplete error].include?(event.type.to_s)
      responses[event.stream_id] = event.response if event.type.to_s == "response.completed"
      break if lanes.all? { |lane| responses.key?(lane) }
    end
    responses.fetch_values(*lanes)
  end

  def test_a_call_of_a_function_is_answered_over_the_same_connection
    tool = { type: :function, name: "get_delivery_day", strict: true,
             parameters: { type: :object, properties: {}, required: [], additionalProperties: false } }
    connect do |connection|
      connection.response.create(**say("What day?", store: false, tools: [tool], parallel_tool_calls: false,
                                                    tool_choice: { type: :function, name: "get_delivery_day" }))
      first, = completed(connection)
      call = first.output.find { |item| item.type.to_s == "function_call" }
      connection.response.create(**say([{ type: :function_call_output, call_id: call.call_id, output: "Tuesday" }],
                                       previous_response_id: first.id, store: false))
      assert_match(/Tuesday/, completed(connection).first.output_text)
    end
  end

  def test_a_conversation_goes_on_over_another_connection
    input = [{ role: :user, content: "Remember Tuesday." }]
    first = connect do |connection|
      connection.response.create(**say(input, store: false))
      completed(connection).first
    end
    connect do |connection|
      %w[planner critic].each do |lane|
        connection.response.create(**say(input + first.output + [{ role: :user, content: lane }], stream_id: lane))
      end
      texts = completed(connection, %w[planner critic]).map(&:output_text)
      assert_equal ["You said: planner", "You said: critic"], texts
    end
  end
end
