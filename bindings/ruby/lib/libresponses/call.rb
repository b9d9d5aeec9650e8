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

    # Pushed to when there is a reason to look again.
    attr_reader :wake_ups

    # @param keys [Keys, nil] where the library asks for its key
    # @param start yields the places for the call and the error; returns the status of a ..._start
    def initialize(engine, keys = nil, &start)
      @engine = engine
      @keys = keys
      @flags = Native::BATCH_JSON
      @pid = Process.pid
      @wake_ups = Queue.new
      @batches = []
      @buffered = 0
      @status = nil
      @out = Native::Out.new
      engine.uninterrupted { begin_with(start) }
    end

    # Whether there is an event to read, or the end.
    def ready? = !@batches.empty? || !@status.nil?

    # @return [Batch, nil] one event or more; nil at the end, when {#outcome} says how it went
    def next_batch
      check_process
      wait_until_ready
      return unless (batch = @batches.shift)

      @buffered -= batch.bytesize
      batch
    end

    # Waits until something has arrived, and reads none of it.
    # @return [Response, nil] see {#snapshot}
    def await
      check_process
      wait_until_ready
      snapshot
    end

    # For a reader who needs no more than type, text and numbers of the events to come.
    def without_json = @flags = 0

    # Waits for the end.
    # @return [Response]
    # @raise [Error] what went wrong
    def finish
      nil while next_batch
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

    # Takes from the library what there is, up to a bound; the engine's lock is held.
    def fill
      while @status.nil? && @buffered < BUFFERED_BYTES
        status = read(@engine.buffer)
        return if status == Native::AGAIN

        finished(status) unless status == Native::OK
      end
    end

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
      return @handle = nil if @pid != Process.pid

      @engine.uninterrupted do
        next cancel if @engine.waiting?(self)

        free
        abandon if @status.nil? || @batches.any? || batch&.read? == false
      end
    end

    def closed? = @handle.nil?

    private

    def begin_with(start)
      @out.check(start.call(@out.value, @out.error))
      @handle = FFI::AutoPointer.new(@out.pointer, Native.method(:responses_call_free))
      @used = FFI::MemoryPointer.new(:size_t)
      @count = FFI::MemoryPointer.new(:int)
      Native.responses_call_set_user_data(@handle, FFI::Pointer.new(@engine.register(self)))
    end

    def check_process
      return if @pid == Process.pid

      raise ForkedError, "this stream belongs to process #{@pid}, which started it; start one here"
    end

    def wait_until_ready
      until ready?
        @engine.uninterrupted { fill unless closed? }
        @engine.wait(self) unless ready?
      end
    end

    def read(buffer)
      status = Native.responses_call_next_batch(@handle, @flags, buffer, buffer.size, @used, @count,
                                                @out.error)
      if status == Native::OK
        keep(buffer, @used.read(:size_t))
      elsif status == Native::E_RANGE && @used.read(:size_t) > buffer.size
        # A single event that is larger: room for it alone.
        return read(Batch.memory(@used.read(:size_t)))
      end
      status
    end

    # A buffer that is well filled becomes the batch's own; out of another one its bytes are copied.
    def keep(buffer, size)
      if size < buffer.size / 2
        buffer = Batch.memory(size).put_bytes(0, buffer.get_bytes(0, size))
      elsif buffer.equal?(@engine.buffer)
        @engine.renew_buffer
      end
      @batches << Batch.new(buffer, size)
      @buffered += size
    end

    def finished(status)
      if status == Native::DONE
        @response = copy_response
      else
        error = Error.take(status, @out.error)
        error.response = copy_response
        # What the proc for keys raised goes to whoever asked.
        @error = (@keys&.error if status == Native::E_USER) || error
      end
      @status = status
      free
    end

    def copy_response
      borrowed = Native.responses_call_response(@handle)
      Response.copy(borrowed) unless borrowed.null?
    end

    def free
      @handle&.free
      @handle = nil
    end

    def abandon
      @batches.clear
      @buffered = 0
      @response = nil
      @status = Native::E_CANCELLED
      @error = CancelledError.new("closed before its end")
    end
  end
end
