# frozen_string_literal: true

# The smallest fiber scheduler that does what Ruby asks of one: readiness by IO.select, timers, and
# fibers that wake each other, from other threads too.
class SmallScheduler
  def initialize
    @readable = {}.compare_by_identity
    @writable = {}.compare_by_identity
    @waiting = {}.compare_by_identity
    @blocked = {}.compare_by_identity
    @ready = Queue.new
    @urgent = IO.pipe
  end

  def fiber(&block) = Fiber.new(blocking: false, &block).tap(&:resume)

  def run
    step until [@readable, @writable, @waiting, @blocked, @ready].all?(&:empty?)
  end
  alias close run

  def io_wait(io, events, timeout)
    fiber = Fiber.current
    @readable[fiber] = io if events & IO::READABLE != 0
    @writable[fiber] = io if events & IO::WRITABLE != 0
    @waiting[fiber] = now + timeout if timeout
    Fiber.yield
  ensure
    [@readable, @writable, @waiting].each { |table| table.delete(fiber) }
  end

  def kernel_sleep(duration = nil)
    block(:sleep, duration)
    true
  end

  def block(_blocker, timeout = nil)
    fiber = Fiber.current
    @blocked[fiber] = true
    @waiting[fiber] = now + timeout if timeout
    Fiber.yield
  ensure
    [@blocked, @waiting].each { |table| table.delete(fiber) }
  end

  def unblock(_blocker, fiber)
    @ready << fiber
    @urgent.last.write_nonblock(".", exception: false)
  end

  def timeout_after(duration, exception_class, message, &block)
    fiber = Fiber.current
    timer = self.fiber { kernel_sleep(duration) and fiber.alive? and fiber.raise(exception_class, message) }
    block.call(duration)
  ensure
    @waiting.delete(timer)
    @blocked.delete(timer)
  end

  private

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  def step
    deadline = @waiting.values.min
    timeout = @ready.empty? ? deadline && [deadline - now, 0].max : 0
    readable, writable = IO.select(@readable.values + [@urgent.first], @writable.values, [], timeout)
    @urgent.first.read_nonblock(1024, exception: false) if readable&.include?(@urgent.first)
    fibers = @readable.select { |_, io| readable&.include?(io) }.keys
    fibers |= @writable.select { |_, io| writable&.include?(io) }.keys
    fibers |= Array.new(@ready.size) { @ready.pop }
    due = now
    fibers |= @waiting.select { |_, time| time <= due }.keys
    fibers.each { |fiber| fiber.resume(IO::READABLE) if fiber.alive? }
  end
end
