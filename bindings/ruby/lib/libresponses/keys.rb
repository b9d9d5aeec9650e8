# frozen_string_literal: true

require_relative "errors"

module Libresponses
  # Keys from a program's proc, which is asked before every attempt: the first request, a retry, the resuming of a
  # stream. It runs in a thread of its own, so that it may take its time: no other call waits for it, and no fiber.
  #
  # @api private
  class Keys
    # By their numbers, which is what the library keeps. Weakly: clients and calls have them.
    ALL = ObjectSpace::WeakMap.new
    private_constant :ALL

    @lock = Mutex.new
    @last = 0

    class << self
      # @return [Integer] what the library is to say when it asks
      def register(keys)
        @lock.synchronize { ALL[@last += 1] = keys }
        @last
      end

      # Called by the library, inside a call of ours. No exception may leave it, nor an interrupt come into it.
      def ask(request, number)
        Thread.handle_interrupt(Native::UNINTERRUPTED) do
          keys = ALL[number.address]
          keys ? keys.begin_answer(request) : Native.responses_key_request_free(request)
        end
      rescue Exception # rubocop:disable Lint/RescueException
        nil
      end
    end

    FUNCTION = FFI::Function.new(*Native::KEY_FUNCTION_TYPE, method(:ask).to_proc)
    private_constant :FUNCTION

    # @return [Exception, nil] what the proc raised last
    attr_reader :error

    # @param source [#call] returns a key
    def initialize(source)
      @source = source
    end

    # Has a client of the library ask here.
    # @return [self]
    def attach(client)
      number = FFI::Pointer.new(Keys.register(self))
      status = Native.responses_client_set_key_callback(client, FUNCTION, number)
      raise Error.take(status, Native::Out.new.error) if status.negative?

      self
    end

    def begin_answer(request)
      thread = Thread.new do
        Thread.handle_interrupt(Object => :immediate) { answer(request) }
      rescue Exception => e # rubocop:disable Lint/RescueException -- it is the call's
        @error = e
      ensure
        Native.responses_key_request_free(request)
      end
      thread.name = "libresponses key"
      thread.report_on_exception = false
    end

    private

    def answer(request)
      key = @source.call
      raise UsageError, "api_key: expected text from the proc, not a #{key.class}" unless key.is_a?(String)

      out = Native::Out.new
      out.check(Native.responses_key_request_answer(request, key, key.bytesize, out.error))
    end
  end
end
