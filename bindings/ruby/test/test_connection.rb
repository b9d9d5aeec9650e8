# frozen_string_literal: true

require_relative "helper"
require_relative "turns"

# Many turns over one connection (WebSocket mode).
class TestConnection < TestCase
  include TakesTurns

  def test_turns_that_go_on_from_each_other_though_nothing_is_stored
    connect do |connection|
      first = connection.create(say("Hello", store: false))
      assert_equal ["You said: Hello", :completed, 101], [first.output_text, first.status, first.http_status]
      stream = connection.stream(**say("Again", store: false), previous_response_id: first.id)
      assert_equal "You said: Again", stream.text.to_a.join
      assert_equal [101, 1], [stream.status, connection.connections]
      refute_predicate connection, :closed?
    end
  end

  def test_the_block_form_closes
    kept = nil
    value = client.responses.connect do |connection|
      kept = connection
      connection.create(say("x")).output_text
    end
    assert_equal "You said: x", value
    assert_predicate kept, :closed?
    assert_match(/ closed>\z/, kept.inspect)
    kept.close
    [-> { kept.create(say("x")) }, -> { kept.stream(say("x")) }, -> { kept.connections },
     -> { kept.response.create(**say("x")) }, -> { kept.steer("resp_1", input: "x") }].each do |use|
      assert_raises(Libresponses::ClosedError, &use)
    end
    assert_nil kept.receive
  end

  def test_the_ways_to_ask_are_those_of_responses
    connect do |connection|
      types = []
      final = connection.create(say("x")) { |event| types << event.type }
      assert_equal %i[response.created response.completed], types.values_at(0, -1)
      assert_equal "You said: x", final.output_text
      assert_kind_of Libresponses::Stream, connection.create(say("x", stream: true))
      assert_equal types, connection.stream(say("x")).map(&:type)
      types.clear
      connection.create(say("x", stream: ->(_event, type) { types << type }))
      assert_equal "response.completed", types.last
      assert_raises(Libresponses::UsageError) { connection.stream(say("x", stream: false)) }
      assert_raises(Libresponses::UsageError) { connection.create(say("x", background: true)) }
    end
  end

  def test_structured_output
    city = Class.new(Libresponses::BaseModel) { required :name, String }
    connect do |connection|
      assert_kind_of city, connection.create(say("x", text: city)).output_parsed
      assert_kind_of city, connection.stream(say("x", text: city)).get_final_response.output_parsed
      connection.response.create(**say("x", text: city))
      assert_kind_of city, connection.find { |event| event.type == :"response.output_text.done" }.parsed
    end
  end

  def test_generate_false_only_prepares
    connect do |connection|
      warm = connection.create(model: MODEL, generate: false, instructions: "Be brief.")
      assert_equal [:completed, []], [warm.status, warm.output]
      assert_equal "You said: x", connection.create(say("x", previous_response_id: warm.id)).output_text
    end
  end

  def test_lanes_run_side_by_side
    connect do |connection|
      slow = connection.stream(long_turn(stream_id: "slow"))
      slow.each.next
      assert_equal "You said: x", connection.create(say("x", stream_id: "quick")).output_text
      assert_nil slow.current_response.output_text[/You said: x/]
      slow.close
    end
    error = assert_raises(Libresponses::UsageError) { connect { |one| one.create(say("x", stream_id: "a b")) } }
    assert_match(/stream_id/, error.message)
  end

  def test_a_turn_that_the_server_refuses
    connect do |connection|
      error = assert_raises(Libresponses::BadRequestError) do
        connection.create(say("x", previous_response_id: "resp_none"))
      end
      assert_equal ["previous_response_not_found", 400], [error.code, error.http_status]
      assert_raises(Libresponses::BadRequestError) { connection.stream(model: MODEL, input: 7).until_done }
      assert_equal ["You said: x", 1], [connection.create(say("x")).output_text, connection.connections]
    end
  end

  def test_a_handshake_that_is_refused
    error = assert_raises(Libresponses::AuthenticationError) { connect("status=401") }
    assert_equal 401, error.http_status
    assert_raises(Libresponses::ProtocolError) { connect("accept=wrong") }
    assert_raises(Libresponses::APITimeoutError) { connect("silent=handshake", connect_timeout: 0.2, max_retries: 0) }
  end

  # A connection that ends in mid-turn, and one for the next turn.
  def test_a_connection_that_ends
    connect("on=turn; times=1; cut-after-events=6; tag=#{tag}") do |connection|
      error = assert_raises(Libresponses::TruncatedError) { connection.create(say("a b c d e f", store: false)) }
      assert_match(/\AYou said/, error.response.output_text)
      assert_equal "You said: x", connection.create(say("x")).output_text
      assert_equal 2, connection.connections
    end
  end

  def test_options_are_those_of_the_connection
    name = tag
    one = client(base_url: "http://127.0.0.1:1/v1")
    options = { extra_headers: { "X-Sandbox-Tag" => name, "X-Mine" => "yes" }, timeout: 20 }
    one.responses.connect(websocket_base_url: Sandbox.url.sub("http", "ws"), request_options: options) do |connection|
      connection.create(say("x", request_options: { extra_body: { metadata: { a: "b" } } }))
      error = assert_raises(Libresponses::UsageError) { connection.create(say("x", request_options: { timeout: 1 })) }
      assert_match(/timeout/, error.message)
    end
    assert_equal "yes", Sandbox.requests(name).first[:headers][:"x-mine"]
    assert_equal([{ a: "b" }], turns(name).map { |turn| turn[:metadata] })
  end

  def test_a_response_is_steered
    connect do |connection|
      stream = connection.stream(say("#reasoning=3", metadata: { sandbox_speed: "20" }))
      id = stream.each.next.response.id
      answer = connection.steer(id, input: "Be brief.")
      assert_equal :"response.steer.accepted", (first = answer.each.next).type, first.json
      stream.until_done
      refute_equal id, answer.get_final_response.id
    end
  end

  def test_steering_what_is_not_there
    connect do |connection|
      assert_raises(Libresponses::APIError) { connection.steer("resp_none", input: "x").until_done }
      assert_raises(Libresponses::UsageError) { connection.steer("", input: "x") }
    end
  end
end
