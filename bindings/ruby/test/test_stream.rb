# frozen_string_literal: true

require_relative "helper"

# Reading streams, in every way there is.
class TestStream < TestCase
  def stream(input = "Hello you", **extra) = client.responses.stream(model: MODEL, input: input, **extra)

  def test_events
    events = stream.to_a
    assert_equal :"response.created", events.first.type
    assert_equal :"response.completed", events.last.type
    assert_equal (0...events.size).to_a, events.map(&:sequence_number)
    delta = events.find(&:text_delta?)
    assert_equal ["You", 0, 0], [delta.delta, delta.output_index, delta.content_index]
    assert_equal delta.item_id, JSON.parse(delta.json)["item_id"]
    assert_equal Encoding::UTF_8, delta.delta.encoding
    assert_nil events.first.delta
    assert_nil events.first.output_index
    assert_equal [:in_progress, ""], [events.first.response.status, events.first.response.output_text]
    assert_equal "You said: Hello you", events.last.response.output_text
    assert_nil delta.response
    assert_equal "You said: Hello you", events.find { |e| e.type == :"response.output_text.done" }.text
    assert_equal :message, events.find { |e| e.type == :"response.output_item.done" }.item.type
  end

  def test_a_block_gets_events_and_the_final_response_returns
    texts = []
    response = client.responses.stream(model: MODEL, input: "Hello") { |e| texts << e.delta if e.text_delta? }
    assert_equal "You said: Hello", texts.join
    assert_equal [:completed, texts.join], [response.status, response.output_text]
  end

  def test_helpers_of_the_openai_gem
    assert_equal ["You", " said", ":", " Hello", " you"], stream.text.to_a
    assert_equal "You said: Hello you", stream.get_output_text
    assert_equal :completed, stream.get_final_response.status
    finished = stream.until_done
    assert_equal "You said: Hello you", finished.get_final_response.output_text
    assert_predicate finished, :closed?
  end

  def test_enumerators
    assert_equal :"response.created", stream.first.type
    enumerator = stream.each
    assert_equal [0, 1, 2], Array.new(3) { enumerator.next.sequence_number }
    assert_equal ["You", " said"], stream.text.first(2)
    assert_equal 5, stream.lazy.select(&:text_delta?).count
    assert_equal ["YOU"], stream.text.map(&:upcase).first(1)
  end

  def test_every_kind_of_event
    events = stream("#everything").to_a
    events.each do |event|
      assert_equal event.type.to_s, event[:type].to_s
      data = JSON.parse(event.json)
      assert_equal data["sequence_number"], event.sequence_number
      delta = data["delta"]
      found = event.delta.is_a?(Libresponses::Record) ? event.delta.to_h.transform_keys(&:to_s) : event.delta
      delta.nil? ? assert_nil(found) : assert_equal(delta, found)
      data["item_id"] ? assert_equal(data["item_id"], event.item_id) : assert_nil(event.item_id)
    end
    assert_operator events.map(&:type).uniq.size, :>, 30
  end

  # What is read later is what was there at first, however much has come since.
  def test_events_may_be_kept
    events = stream("#long=3000").to_a
    assert_equal (0...events.size).to_a, events.map(&:sequence_number)
    events.each do |event|
      data = JSON.parse(event.json)
      assert_equal data.values_at("type", "sequence_number"), [event.type.to_s, event.sequence_number]
      assert_equal data["delta"], event.delta if event.text_delta?
    end
  end

  def test_unknown_events_are_handed_over
    event = stream("#unknown").find { |e| e.kind.zero? }
    assert_equal JSON.parse(event.json)["type"].to_sym, event.type
  end

  def test_a_delta_larger_than_any_buffer
    pieces = stream("#huge=3000000").text.to_a
    assert_equal 3_000_000, pieces.max_by(&:bytesize).bytesize
  end

  def test_break_ends_the_call
    mark = tag
    other = stream("#long=100000", request_options: { extra_headers: { "X-Sandbox-Tag" => mark } })
    other.each { break }
    assert_predicate other, :closed?
    port = Sandbox.requests(mark).first[:remote_port]
    eventually("the connection is closed") { !connections.include?(port) }
  end

  # However much of it had arrived by then.
  def test_a_stream_that_was_left_is_not_read_further
    20.times do
      short = stream("x")
      assert_equal 0, short.first.sequence_number
      assert_predicate short, :closed?
      assert_raises(Libresponses::CancelledError) { short.first }
      assert_raises(Libresponses::CancelledError) { short.get_final_response }
      short = stream("x")
      short.close
      assert_raises(Libresponses::CancelledError) { short.text.to_a }
    end
  end

  def test_left_with_its_last_event_it_has_been_read
    20.times do
      short = stream("x")
      short.each { |event| break if event.type == :"response.completed" }
      assert_equal "You said: x", short.get_output_text
      assert_empty short.to_a
    end
  end

  def test_closed_is_said_when_nothing_is_left_to_read
    short = stream("x")
    refute_predicate short, :closed?
    short.each { refute_predicate short, :closed? }
    assert_predicate short, :closed?
    assert_equal "#<Libresponses::Stream closed>", short.inspect
  end

  def test_an_exception_in_the_block_ends_the_call
    other = stream("#long=100000")
    assert_raises(RuntimeError) { other.each { raise "mine" } }
    assert_predicate other, :closed?
    assert_raises(Libresponses::CancelledError) { other.get_final_response }
  end

  def test_what_is_dropped_is_collected
    one = client
    20.times { one.responses.stream(**slow).each.next }
    eventually("the connections are closed") do
      GC.start
      Array.new(1000) { |i| i.to_s * 10 }
      connections.size < 5
    end
  end

  def test_failed_responses
    error = assert_raises(Libresponses::ResponseFailedError) { stream("#fail=3").until_done }
    refute_nil error.code
    assert_operator error.response.output_text.split.size, :>=, 1
    assert_equal error.response.id, error.response_id
    assert_equal :incomplete, stream("#incomplete").get_final_response.status
  end

  def test_a_stream_that_breaks_off_says_so
    broken = client(max_retries: 0).responses.stream(
      model: MODEL, input: "#long=20", request_options: fault("end-after-events=9; tag=#{tag}")
    )
    error = assert_raises(Libresponses::TruncatedError) { broken.until_done }
    assert_equal 8, error.last_sequence
    assert_operator error.response.output_text.length, :>, 1
  end

  def test_going_on_after_a_cursor
    one = client.responses
    id = one.stream(model: MODEL, input: "#long=50", background: true).first(3).first.response.id
    rest = one.stream(response_id: id, starting_after: 2)
    assert_equal 3, rest.first.sequence_number
    assert_equal 0, one.retrieve_streaming(id).first.sequence_number
    one.cancel(id)
  end

  def test_snapshot_while_it_arrives
    other = client.responses.stream(**slow)
    assert_nil other.current_response
    other.text.each_with_index do |piece, index|
      assert_equal :in_progress, other.current_response.status
      assert_includes other.current_response.output_text, piece
      break if index == 2
    end
  end

  def test_cancel_from_another_thread
    other = client.responses.stream(**slow)
    Thread.new { sleep 0.1 and other.cancel }
    assert_raises(Libresponses::CancelledError) { other.until_done }
    other = client.responses.stream(**slow)
    Thread.new { sleep 0.1 and other.close }
    assert_raises(Libresponses::CancelledError) { other.until_done }
    assert_nil other.close
  end
end
