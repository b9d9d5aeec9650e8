# frozen_string_literal: true

require_relative "helper"

# A proc that is told of every attempt.
class TestAttempts < TestCase
  def setup
    super
    @told = Queue.new
  end

  # The next so many attempts that are told.
  def told(count, queue = @told)
    eventually("#{count} attempts") { queue.size >= count }
    Array.new(count) { queue.pop }
  end

  def ask(on_attempt: @told.method(:push), spec: nil, **options)
    client(on_attempt: on_attempt, **options).responses.create(
      model: MODEL, input: "Hello", request_options: spec ? fault(spec) : {}
    )
  end

  def test_a_create_and_its_retry
    ask(spec: "status=503; times=1; retry-after-ms=1")
    first, last = told(2)
    assert_equal [1, 503, "RESPONSES_E_API", "retry"], [first.attempt, first.http_status, first.status, first.next]
    refute_predicate first, :last?
    assert_in_delta 0.001, first.pause
    assert_in_delta 0.001, first.retry_after
    assert_nil first.tokens.total
    assert_equal [2, 200, "RESPONSES_OK"], [last.attempt, last.http_status, last.status]
    assert_predicate last, :last?
    assert_equal ["create", "POST", "/responses"], [last.operation, last.method, last.path]
    assert_operator last.tokens.output, :>, 0
    assert_operator last.times.total, :>=, last.times.first_byte
    assert_nil last.times.tls
    assert_operator last.request_limit.remaining, :>, 0
    assert_operator last.bytes_sent, :>, 0
    assert_equal 2, JSON.parse(last.to_json)["attempt"]
    assert_includes last.inspect, "RESPONSES_OK"
  end

  def test_a_stream_that_is_left
    stream = client(on_attempt: @told.method(:push)).responses.stream(
      model: MODEL, input: "Hello", request_options: fault("stall-after-events=3")
    )
    stream.each { break }
    stream.close
    assert_equal "RESPONSES_E_CANCELLED", told(1).first.status
  end

  def test_copies_tell_too_or_somebody_else
    other = Queue.new
    mine = client(on_attempt: @told.method(:push))
    copy = mine.with_options(timeout: 20)
    copy.responses.create(model: MODEL, input: "a")
    mine.with_options(on_attempt: other.method(:push)).responses.create(model: MODEL, input: "b")
    mine.with_options(on_attempt: nil).responses.create(model: MODEL, input: "c")
    mine.responses.create(model: MODEL, input: "d", request_options: { timeout: 30 })
    told(2)
    told(1, other)
    assert_empty @told
    assert_empty other
  end

  def test_a_proc_may_make_another_call
    asking = client
    answers = Queue.new
    ask(on_attempt: ->(_) { answers << asking.responses.create(model: MODEL, input: "Hello").status })
    assert_equal "completed", told(1, answers).first.to_s
  end

  def test_a_proc_that_raises
    _, shown = capture_io do
      ask(on_attempt: ->(_) { raise ArgumentError, "no" })
      ask
      told(1)
    end
    assert_includes shown, "on_attempt raised ArgumentError: no"
  end

  def test_something_else
    assert_raises(Libresponses::UsageError) { ask(on_attempt: 1) }
  end

  def test_after_a_fork
    ask
    told(1)
    pid = fork do
      ask
      exit!(told(1).first.status == "RESPONSES_OK" ? 0 : 1)
    rescue StandardError
      exit!(2)
    end
    assert_equal 0, Process.wait2(pid).last.exitstatus
  end
end
