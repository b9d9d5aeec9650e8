# frozen_string_literal: true

require_relative "native/memory"

module Libresponses
  # Takes the library's log to loggers. One function for all clients, which are told apart by a number:
  # it lives as long as the program, so that the library never calls one that is gone.
  #
  # @api private
  module Log
    LEVELS = {
      error: Native::LOG_ERROR, warn: Native::LOG_WARNING, warning: Native::LOG_WARNING,
      info: Native::LOG_INFO, debug: Native::LOG_DEBUG
    }.freeze

    SEVERITIES = {
      Native::LOG_ERROR => :error, Native::LOG_WARNING => :warn, Native::LOG_INFO => :info,
      Native::LOG_DEBUG => :debug
    }.freeze

    @loggers = {}
    @lock = Mutex.new
    @last = 0

    # Sends the log of a native client to a logger, up to a level.
    # @return [Integer] the number to {detach}
    def self.attach(client, logger, level)
      level = LEVELS.fetch(level) { raise UsageError, "log_level: one of #{LEVELS.keys.inspect}" }
      number = @lock.synchronize do
        @loggers[@last += 1] = logger
        @last
      end
      status = Native.responses_client_set_log(client, level, FUNCTION, FFI::Pointer.new(number))
      raise Error.take(status, Native::Out.new.error) if status.negative?

      number
    end

    def self.detach(number) = @lock.synchronize { @loggers.delete(number) }

    # Called by the library, inside a call of ours. No exception may leave it, nor an interrupt come
    # into it.
    def self.write(level, line, length, number)
      Thread.handle_interrupt(Native::UNINTERRUPTED) do
        logger = @loggers[number.address]
        logger&.public_send(SEVERITIES.fetch(level, :debug),
                            line.read_bytes(length).force_encoding(Encoding::UTF_8))
      end
    rescue Exception # rubocop:disable Lint/RescueException
      nil
    end

    FUNCTION = FFI::Function.new(*Native::LOG_FUNCTION_TYPE, method(:write).to_proc)
    private_constant :FUNCTION
  end
end
