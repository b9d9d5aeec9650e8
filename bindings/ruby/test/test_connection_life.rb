# frozen_string_literal: true

require_relative "helper"
require_relative "turns"
require_relative "small_scheduler"

# One connection in threads, fibers and processes, and how it ends.
class TestConnectionLife < TestCase
  include TakesTurns

  def test_threads
    connect do |connection|
      texts = Array.new(8) do |i|
        Thread.new { Array.new(5) { |j| connection.create(say("#{i} #{j}", stream_id: "lane#{i}")).output_text } }
      end.map(&:value)
      texts.each_with_index { |all, i| assert_equal Array.new(5) { |j| "You said: #{i} #{j}" }, all }
      assert_equal 1, connection.connections
    end
  end

  def test_what_ends_a_wait_leaves_the_connection_in_order
    connect do |connection|
      assert_raises(Timeout::Error) { Timeout.timeout(0.1) { connection.create(long_turn) } }
      assert_raises(Timeout::Error) { Timeout.timeout(0.1) { connection.stream(long_turn).until_done } }
      connection.response.create(**long_turn)
      assert_raises(Timeout::Error) { Timeout.timeout(0.1) { connection.each(&:type) } }
      assert_equal "You said: x", connection.create(say("x", stream_id: "other")).output_text
      engine = connection.instance_variable_get(:@turns).engine
      assert_empty engine.instance_variable_get(:@waiting)
      assert_nil engine.instance_variable_get(:@leader)
    end
  end

  # Nothing hangs, and turns beside it are not disturbed but by the connection that an interrupted turn gives up.
  def test_interrupts_at_any_moment
    random = Random.new(7)
    connect do |connection|
      60.times do |i|
        lane = connection.lane("lane#{i % 3}-#{i / 30}") if i % 30 < 3
        lane&.create(**say("x"))
        victims = [-> { connection.create(long_turn) }, -> { connection.stream(long_turn).until_done },
                   -> { (lane || connection).each(&:type) }].map { |block| Thread.new(&block) }
        victims.each { |thread| thread.report_on_exception = false }
        sleep random.rand * 0.02
        victims.each { |thread| i.even? ? thread.kill : 2.times { thread.raise(IOError) } }
        victims.each { |thread| assert_same thread, (thread.join(20) rescue thread) } # rubocop:disable Style/RescueModifier
      end
      assert_equal "You said: x", connection.create(say("x")).output_text
      engine = connection.instance_variable_get(:@turns).engine
      assert_empty engine.instance_variable_get(:@waiting)
      assert_nil engine.instance_variable_get(:@leader)
    end
  end

  def test_closing_ends_what_is_under_way
    connection = connect
    reader = Thread.new { connection.create(long_turn) }
    reader.report_on_exception = false
    eventually("the thread waits") { reader.stop? }
    connection.close
    assert_raises(Libresponses::CancelledError) { reader.value }
  end

  def test_fibers
    texts = {}
    ways = [SmallScheduler.new]
    begin
      require "async"
      ways << nil
    rescue LoadError
      nil
    end
    ways.each do |scheduler|
      texts.clear
      Thread.new do
        if scheduler
          Fiber.set_scheduler(scheduler)
          Fiber.schedule { read_side_by_side(texts, ->(&block) { Fiber.schedule(&block) }) }
        else
          Async { |task| read_side_by_side(texts, ->(&block) { task.async { block.call } }) }
        end
      end.join
      assert_equal(Array.new(10) { |i| [i, "You said: #{i} a b c"] }.to_h, texts.sort.to_h)
    end
  end

  def read_side_by_side(texts, spawn)
    connection = client.responses.connect
    left = 10
    10.times do |i|
      spawn.call do
        input = say("#{i} a b c", stream_id: "lane#{i}", metadata: { sandbox_speed: "100" })
        texts[i] = connection.stream(input).text.to_a.join
        connection.close if (left -= 1).zero?
      end
    end
  end

  def test_a_connection_of_a_parent_process
    connect do |connection|
      child = fork do
        connection.create(say("x"))
        exit! 1
      rescue Libresponses::ForkedError
        connection.close
        exit! 0
      end
      assert_predicate Process.wait2(child).last, :success?
      assert_equal "You said: x", connection.create(say("x")).output_text
    end
  end

  # A proc for keys is asked for the connection, also when nothing else holds it.
  def test_a_proc_for_keys
    asked = 0
    one = Libresponses::Client.new(base_url: Sandbox.url, api_key: -> { "key#{asked += 1}" })
    connection = one.responses.connect(request_options: fault("on=turn; times=1; cut-after-events=3; tag=#{tag}"))
    one = nil
    GC.start
    assert_raises(Libresponses::TruncatedError) { connection.create(say("x", store: false)) }
    GC.start
    assert_equal "You said: x", connection.create(say("x")).output_text
    assert_equal 2, asked
    assert_nil one
  ensure
    connection&.close
  end

  # Whoever reads a turn has its connection.
  def test_a_stream_whose_connection_was_lost_sight_of
    stream = Thread.new do
      client.responses.connect.stream(say("a b c d e f g h", metadata: { sandbox_speed: "50" }))
    end.value
    assert_equal "You said: a b c d e f g h", stream.text.map { |piece| piece.tap { GC.start } }.join
  end

  # What nobody has any more is closed.
  def test_a_connection_that_was_lost_sight_of
    one = client
    before = connections
    port = Thread.new do
      connection = one.responses.connect
      (connections - before).first.tap { connection.create(say("x")) }
    end.value
    refute_nil port
    eventually("the connection is closed") do
      GC.start
      one.responses.create(say("x"))
      !connections.include?(port)
    end
  end
end
