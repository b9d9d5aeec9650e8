# frozen_string_literal: true

require "json"
require_relative "errors"

module Libresponses
  # One request on the wire that has ended, and what follows it. docs/observation.md says what each value means;
  # times are in seconds, and nil is what is not known.
  #
  #     client = Libresponses::Client.new(on_attempt: ->(attempt) { puts attempt.to_json })
  #
  # @since 0.1
  class Attempt
    # How long after its beginning the steps of an attempt were done.
    Times = Struct.new(:lookup, :connect, :tls, :sent, :first_byte, :first_event, :last_event, :total)
    # The usage of the response.
    Tokens = Struct.new(:input, :cached, :output, :reasoning, :total)
    # How many in a window of time, how many are left, and when the limit is whole again.
    RateLimit = Struct.new(:limit, :remaining, :reset)

    # The values that are as the library has them.
    NAMES = %i[
      attempt operation method path host port http_version http_status status reason next phase events
      request_model previous_response_id conversation response_model response_id request_id
    ].freeze
    NAMES.each { |name| define_method(name) { @told[name] } }

    # @return [Times]
    attr_reader :times
    # @return [Tokens]
    attr_reader :tokens
    # @return [RateLimit]
    attr_reader :request_limit, :token_limit

    # @api private
    # @param json [String] as the library tells it
    def initialize(json)
      @json = json
      @told = JSON.parse(json, symbolize_names: true)
      @times = Times.new(*@told[:times_us].values.map { |time| time && (time / 1e6) }).freeze
      @tokens = Tokens.new(*@told[:tokens].values).freeze
      @request_limit, @token_limit = @told[:rate_limits].values.map do |limit|
        RateLimit.new(limit[:limit], limit[:remaining], seconds(limit[:reset_ms])).freeze
      end
    end

    # @return [Float] seconds until what follows begins
    def pause = seconds(@told[:pause_ms])

    # @return [Float, nil] seconds, as the server asked for
    def retry_after = seconds(@told[:retry_after_ms])

    # Whether the call has ended with it. Every call that was started has exactly one such.
    def last? = self.next == "end"

    # Whether its connection was there already.
    def reused? = @told[:reused]

    def bytes_sent = @told[:bytes][:sent]

    def bytes_received = @told[:bytes][:received]

    # @return [String] all of it, on one line
    def to_json(*) = @json

    def inspect = "#<#{self.class} #{attempt} #{status}, #{self.next}>"

    private

    def seconds(milliseconds) = milliseconds && (milliseconds / 1000.0)
  end

  # Tells a program's proc of attempts, in their order, in a thread of its own: in the midst of a call no other could
  # be made.
  #
  # @api private
  class Attempts
    # By their numbers, which is what the library keeps. Weakly: clients and calls have them.
    ALL = ObjectSpace::WeakMap.new
    private_constant :ALL

    @lock = Mutex.new
    @last = 0

    class << self
      # @return [Integer] what the library is to say when it tells
      def register(attempts)
        @lock.synchronize { ALL[@last += 1] = attempts }
        @last
      end

      # Called by the library, inside a call of ours. No exception may leave it, nor an interrupt come into it.
      def hear(attempt, number)
        Thread.handle_interrupt(Native::UNINTERRUPTED) do
          json = Native.responses_attempt_json(attempt, nil).read_string.force_encoding(Encoding::UTF_8)
          ALL[number.address]&.push(json)
        end
      rescue Exception # rubocop:disable Lint/RescueException
        nil
      end

      # Something to be told, by the thread that tells all procs. A child process has none. Nor has a program that
      # ends, whose calls are freed then: no thread can be made at that time.
      def tell(function, json)
        @lock.synchronize { begin_telling } unless @pid == Process.pid
        @queue << [function, json]
      end

      private

      def begin_telling
        return if @pid == Process.pid

        queue = @queue = Queue.new
        @pid = Process.pid
        # What it is made by may be held up by nothing; it itself has to end with the program.
        thread = Thread.new do
          Thread.handle_interrupt(Object => :immediate) { tell_from(queue) }
        end
        thread.name = "libresponses attempts"
      end

      def tell_from(queue)
        while (function, json = queue.pop)
          begin
            function.call(Attempt.new(json))
          rescue Exception => e # rubocop:disable Lint/RescueException
            warn("libresponses: on_attempt raised #{e.class}: #{e.message}")
          end
        end
      end
    end

    FUNCTION = FFI::Function.new(*Native::ATTEMPT_FUNCTION_TYPE, method(:hear).to_proc)
    private_constant :FUNCTION

    # @param function [#call] is given each {Attempt}
    def initialize(function)
      raise UsageError, "on_attempt: expected a proc, not a #{function.class}" unless function.respond_to?(:call)

      @function = function
    end

    # Has a client of the library tell here.
    # @return [self]
    def attach(client)
      number = FFI::Pointer.new(Attempts.register(self))
      status = Native.responses_client_set_attempt_callback(client, FUNCTION, number)
      raise Error.take(status, Native::Out.new.error) if status.negative?

      self
    end

    def push(json) = Attempts.tell(@function, json)
  end
end
