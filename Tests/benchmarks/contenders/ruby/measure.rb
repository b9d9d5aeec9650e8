# frozen_string_literal: true

require "json"

# What the clients in Ruby have in common: measuring themselves and saying so, as the programs in C do.
class Measure
  DELTA = "response.output_text.delta"
  RESIDENT_KB = -> { File.read("/proc/self/statm").split[1].to_i * 4 }

  # The request that asks the load server for `model`.
  def self.body(model, stream:) = { model: model, stream: stream, input: "Say hello." }

  # Says that the first event has come, and ends the process.
  def self.first_event
    puts %({"peak_kb":#{peak_kb}})
    $stdout.flush
    exit!(0)
  end

  def self.peak_kb = File.read("/proc/self/status")[/VmHWM:\s+(\d+)/, 1].to_i

  def begin(streams = 0)
    @wanted = streams
    @begun = @stream_kb = 0
    @late = []
    GC.start
    @before_kb = RESIDENT_KB.call
    @cpu = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID, :microsecond)
  end

  # Takes a paced delta, which begins with the time when it was sent.
  def paced(text)
    @late << [(Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) - text.to_i) / 1000, 0].max
  end

  # One of the streams at once has had ten events.
  def stream_begun
    @begun += 1
    @stream_kb = RESIDENT_KB.call - @before_kb if @begun == @wanted
  end

  def end(events, bytes = 0)
    cpu = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID, :microsecond) - @cpu
    line = { cpu_us: cpu, events: events, bytes: bytes, before_kb: @before_kb,
             peak_kb: Measure.peak_kb }
    unless @late.empty?
      late = @late.sort
      line.update(p50_us: late[late.size / 2], p99_us: late[late.size * 99 / 100],
                  stream_kb: @stream_kb.fdiv(@wanted))
    end
    puts JSON.generate(line)
  end
end
