# frozen_string_literal: true

require_relative "helper"

# When a request may be sent.
class TestPace < TestCase
  # A pace whose clock stands still.
  def pace(**limits)
    Libresponses::Pace.new(**limits).tap do |pace|
      @now = 1000.0
      test = self
      pace.define_singleton_method(:now) { test.instance_variable_get(:@now) }
    end
  end

  def told(limit, left, reset, what = "requests")
    { "x-ratelimit-limit-#{what}" => limit.to_s, "x-ratelimit-remaining-#{what}" => left.to_s,
      "x-ratelimit-reset-#{what}" => reset }
  end

  def test_requests_go_evenly
    pace = pace(requests_per_minute: 120)
    assert_equal([0, 0.5, 1.0, 1.5], Array.new(4) { pace.reserve })
    assert_equal 2.0, pace.reserve(20)
    assert_equal 12.0, pace.reserve
    @now += 12.25
    assert_equal 0.25, pace.reserve
  end

  def test_what_was_not_used_is_made_up_for_a_little
    pace = pace(requests_per_minute: 600)
    pace.reserve
    @now += 3600
    waits = Array.new(12) { pace.reserve }
    assert_equal [0.0] * 10, waits.first(10)
    assert_in_delta 0.1, waits.last
  end

  def test_tokens
    pace = pace(tokens_per_minute: 60_000)
    assert_predicate pace, :counts_tokens?
    assert_equal 0, pace.reserve(1, 2000)
    assert_equal 2.0, pace.reserve(1, 500)
    pace.spend(1500)
    assert_equal 4.0, pace.reserve(1, 1)
    pace.spend(-2000)
    assert_in_delta 2.001, pace.reserve(1, 1)
  end

  def test_a_hold_is_for_all
    pace = pace()
    pace.hold(5)
    pace.hold(2)
    assert_equal [5, 5], [pace.reserve, pace.held]
    @now += 5
    assert_equal [0, 0], [pace.reserve, pace.held]
  end

  def test_a_smaller_limit_of_the_server_is_kept
    pace = pace(requests_per_minute: 6000)
    pace.heed(told(60, 59, "1s"))
    assert_equal([0, 1, 2], Array.new(3) { pace.reserve })
    pace.heed(told(1000, 999, "1s"))
    assert_equal 3, pace.reserve
  end

  def test_nothing_is_sent_where_nothing_is_left
    [[60, 30, "30s", 0], [60, 0, "1m0s", 1], [60, 0, "12s", 12], [60, 0, "250ms", 0.25], [10_000, 0, "8m20s", 0.05],
     [1, 0, "24h", 60], [60, 0, "", 0], [60, 0, "soon", 0], ["many", 0, "1s", 0], [60, "nan", "1s", 0],
     [60, -1, "1s", 0], [0, 0, "1s", 0]].each do |limit, left, reset, held|
      pace = pace()
      pace.heed(told(limit, left, reset))
      assert_in_delta held, pace.held, 0.000001, [limit, left, reset].inspect
    end
  end

  def test_wrong_limits
    skip "types are checked before" if defined?(RBS::Test)

    [0, -1, Float::NAN, Float::INFINITY, "5", true, Complex(1, 1)].each do |value|
      error = assert_raises(Libresponses::UsageError) { Libresponses::Pace.new(requests_per_minute: value) }
      assert_match(/\Arequests_per_minute: expected a number above 0/, error.message)
    end
  end
end
