# frozen_string_literal: true

require_relative "helper"

# A stream costs what its answer is long, and not what went by.
class TestMemory < TestCase
  # 350 MB of events go by. Ruby lets garbage come to some 32 MB before it collects it, and the answer's
  # text, which is kept, has 5.
  EVENTS = 1_000_000
  ALLOWED_KIB = 80_000

  def resident_kib = File.read("/proc/self/status")[/VmRSS:\s+(\d+)/, 1].to_i

  # @return [Integer] how many KiB there are more after the last delta than after a tenth of them
  def growth
    first = last = nil
    count = 0
    step = lambda do
      count += 1
      first = resident_kib if count == EVENTS / 10
      last = resident_kib if count == EVENTS
    end
    yield client.responses.stream(model: MODEL, input: "#long=#{EVENTS}"), step
    last - first
  end

  def test_reading_events
    grown = growth do |stream, step|
      stream.each { |event| step.call if event.text_delta? && !event.delta.empty? }
    end
    assert_operator grown, :<, ALLOWED_KIB
  end

  def test_reading_text
    assert_operator growth { |stream, step| stream.text { step.call } }, :<, ALLOWED_KIB
  end
end
