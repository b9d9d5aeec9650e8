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
    # Where the library writes to, under the lock: events, and a call or an error.
    attr_reader :buffer, :out
    # @return [Array<Integer>] the addresses of how many bytes and events there were, and of an error
    attr_reader :places
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

    # @return [Integer] how many bytes were written last
    def used = @sizes.get_ulong(0)

    # @return [Integer] a number for a call: the library uses addresses again
    def next_number = @last += 1

    # Makes a stream known to the leader, also while nobody waits for it. Weakly: a call that nobody has any more
    # is freed.
    def register(call) = @streams[call.number] = call

    # Waits until a call is ready. Whatever ends it, Thread#raise and Thread#kill too, leaves the engine in order and
    # another call leading.
    #
    # To switch interrupts off costs more than everything else here, so it is done by who leads alone, and by who was
    # interrupted.
    #
    # @param is_uninterrupted [Boolean] whether interrupts are off already; they are on while it waits
    # @raise [BusyError] somebody is waiting for this call already
    def wait(call, is_uninterrupted: false)
      is_over = false
      pass(call, is_uninterrupted) if @lock.synchronize { enter(call) }
      is_over = true
    ensure
      uninterrupted { leave(call) } unless is_over
    end

    # Has whoever waits for `arrivals` woken by what comes for a call, too.
    def listen(arrivals, call)
      uninterrupted do
        yield
        call.listener = arrivals
        wake(call) if call.ready?
      end
    end

    # @return [Boolean] whether somebody waits for it
    def waiting?(call) = !call.reader.nil?

    # Runs a block under the lock; what is sent to the thread waits until it is over.
    def uninterrupted(&block)
      Thread.handle_interrupt(Native::UNINTERRUPTED) { @lock.synchronize(&block) }
    end

    private

    def make_places
      @out = Native::Out.new
      @sizes = FFI::MemoryPointer.new(:size_t, 2)
      @places = [@sizes.address, @sizes.address + FFI.type_size(:size_t), @out.error.address].freeze
      @ready = FFI::MemoryPointer.new(:pointer)
      @buffer = Buffer.new
    end

    # @return [Boolean] whether there is something to wait for
    def enter(call)
      raise BusyError, "another thread or fiber is reading this stream" if waiting?(call)

      Thread.handle_interrupt(Native::UNINTERRUPTED) { call.fill } if call.unread?
      return false if call.ready?

      call.reader = Fiber.current
      @waiting[call.number] = call
      @leader ||= call
      call.wake_ups.clear unless @leader.equal?(call)
      true
    end

    # Waits for the descriptor, or to be woken by who does.
    def pass(call, is_uninterrupted)
      until call.ready?
        if !@leader.equal?(call)
          sleep_until_woken(call, is_uninterrupted)
        elsif is_uninterrupted
          lead(call)
        else
          Thread.handle_interrupt(Native::UNINTERRUPTED) { lead(call) }
        end
      end
      call.reader = nil
    end

    def sleep_until_woken(call, is_uninterrupted)
      return call.wake_ups.pop unless is_uninterrupted

      Thread.handle_interrupt(INTERRUPTED) { call.wake_ups.pop }
    end

    INTERRUPTED = { Object => :immediate }.freeze
    private_constant :INTERRUPTED

    def lead(call)
      until call.ready?
        Thread.handle_interrupt(INTERRUPTED) { @io.wait_readable }
        @lock.synchronize do
          dispatch
          hand_on if call.ready?
        end
      end
    end

    # After an interrupt.
    def leave(call)
      return unless call.reader.equal?(Fiber.current)

      call.reader = nil
      @waiting.delete(call.number)
      hand_on if @leader.equal?(call)
    end

    # Whoever still waits has nothing to read: the others were taken out when they got something.
    def hand_on
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
        wake(call) if call.ready?
      end
    end

    def wake(call)
      waiter = call.listener || call
      waiter.wake_ups.push(true) if @waiting.delete(waiter.number) && !@leader.equal?(waiter)
    end
  end
end
