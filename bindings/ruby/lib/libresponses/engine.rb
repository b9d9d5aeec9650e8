# frozen_string_literal: true

require "io/wait"
require_relative "errors"

module Libresponses
  # Drives the connections of a client, and of those made from it: one descriptor for all their calls.
  #
  # Any number of threads and fibers may wait here. One of them, the leader, waits on the descriptor
  # in Ruby, so that other threads run and a fiber scheduler does its work; it fetches what arrived for
  # all the others and wakes them. When its own call has something it leaves, and another one leads.
  #
  # @api private
  class Engine
    BUFFER_BYTES = 65_536

    # Taken around everything that touches the library for this engine; never held while waiting.
    attr_reader :lock
    # Where events are written to, under the lock.
    attr_reader :buffer

    # @param client [FFI::Pointer] a client whose connections these are; the engine derives its own
    #   handle, so that calls go on when the client was closed
    def initialize(client)
      out = Native::Out.new
      out.check(Native.responses_client_derive(client, out.value, out.error))
      @client = FFI::AutoPointer.new(out.pointer, Native.method(:responses_client_free))
      descriptor = Native.responses_client_fd(@client)
      raise Error.take(descriptor, out.error) if descriptor.negative?

      @io = IO.for_fd(descriptor, autoclose: false)
      @ready = FFI::MemoryPointer.new(:pointer)
      renew_buffer
      @lock = Mutex.new
      @calls = ObjectSpace::WeakMap.new
      @registered = 0
      @waiting = {}.compare_by_identity
      @leader = nil
    end

    # Makes a call known to the leader. Weakly: a call that nobody has any more is freed. By a number of
    # its own: the library uses addresses again, and when an old call is collected, a WeakMap loses what
    # has been put under the same key since.
    # @return [Integer] what the library is to say when the call has something to read
    def register(call)
      @calls[@registered += 1] = call
      @registered
    end

    # For when the one there was has become a batch.
    def renew_buffer = @buffer = Batch.memory(BUFFER_BYTES)

    # Waits until a call is ready. Whatever ends it, Thread#raise and Thread#kill too, leaves the
    # engine in order and another one leading.
    #
    # @raise [BusyError] somebody is waiting for this call already
    def wait(call)
      is_in = false
      uninterrupted { is_in = enter(call) }
      until call.ready?
        if lead?(call)
          drive
        else
          call.wake_ups.pop
        end
      end
    ensure
      uninterrupted { leave(call) if is_in }
    end

    def waiting?(call) = @waiting.key?(call)

    # Runs a block under the lock; what is sent to the thread waits until it is over.
    def uninterrupted(&block)
      Thread.handle_interrupt(Native::UNINTERRUPTED) { @lock.synchronize(&block) }
    end

    private

    def enter(call)
      raise BusyError, "another thread or fiber is reading this stream" if waiting?(call)

      call.wake_ups.clear
      @waiting[call] = true
    end

    def lead?(call)
      uninterrupted do
        @leader ||= call
        @leader.equal?(call)
      end
    end

    def leave(call)
      @waiting.delete(call)
      @leader = nil if @leader.equal?(call)
      return if @leader

      successor, = @waiting.first
      successor&.wake_ups&.push(true)
    end

    def drive
      @io.wait_readable
      uninterrupted { dispatch }
    end

    # Fetches what has arrived, for every call that has something. One whose reader has enough already is
    # not read, and the library does not come back to it before it is.
    def dispatch
      Native.responses_client_dispatch(@client)
      while (call = next_ready)
        call.fill
        call.wake_ups.push(true) if !call.equal?(@leader) && @waiting.key?(call)
      end
    end

    def next_ready
      while Native.responses_client_next_ready(@client, @ready) == Native::OK
        call = @calls[Native.responses_call_user_data(@ready.read_pointer).address]
        return call if call
      end
    end
  end
end
