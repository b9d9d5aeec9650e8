# frozen_string_literal: true

require_relative "helper"
require_relative "scripted"

# Many responses at once: where requests come from, how fast they go, what they leave.
class TestMap < TestCase
  ANSWER = { id: "resp_1", object: "response", status: "completed", output: [] }.freeze
  FINE = ->(_target, _body) { ANSWER }

  def asked(count) = Array.new(count) { |n| { model: MODEL, input: "n#{n}" } }

  def test_outcomes_in_order
    requests = asked(60)
    requests[7][:request_options] = fault("status=400")
    requests[8][:input] = Object.new
    told = []
    outcomes = client.responses.map(requests, concurrency: 10, progress: ->(done) { told << done }).to_a
    assert_equal (0..59).to_a, outcomes.map(&:index)
    assert_equal (1..60).to_a, told
    outcomes.each { |outcome| assert_same requests[outcome.index], outcome.request }
    assert_kind_of Libresponses::BadRequestError, outcomes[7].error
    assert_kind_of Libresponses::UsageError, outcomes[8].error
    assert_raises(Libresponses::BadRequestError) { outcomes[7].unwrap }
    assert_equal "You said: n59", outcomes[59].unwrap.output_text
  end

  def test_outcomes_as_they_come
    found = []
    assert_nil(client.responses.map(asked(40), ordered: false, concurrency: 7) { |outcome| found << outcome.index })
    assert_equal (0..39).to_a, found.sort
  end

  # Each request is there only once the outcome of the one before has been handed over.
  def test_a_source_that_waits_holds_nothing_up
    come = Queue.new
    come << true
    source = asked(6).each.lazy.map { |one| come.pop && one }
    indices = client.responses.map(source, concurrency: 50).map do |outcome|
      come << true
      outcome.unwrap
      outcome.index
    end
    assert_equal (0..5).to_a, indices
  end

  def test_what_a_source_raises_comes_after_what_it_gave
    found = []
    source = Enumerator.new do |give|
      asked(3).each { |one| give << one }
      raise IndexError, "no more"
    end
    error = assert_raises(IndexError) { client.responses.map(source) { |outcome| found << outcome.unwrap } }
    assert_equal "no more", error.message
    assert_equal 3, found.size
  end

  def test_what_is_left_leaves_nothing
    before = Thread.list.size
    blocked = Queue.new
    source = Enumerator.new do |give|
      asked(5).each { |one| give << one }
      blocked.pop
    end
    assert_equal(1, client.responses.map(source, ordered: false).first(1).size)
    assert_raises(ArgumentError) { client.responses.map(source) { raise ArgumentError } }
    assert_equal before, Thread.list.size
  end

  def test_no_more_is_taken_than_there_is_room_for
    taken = seen = 0
    source = asked(40).each.lazy.map { |one| (taken += 1) && one }
    client.responses.map(source, concurrency: 5, ordered: false) do
      seen += 1
      assert_operator taken, :<=, seen + 5 + 1
    end
    assert_equal [40, 40], [taken, seen]
  end

  def test_connections_are_kept
    Scripted.open(FINE) do |server|
      one = client(base_url: server.url)
      20.times { one.responses.map(asked(20), concurrency: 4).to_a }
      assert_equal 400, server.seen.size
      assert_operator server.accepted, :<=, 4
    end
  end

  def test_fibers
    require_relative "small_scheduler"
    found = nil
    thread = Thread.new do
      Fiber.set_scheduler(SmallScheduler.new)
      Fiber.schedule { found = client.responses.map(asked(20), concurrency: 4).map { |one| one.unwrap.output_text } }
    end
    thread.join
    assert_equal 20, found.size
  end

  # What a program may hand over as `pace`.
  class Counted
    attr_reader :reserved, :holds, :heard

    def initialize
      @reserved = 0
      @holds = []
      @heard = 0
    end

    def reserve(count) = 0.001 * (@reserved += count)
    def hold(seconds) = @holds << seconds
    def heed(_headers) = @heard += 1
  end

  def test_a_pace_is_asked_each_time_that_a_request_is_sent
    refused = 0
    lock = Mutex.new
    answer = lambda do |_target, body|
      is_refused = lock.synchronize { body.include?("n3") && (refused += 1) <= 2 }
      is_refused ? [429, "application/json", '{"error":{"message":"slow"}}', { "Retry-After-Ms" => "5" }] : ANSWER
    end
    pace = Counted.new
    Scripted.open(answer) do |server|
      outcomes = client(base_url: server.url).responses.map(asked(8), pace: pace).to_a
      assert_equal ["resp_1"] * 8, outcomes.map { |one| one.unwrap.id }
      assert_equal 10, server.seen.size
    end
    assert_equal [10, 10, [0.005, 0.005]], [pace.reserved, pace.heard, pace.holds]
  end

  def test_a_retry_has_the_same_key
    mark = tag
    headers = { "X-Sandbox-Tag" => mark, "X-Sandbox-Fault" => "status=429; retry-after-ms=1" }
    options = { max_retries: 2, extra_headers: headers }
    requests = [{ model: MODEL, input: "x", request_options: options },
                { model: MODEL, input: "x", request_options: options.merge(idempotency_key: "mine") }]
    outcomes = client.responses.map(requests, pace: Counted.new).to_a
    assert_equal([Libresponses::RateLimitError] * 2, outcomes.map { |one| one.error.class })
    keys = Sandbox.requests(mark).map { |one| one[:headers][:"idempotency-key"] }.tally
    assert_equal [3, 3], keys.values
    assert_equal 3, keys["mine"]
  end

  def test_tokens_are_settled
    usage = { input_tokens: 10, output_tokens: 90, total_tokens: 100 }
    pace = Libresponses::Pace.new(tokens_per_minute: 60_000_000)
    sums = Hash.new(0)
    pace.define_singleton_method(:reserve) { |count, tokens| super(count, tokens).tap { sums[:all] += tokens } }
    pace.define_singleton_method(:spend) { |tokens| super(tokens).tap { sums[:all] += tokens } }
    Scripted.open(->(_target, _body) { ANSWER.merge(usage: usage) }) do |server|
      client(base_url: server.url).responses.map(asked(5), pace: pace).each(&:unwrap)
    end
    assert_in_delta 500, sums[:all]
  end

  def test_wrong_arguments
    skip "types are checked before" if defined?(RBS::Test)

    { requests: 5, concurrency: 0, pace: 5 }.each do |name, value|
      given = { requests: [], **{ name => value } }
      error = assert_raises(Libresponses::UsageError) { client.responses.map(given.delete(:requests), **given) }
      assert_includes error.message, name.to_s
    end
    outcome = client.responses.map([{ model: MODEL, stream: true }]).first
    assert_kind_of Libresponses::UsageError, outcome.error
  end
end
