# frozen_string_literal: true

require_relative "helper"

# Several threads on one client, and what may be done to a thread that waits.
class TestThreads < TestCase
  def test_ten_threads_on_one_client
    one = client
    results = Array.new(10) do |i|
      Thread.new do
        Array.new(10) do |j|
          input = "thread #{i} turn #{j}"
          case j % 3
          when 0 then one.responses.create(model: MODEL, input: input).output_text
          when 1 then one.responses.stream(model: MODEL, input: input).text.to_a.join
          else one.with_options(max_retries: 1).responses.stream(model: MODEL, input: input).map(&:delta).join
          end
        end
      end
    end.map(&:value)
    results.each_with_index do |texts, i|
      assert_equal Array.new(10) { |j| "You said: thread #{i} turn #{j}" }, texts
    end
  end

  def test_long_streams_in_threads
    one = client
    sizes = Array.new(4) do |i|
      Thread.new do
        one.responses.stream(model: MODEL, input: "#long=#{2000 * (i + 1)}").text.count
      end
    end
    counts = sizes.map(&:value)
    assert_equal counts.sort, counts
    assert_equal 4, counts.uniq.size
  end

  def test_other_threads_run_while_one_waits
    ticks = 0
    ticker = Thread.new { loop { sleep 0.005 and ticks += 1 } }
    client.responses.create(model: MODEL, input: "Hello", request_options: fault("first-byte-delay=300"))
    assert_operator ticks, :>, 5
  ensure
    ticker.kill
  end

  # A reader that does not read stops its own stream at a bound, and no other one.
  def test_a_slow_reader_beside_others
    one = client
    started = Queue.new
    gate = Queue.new
    slow_one = Thread.new do
      count = 0
      one.responses.stream(model: MODEL, input: "#long=40000").text do
        (started << true) && gate.pop if (count += 1) == 1
      end
      count
    end
    started.pop
    20.times { assert_equal "You said: x", one.responses.create(model: MODEL, input: "x").output_text }
    call = ObjectSpace.each_object(Libresponses::Call).find { |c| c.instance_variable_get(:@buffered).positive? }
    limit = Libresponses::Call::BUFFERED_BYTES + Libresponses::Buffer::BYTES
    assert_operator call.instance_variable_get(:@buffered), :<=, limit
    gate << true
    assert_operator slow_one.value, :>=, 40_000
  end

  def test_timeout
    one = client
    assert_raises(Timeout::Error) { Timeout.timeout(0.1) { one.responses.stream(**slow).until_done } }
    assert_raises(Timeout::Error) do
      Timeout.timeout(0.1) do
        one.responses.create(model: MODEL, input: "x", request_options: fault("first-byte-delay=20000"))
      end
    end
    assert_nothing_left_of(one)
  end

  def test_raise_and_kill
    one = client
    reader = Thread.new { one.responses.stream(**slow).until_done }
    sleep 0.1
    reader.report_on_exception = false
    reader.raise(IOError, "mine")
    assert_raises(IOError) { reader.join }
    reader = Thread.new { one.responses.stream(**slow).until_done }
    sleep 0.1
    assert_same reader, reader.kill.join(10)
    assert_nothing_left_of(one)
  end

  # The start is not interrupted, and what comes meanwhile comes before anybody has the stream.
  def test_killed_while_it_starts
    GC.disable
    one = client
    engine = one.session.engine
    %i[kill raise].each do |how|
      reader = engine.lock.synchronize do
        thread = Thread.new { one.responses.stream(**slow).until_done }
        thread.report_on_exception = false
        Thread.pass until thread.stop?
        thread.tap(&how)
      end
      reader.join rescue nil # rubocop:disable Style/RescueModifier
      calls = calls_of(engine)
      refute_empty calls
      assert_empty calls.reject(&:closed?)
    end
  ensure
    GC.enable
  end

  # Interrupts at any moment, also the wrong one: nothing hangs, nothing stays behind, and what goes
  # on beside it is not disturbed.
  def test_interrupts_at_any_moment
    one = client
    random = Random.new(7)
    steady = Thread.new do
      one.responses.stream(model: MODEL, input: "#long=600",
                           request_options: { extra_headers: { "X-Sandbox-Speed" => "200" } }).text.count
    end
    60.times do |i|
      victims = Array.new(3) do
        Thread.new do
          i.even? ? one.responses.stream(**slow(speed: 1000)).until_done : one.responses.create(**slow(speed: 1000))
        end
      end
      sleep random.rand * 0.02
      victims.each { |thread| thread.report_on_exception = false }
      # Two at once, as nested timeouts end together.
      victims.each { |thread| (i % 3).zero? ? thread.kill : (i % 3).times { thread.raise(IOError) } }
      victims.each { |thread| assert_same thread, (thread.join(20) rescue thread) } # rubocop:disable Style/RescueModifier
    end
    assert_operator steady.value, :>=, 600
    assert_equal "You said: x", one.responses.create(model: MODEL, input: "x").output_text
    assert_nothing_left_of(one)
  end

  def test_one_stream_in_two_threads
    stream = client.responses.stream(**slow)
    first = Thread.new { stream.until_done }
    first.report_on_exception = false
    sleep 0.1
    assert_raises(Libresponses::BusyError) { stream.until_done }
    assert_nil first.join(0.2)
    stream.cancel
    assert_raises(Libresponses::CancelledError) { first.join }
  end

  def test_cancel_in_a_trap
    stream = client.responses.stream(**slow)
    before = trap("USR1") { stream.cancel }
    Thread.new { sleep 0.1 and Process.kill(:USR1, Process.pid) }
    assert_raises(Libresponses::CancelledError) { stream.until_done }
  ensure
    trap("USR1", before)
  end

  # The library uses the handles of ended calls again, after some hundreds. When an old call is
  # collected, the one that has its handle now is still found.
  def test_calls_that_were_collected_take_nothing_with_them
    one = client
    ended = Array.new(1200) { one.responses.stream(model: MODEL, input: "x").until_done }
    waiting = Array.new(20) { one.responses.stream(model: MODEL, input: "x") }
    ended.clear
    GC.start
    assert_equal ["You said: x"] * 20, waiting.map(&:get_output_text)
  end

  # A stream that nobody reads does not keep those awake who wait for others.
  def test_a_stream_left_alone_costs_nothing
    one = client
    left = one.responses.stream(model: MODEL, input: "#long=100000")
    left.each.next
    before = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
    one.responses.create(model: MODEL, input: "x", request_options: fault("first-byte-delay=1000"))
    used = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - before
    assert_operator used, :<, 0.5
    left.close
  end

  def test_ctrl_c
    # Ruby leaves SIGINT alone where it was ignored, as under nohup.
    code = <<~RUBY
      trap("INT", "DEFAULT")
      require "libresponses"
      client = Libresponses::Client.new
      puts "go"
      $stdout.flush
      begin
        client.responses.stream(model: "sandbox", input: "#long=100000",
                                request_options: {extra_headers: {"X-Sandbox-Speed" => "20"}}).until_done
      rescue Interrupt
        puts "interrupted", client.responses.create(model: "sandbox", input: "again").output_text
      end
    RUBY
    environment = { "OPENAI_BASE_URL" => Sandbox.url, "OPENAI_API_KEY" => "key" }
    IO.popen([environment, RbConfig.ruby, "-I#{File.expand_path("../lib", __dir__)}", "-e", code]) do |io|
      assert_equal "go\n", io.gets
      sleep 0.2
      Process.kill(:INT, io.pid)
      assert_equal "interrupted\nYou said: again\n", io.read
    ensure
      Process.kill(:KILL, io.pid)
    end
  end

  def assert_nothing_left_of(client)
    engine = client.session.engine
    assert_empty engine.instance_variable_get(:@waiting)
    assert_nil engine.instance_variable_get(:@leader)
    eventually("all calls have ended") do
      GC.start # a thread may have ended with a stream in hand that it had not begun to read
      calls_of(engine).all?(&:closed?)
    end
  end

  def calls_of(engine)
    ObjectSpace.each_object(Libresponses::Call).select { |call| call.instance_variable_get(:@engine).equal?(engine) }
  end
end
