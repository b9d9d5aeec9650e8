# frozen_string_literal: true

require_relative "helper"

# Bytes that the program received by itself.
class TestDecoder < TestCase
  WORDS = ["Hel", "lo ", "ä😀"].freeze
  EVENTS = [
    { type: "response.created", sequence_number: 0, response: { id: "resp_1" } },
    *WORDS.each_with_index.map do |word, i|
      { type: "response.output_text.delta", sequence_number: 1 + i, output_index: 0, content_index: 0,
        item_id: "msg_1", delta: word }
    end,
    { type: "response.completed", sequence_number: 4, response: { id: "resp_1", status: "completed", output: [] } }
  ].freeze

  def stream(events = EVENTS) = events.map { |event| "data: #{JSON.generate(event)}\n\n" }.join.b

  def test_pieces_of_every_size
    [1, 2, 7, 100, 10_000].each do |size|
      decoder = Libresponses::Decoder.new
      assert_nil decoder.current_response
      heard = stream.chars.each_slice(size).flat_map { |piece| decoder.feed(piece.join) }
      assert_empty decoder.end
      assert_predicate decoder, :done?
      assert_equal(EVENTS.map { |event| event[:type] }, heard.map { |event| event.type.to_s })
      assert_equal "Hello ä😀", heard[1..3].map(&:delta).join
      assert_equal :completed, decoder.current_response.status
      2.times { assert_nil decoder.close }
      assert_raises(Libresponses::ClosedError) { decoder.feed("x") }
    end
  end

  def test_chunks
    chunks = Enumerator.new do |out|
      out << stream[...50]
      out << stream[50..]
      flunk "nothing is asked for after the terminal event"
    end
    heard = []
    assert_nil(Libresponses.decode(chunks) { |event| heard << event })
    assert_equal EVENTS.size, heard.size
    assert_equal EVENTS.size, Libresponses.decode([stream]).to_a.size
  end

  def test_one_that_is_cut_is_truncated_after_its_events
    heard = []
    error = assert_raises(Libresponses::TruncatedError) do
      Libresponses.decode([stream[...-10]]) { |event| heard << event }
    end
    assert_equal 4, heard.size
    assert_equal "Hello ä😀", error.response.output_text
    assert_raises(Libresponses::TruncatedError) { Libresponses.decode([]).to_a }
  end

  def test_no_event_is_lost_before_a_failure
    decoder = Libresponses::Decoder.new
    failed = [*EVENTS[..1], { type: "error", code: "rate_limit_exceeded", message: "slow down" }]
    assert_equal 3, decoder.feed(stream(failed)).size
    2.times { assert_match(/slow down/, assert_raises(Libresponses::APIError) { decoder.end }.message) }
    broken = Libresponses::Decoder.new
    assert_equal 2, broken.feed("#{stream(EVENTS[..1])}data: [1]\n\n").size
    assert_raises(Libresponses::APIError) { broken.feed("") }
    assert_raises(Libresponses::UsageError) { Libresponses::Decoder.new.feed(nil) }
  end

  def test_a_large_event_and_many_small_ones
    large = [EVENTS[0], EVENTS[1].merge(delta: "x" * 1_000_000), EVENTS[4]]
    assert_equal 1_000_000, Libresponses.decode([stream(large)]).to_a[1].delta.size
    deltas = Array.new(5_000) { |i| EVENTS[1].merge(sequence_number: i + 1) }
    many = [EVENTS[0]] + deltas + [EVENTS[4].merge(sequence_number: 5_001)]
    assert_equal 5_002, Libresponses.decode(stream(many).scan(/.{1,3000}/m)).to_a.size
  end
end
