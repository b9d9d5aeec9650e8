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
    # Taken around everything that touches the library for this engine; never held while waiting.
    attr_reader :lock
    # Where the library writes to, under the lock: events, a call or an error, how many bytes, how many events.
    attr_reader :buffer, :out, :used, :count
    # @return [Integer] how many times it was looked which calls have something
    attr_reader :round

    # @param client [FFI::Pointer] a client whose connections these are; the engine derives its own
    #   handle, so that calls go on when the client was closed
    def initialize(client)
      make_places
      @out.check(Native.responses_client_derive(client, @out.value, @out.error))
      @client = FFI::AutoPointer.new(@out.pointer, Native.method(:responses_client_free))
      descriptor = Native.responses_client_fd(@client)
      raise Error.take(descriptor, @out.error) if descriptor.negative?

      @io = IO.for_fd(descriptor, autoclose: false)
      @lock = Mutex.new
      @streams = ObjectSpace::WeakMap.new
      @last = @round = 0
      @waiting = {}
      @leader = nil
    end

    # @return [Integer] a number for a call: the library uses addresses again
    def next_number = @last += 1

    # Makes a stream known to the leader, also while nobody waits for it. Weakly: a call that nobody has any more
    # is freed.
    def register(call) = @streams[call.number] = call

    # Waits until a call is ready. Interrupts are off, but while it waits; whatever ends it, Thread#raise and
    # Thread#kill too, leaves the engine in order and another one leading.
    #
    # @raise [BusyError] somebody is waiting for this call already
    def wait(call)
      return unless @lock.synchronize { enter(call) }

      begin
        pass(call) until call.ready?
      ensure
        @lock.synchronize { leave(call) }
      end
    end

    def waiting?(call) = @waiting.key?(call.number)

    # Runs a block under the lock; what is sent to the thread waits until it is over.
    def uninterrupted(&block)
      Thread.handle_interrupt(Native::UNINTERRUPTED) { @lock.synchronize(&block) }
    end

    private

    def make_places
      @out = Native::Out.new
      @used = FFI::MemoryPointer.new(:size_t)
      @count = FFI::MemoryPointer.new(:int)
      @ready = FFI::MemoryPointer.new(:pointer)
      @buffer = Buffer.new
    end

    # @return [Boolean] whether there is something to wait for
    def enter(call)
      raise BusyError, "another thread or fiber is reading this stream" if waiting?(call)

      call.fill
      return false if call.ready?

      @waiting[call.number] = call
      @leader ||= call
      call.wake_ups.clear unless @leader.equal?(call)
      true
    end

    # Waits for the descriptor, or to be woken by who does.
    def pass(call)
      unless @leader.equal?(call)
        Thread.handle_interrupt(INTERRUPTED) { call.wake_ups.pop }
        return
      end
      Thread.handle_interrupt(INTERRUPTED) { @io.wait_readable }
      @lock.synchronize { dispatch }
    end

    INTERRUPTED = { Object => :immediate }.freeze
    private_constant :INTERRUPTED

    def leave(call)
      @waiting.delete(call.number)
      return unless @leader.equal?(call)

      _, @leader = (@waiting.first unless @waiting.empty?)
      @leader&.wake_ups&.push(true)
    end

    # Fetches what has arrived, for every call that has something. What is left of it is given again. One whose
    # reader has enough already is not read, and not given again before it is.
    def dispatch
      @round += 1
      Native.responses_client_dispatch(@client)
      while Native.responses_client_next_ready(@client, @ready) == Native::OK
        number = Native.responses_call_user_data(@ready.get_ulong(0))
        next unless (call = @waiting[number] || @streams[number])

        call.take
        call.wake_ups.push(true) if !call.equal?(@leader) && @waiting.key?(number)
      end
    end
  end
end
