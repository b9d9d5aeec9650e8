# frozen_string_literal: true

require_relative "call"
require_relative "download"
require_relative "options"

module Libresponses
  # A client of the library, in the process that made it.
  #
  # @api private
  class Session
    STREAMS = %i[responses_create_stream_start responses_get_stream_start responses_download_start].freeze
    NONE = {}.freeze
    private_constant :STREAMS, :NONE

    attr_reader :engine, :handle, :keys, :attempts

    # @param parent [Session, nil] whose options and connections to begin with
    def initialize(parent, options, headers, logger, log_level)
      @pid = Process.pid
      Thread.handle_interrupt(Native::UNINTERRUPTED) { make(parent) }
      @keys = take_keys(parent, options[:api_key])
      Options.apply(@handle, options[:api_key].respond_to?(:call) ? options.except(:api_key) : options, headers)
      @attempts = parent&.attempts
      @log = Log.attach(@handle, logger, log_level) if logger
      @engine = parent ? parent.engine : Engine.new(@handle)
    end

    # The threads of a client share its connections, and foreign functions belong to the main Ractor.
    # @raise [UnsupportedError] in another Ractor
    def self.refuse_ractor
      return if Ractor.current.equal?(Ractor.main)

      raise UnsupportedError, "libresponses works in the main Ractor alone: ask there, with threads or fibers, " \
                              "and send the Ractor what it is to work on"
    end

    # Tells of attempts.
    # @param function [#call, nil, false] false: whoever the parent tells
    # @return [self]
    def observed_by(function)
      if function
        @attempts = Attempts.new(function).attach(@handle)
      elsif function.nil? && @attempts
        Native.responses_client_set_attempt_callback(@handle, nil, nil)
        @attempts = nil
      end
      self
    end

    # Whether it is this process's own. What a parent process made cannot be used in its child.
    def ours? = @pid == Process.pid

    # Starts an operation, with other options if there are any.
    # @param function [Symbol] of Native, a ..._start
    # @return [Call]
    def start(function, arguments, options: NONE, headers: NONE)
      with(options, headers) do |session|
        kind = function == :responses_download_start ? Download : Call
        kind.new(@engine, @pid, session.keys, is_stream: STREAMS.include?(function)) do |call, error|
          Native.public_send(function, session.handle, *arguments, call, error)
        end.told_to(session.attempts)
      end
    rescue ArgumentError => e
      raise unless e.message.include?("null byte")

      raise UsageError, "an id or a path must not contain NUL", cause: nil
    end

    # Opens a connection for many turns, and waits until the server has agreed. With interrupts off.
    # @return [Turns]
    def connect(options: NONE, headers: NONE)
      with(options, headers) do |session|
        place = FFI::MemoryPointer.new(:pointer)
        opening = Call.new(@engine, @pid, session.keys) do |call, error|
          Native.responses_session_open_start(session.handle, place, call, error)
        end
        Turns.new(@engine, @pid, session.keys, place.get_ulong(0)).open(opening)
      end
    end

    def free
      @handle.free
      Log.detach(@log) if @log
    end

    private

    # Yields a session with these options.
    def with(options, headers)
      return yield self if options.empty? && headers.empty?

      session = Session.new(self, options, headers, nil, nil)
      begin
        yield session
      ensure
        session.free
      end
    end

    # A proc is asked for each key; a key that is text takes its place.
    def take_keys(parent, api_key)
      return parent&.keys if api_key.nil?
      return Keys.new(api_key).attach(@handle) if api_key.respond_to?(:call)

      Native.responses_client_set_key_callback(@handle, nil, nil) if parent&.keys
      nil
    end

    def make(parent)
      out = Native::Out.new
      if parent
        out.check(Native.responses_client_derive(parent.handle, out.value, out.error))
      else
        out.check(Native.responses_client_new(out.value, out.error))
      end
      @handle = FFI::AutoPointer.new(out.pointer, Native.method(:responses_client_free))
    end
  end
end
