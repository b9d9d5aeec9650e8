# frozen_string_literal: true

require_relative "batch"
require_relative "engine"
require_relative "response"

module Libresponses
  # One operation under way: what arrived for it, and how it ended.
  #
  # @api private
  class Call
    # So much may wait in Ruby for a reader, in bytes, before no more is taken from the library,
    # which then stops reading from the server.
    BUFFERED_BYTES = 262_144

    # @return [Queue] pushed to when there is a reason to look again
    def wake_ups = @wake_ups ||= Queue.new

    # @return [Integer] by which the library tells calls apart
    attr_reader :number
    # @return [Fiber, nil] who waits for it
    attr_accessor :reader
    # @return [Turns, nil] over whose connection it goes, and which is not to be collected before its end
    attr_writer :turns
    # @return [Arrivals, nil] where its events are waited for, with those of others
    attr_accessor :listener

    # @param pid [Integer] of this process
    # @param keys [Keys, nil] where the library asks for its key
    # @param is_stream [Boolean] whether it may have events while nobody waits for it
    # @param start yields the places for the call and the error; returns the status of a ..._start
    def initialize(engine, pid, keys = nil, is_stream: false, &start)
      @engine = engine
      @keys = keys
      @flags = Native::BATCH_JSON
      @pid = pid
      @batches = []
      @buffered = 0
      @status = nil
      @is_ready = false
      # Whether the library may have something that was not taken; nothing has come yet.
      @is_unread = false
      engine.lock.synchronize { begin_with(start, is_stream) }
    end

    # @param attempts [Attempts, nil] kept, because the library tells of the call's attempts there
    # @return [self]
    def told_to(attempts)
      @attempts = attempts
      self
    end

    # @return [Boolean] whether there is an event to read, or the end
    attr_reader :is_ready
    alias ready? is_ready

    # @return [Batch, nil] one event or more; nil at the end, when {#outcome} says how it went
    def next_batch
      wait_until_ready unless ready?
      return unless (batch = @batches.shift)

      @is_ready = false if @batches.empty? && @status.nil?
      @buffered -= batch.bytesize
      batch
    end

    # Waits until something has arrived, and reads none of it.
    # @return [Response, nil] see {#snapshot}
    def await
      wait_until_ready unless ready?
      snapshot
    end

    # For a reader who needs no more than type, text and numbers of the events to come.
    def without_json = @flags = 0

    # Waits for the end, with interrupts off but while it waits. The events of a turn are passed over.
    # @return [Response]
    # @raise [Error] what went wrong
    def finish
      until @status
        @engine.wait(self, is_uninterrupted: true)
        pass_over
      end
      outcome
    end

    # @return [Response] the final one; to be asked after the end
    # @raise [Error] what went wrong, with what had arrived before
    def outcome
      raise @error if @error

      @response
    end

    # @return [Response, nil] what has been put together so far; nil when nothing has arrived
    def snapshot
      return @response if @response || closed?

      @engine.uninterrupted { copy_response }
    end

    # Takes from the library what it has given, if there is room for it; the engine's lock is held.
    def take
      @is_unread = @buffered >= BUFFERED_BYTES
      read unless @is_unread
    end

    # Takes what was left to the library before; the engine's lock is held. A call that nobody knew may have been
    # passed over by another thread before its own came to wait.
    def fill
      @is_unread = true if passed_over?
      @round = nil
      take while @is_unread && @status.nil? && !closed? && @buffered < BUFFERED_BYTES
    end

    # Whether {#fill} might find something.
    def unread? = @is_unread || passed_over?

    # Asks it to end with CancelledError. From any thread, and without the lock, so that it works in a
    # signal's trap; the library knows a handle that was freed meanwhile. Nothing to do when it has ended.
    def cancel
      check_process
      handle = @handle
      Native.responses_call_cancel(handle) if handle
    end

    # Lets go of it; one that is still running is cancelled. One that another thread is waiting for
    # is only cancelled, and that thread lets go. Events that have not been read are dropped, and then it
    # counts as cancelled even if all had arrived: what a reader finds is no matter of time.
    #
    # @param batch [Batch, nil] the one in which reading stopped
    def close(batch = nil)
      let_go(batch) unless batch.nil? && ended_and_read?
    end

    def closed? = @handle.nil?

    private

    def pass_over
      @batches.shift.free until @batches.empty?
      @buffered = 0
      @is_ready = !@status.nil?
    end

    def let_go(batch)
      return @handle = nil if @pid != Process.pid

      @engine.uninterrupted do
        next cancel if @engine.waiting?(self)

        free
        abandon if @status.nil? || @batches.any? || batch&.read? == false
      end
    end

    # Then there is nothing to let go of.
    def ended_and_read? = @handle.nil? && !@status.nil? && @batches.empty?

    def begin_with(start, is_stream)
      out = @engine.out
      out.check(start.call(out.value, out.error))
      # Of a stream somebody may lose sight; any other call is closed by who started it.
      @handle = out.address
      @owned = Native::Owned.new(@handle, :responses_call_free) if is_stream
      @number = @engine.next_number
      Native.responses_call_set_user_data(@handle, @number)
      is_stream ? @engine.register(self) : @round = @engine.round
    end

    def passed_over? = !@round.nil? && @round != @engine.round

    def check_process
      return if @pid == Process.pid

      raise ForkedError, "this stream belongs to process #{@pid}, which started it; start one here"
    end

    def wait_until_ready
      check_process
      @engine.wait(self)
    end

    def read
      buffer = @engine.buffer
      status = next_batch_into(buffer.address, buffer.room)
      if status == Native::OK
        keep(buffer.take(@engine.used))
      elsif status == Native::E_RANGE
        read_large(@engine.used)
      elsif status != Native::AGAIN
        finished(status)
      end
    end

    def next_batch_into(place, room)
      Native.responses_call_next_batch(@handle, @flags, place, room, *@engine.places)
    end

    # The first event does not fit into what is left of the buffer, or into any.
    def read_large(size)
      buffer = @engine.buffer
      if size <= Buffer::BYTES
        buffer.renew
        return read
      end
      memory = Batch.memory(size)
      status = next_batch_into(memory.address, size)
      status == Native::OK ? keep(Batch.new(memory, 0, @engine.used, is_own: true)) : finished(status)
    end

    def keep(batch)
      @batches << batch
      @is_ready = true
      @buffered += batch.bytesize
    end

    def finished(status)
      if status == Native::DONE
        @response = copy_response
      else
        error = Error.take(status, @engine.out.error)
        error.response = copy_response
        # What the proc for keys raised goes to whoever asked.
        @error = (@keys&.error if status == Native::E_USER) || error
      end
      @status = status
      @is_ready = true
      free
    end

    def copy_response
      borrowed = Native.responses_call_response(@handle)
      Response.copy(borrowed, @engine.out) unless borrowed.zero?
    end

    def free
      handle = @handle
      @handle = @turns = nil
      @owned ? @owned.free : handle && Native.responses_call_free(handle)
    end

    def abandon
      @batches.clear
      @buffered = 0
      @response = nil
      @status = Native::E_CANCELLED
      @is_ready = true
      @error = CancelledError.new("closed before its end")
    end
  end
end
