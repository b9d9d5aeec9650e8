# frozen_string_literal: true

require_relative "helper"
require_relative "turns"
require "libresponses/openai"

# Lanes that are read apart, also with the names of the `openai` gem.
class TestConnectionLanes < TestCase
  include TakesTurns

  def test_lanes_are_read_in_any_order
    connect do |connection|
      planner = connection.lane("planner")
      critic = connection.lane(:critic)
      planner.create(**say("one"))
      critic.send_event({ "type" => "response.create", **say("two", stream_id: "critic") })
      assert_equal "You said: two", critic.get_final_response.output_text
      assert_equal ["You said: one", %w[planner]], [planner.map { |event| event.delta if event.text_delta? }.join,
                                                    [planner.stream_id]]
      # Read already.
      assert_equal "You said: one", planner.get_final_response.output_text
      assert_nil planner.receive
      assert_nil connection.receive
      assert_match(/no turn/, assert_raises(Libresponses::UsageError) { planner.get_final_response }.message)
    end
  end

  # What was read to its end is not the answer to what was asked after it.
  def test_the_final_response_is_that_of_the_last_turn
    connect do |connection|
      lane = connection.lane("a")
      lane.create(**say("one"))
      lane.each(&:type)
      lane.create(**say("two"))
      assert_equal "You said: two", lane.get_final_response.output_text
    end
  end

  def test_a_slow_lane_and_a_quick_one
    connect do |connection|
      slow = connection.lane("slow")
      slow.create(**long_turn)
      assert_equal :"response.created", slow.receive.type
      quick = connection.lane("quick")
      quick.create(**say("x"))
      assert_equal "You said: x", quick.get_final_response.output_text
      assert_equal "slow", slow.receive.stream_id
    end
  end

  def test_each_lane_in_a_thread_of_its_own
    connect do |connection|
      threads = Array.new(6) do |i|
        lane = connection.lane("lane#{i}")
        Thread.new do
          Array.new(5) do |j|
            lane.create(**say("#{i} #{j}"))
            lane.get_final_response.output_text
          end
        end
      end
      threads.each_with_index { |thread, i| assert_equal Array.new(5) { |j| "You said: #{i} #{j}" }, thread.value }
    end
  end

  def test_what_goes_wrong_in_a_lane
    connect do |connection|
      lane = connection.lane("a")
      lane.create(model: MODEL, input: 7)
      assert_raises(Libresponses::BadRequestError) { lane.get_final_response }
      lane.create(model: MODEL, input: 7)
      assert_equal [:error], lane.map(&:type)
      lane.create(**say("x"))
      assert_equal "You said: x", lane.get_final_response.output_text
      assert_raises(Libresponses::UsageError) { lane.create(**say("x", stream_id: "b")) }
      assert_raises(Libresponses::UsageError) { connection.lane(nil).create(**say("x", stream_id: "b")) }
      assert_raises(Libresponses::UsageError) { connection.lane("a") }
    end
  end

  def test_a_lane_of_a_connection_that_was_closed
    lane = connect do |connection|
      connection.lane("a").tap { |one| one.create(**long_turn) }
    end
    assert_nil lane.each(&:type).receive
    assert_raises(Libresponses::ClosedError) { lane.create(**say("x")) }
  end

  def test_structured_output
    city = Class.new(Libresponses::BaseModel) { required :name, String }
    connect do |connection|
      lane = connection.lane("a")
      lane.create(**say("x", text: city))
      assert_kind_of city, lane.get_final_response.output_parsed
    end
  end

  def test_the_session_of_the_openai_gem
    limits = OpenAI::Responses::SessionLimits.new(max_lanes: 3, max_events: 512)
    ended = nil
    texts = OpenAI::Responses::Session.open(client: client, limits: limits) do |session|
      lanes = %w[planner critic].map { |name| session.lane(name) }
      lanes.each { |lane| lane.send_event(type: :"response.create", **say(lane.stream_id, store: false)) }
      assert_raises(OpenAI::Responses::BufferError) { session.lane("third") }
      assert_nil session.default.receive
      ended = session
      lanes.map { |lane| lane.get_final_response.output_text }
    end
    assert_equal ["You said: planner", "You said: critic"], texts
    assert_raises(OpenAI::Responses::StateLostError) { ended.default.create(**say("x")) }
  end

  def test_a_session_that_is_connected_again
    options = { extra_headers: { "X-Sandbox-Tag" => (name = tag) } }
    OpenAI::Responses::Session.open(client: client, request_options: options) do |session|
      old = session.lane("a")
      restored = nil
      assert_same session, session.reconnect(restore: ->(one) { restored = one.lane("a") })
      assert_raises(OpenAI::Responses::StateLostError) { old.create(**say("x")) }
      restored.create(**say("x"))
      assert_equal "You said: x", restored.get_final_response.output_text
    end
    assert_equal 2, Sandbox.requests(name).count { |one| one[:method] == "GET" }
  end

  def test_limits
    [{ max_lanes: 0 }, { max_lanes: 1, max_bytes: "1" }, { max_lanes: 1, max_things: 1 }].each do |limits|
      assert_raises(Libresponses::UsageError) { OpenAI::Responses::SessionLimits.new(**limits) }
    end
  end
end
