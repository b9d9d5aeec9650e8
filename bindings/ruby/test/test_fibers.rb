# frozen_string_literal: true

require_relative "helper"
require_relative "small_scheduler"

# Many streams in one thread, by a fiber scheduler.
class TestFibers < TestCase
  STREAMS = 100

  # Runs a block under a scheduler, in a thread of its own.
  def scheduled(&block)
    Thread.new do
      Fiber.set_scheduler(SmallScheduler.new)
      block.call
    end.join
  end

  # The order in which fibers got their first and their last piece says whether they ran side by side.
  def read_all(one, spawn)
    order = []
    texts = {}
    STREAMS.times do |i|
      spawn.call do
        input = { model: MODEL, input: "#{i} a b c d e f g",
                  request_options: { extra_headers: { "X-Sandbox-Speed" => "50" } } }
        texts[i] = one.responses.stream(**input).text.each_with_object(+"") do |piece, text|
          order << [:first, i] if text.empty?
          text << piece
        end
        order << [:last, i]
      end
    end
    [order, texts]
  end

  def assert_interleaved(order, texts)
    assert_equal STREAMS, texts.size
    texts.each { |i, text| assert_equal "You said: #{i} a b c d e f g", text }
    # One after the other there would never be more than one between its first and its last piece.
    running = 0
    most = order.map { |what, _| running += what == :first ? 1 : -1 }.max
    assert_operator most, :>, 5
  end

  def assert_nothing_waits(client)
    client.instance_variable_get(:@scheduled).each_value do |session|
      assert_empty session.engine.instance_variable_get(:@waiting)
    end
  end

  def test_a_hundred_streams_in_one_thread
    one = client
    result = nil
    threads = nil
    scheduled do
      before = Thread.list
      result = read_all(one, ->(&block) { Fiber.schedule(&block) })
      Fiber.schedule { threads = Thread.list - before }
    end
    assert_interleaved(*result)
    assert_empty threads
  end

  def test_a_hundred_streams_with_async
    require "async"
    one = client
    result = nil
    Thread.new { Async { |task| result = read_all(one, ->(&block) { task.async { block.call } }) } }.join
    assert_interleaved(*result)
  rescue LoadError
    skip "the async gem is not there"
  end

  def test_stopping_an_async_task_ends_its_call
    require "async"
    one = client
    Thread.new do
      Async do |task|
        children = Array.new(5) { task.async { one.responses.stream(**slow).until_done } }
        task.sleep(0.1)
        children.first(4).each(&:stop)
        assert_equal "You said: x", one.responses.create(model: MODEL, input: "x").output_text
        children.last.stop
      end
    end.join
    assert_nothing_waits(one)
  rescue LoadError
    skip "the async gem is not there"
  end

  def test_timeout_in_a_fiber
    one = client
    outcome = nil
    scheduled do
      Fiber.schedule do
        Timeout.timeout(0.1) { one.responses.stream(**slow).until_done }
      rescue Timeout::Error
        outcome = one.responses.create(model: MODEL, input: "x").output_text
      end
      Fiber.schedule { one.responses.create(model: MODEL, input: "y") }
    end
    assert_equal "You said: x", outcome
    assert_nothing_waits(one)
  end

  # A thread that does not get around to its fibers holds up nobody else.
  def test_a_busy_thread_with_a_scheduler
    one = client
    busy = Queue.new
    release = Queue.new
    thread = Thread.new do
      Fiber.set_scheduler(SmallScheduler.new)
      Fiber.schedule { one.responses.stream(**slow(speed: 1000)).first(1) }
      Fiber.schedule do
        busy << true
        Fiber.blocking { release.pop } if Fiber.respond_to?(:blocking)
        Fiber.new(blocking: true) { release.pop }.resume unless Fiber.respond_to?(:blocking)
      end
    end
    busy.pop
    5.times { assert_equal "You said: x", one.responses.create(model: MODEL, input: "x").output_text }
  ensure
    release << true
    thread.join
  end

  # Fibers of two schedulers and a plain thread share one client.
  def test_schedulers_in_two_threads_and_a_thread_without
    one = client
    counts = Queue.new
    threads = Array.new(2) do
      Thread.new do
        Fiber.set_scheduler(SmallScheduler.new)
        10.times { Fiber.schedule { counts << one.responses.stream(model: MODEL, input: "#long=300").text.count } }
      end
    end
    threads << Thread.new { 10.times { counts << one.responses.stream(model: MODEL, input: "#long=300").text.count } }
    threads.each(&:join)
    assert_equal 30, counts.size
    assert_equal 1, Array.new(30) { counts.pop }.uniq.size
  end
end
