# frozen_string_literal: true

require_relative "call"
require_relative "parameters"

module Libresponses
  # A session of the library: one connection, and the turns over it.
  #
  # @api private
  class Turns
    attr_reader :engine

    # @param keys [Keys, nil] kept, because the library asks for a key with each further connection
    # @param address [Integer] of the library's session
    def initialize(engine, pid, keys, address)
      @engine = engine
      @pid = pid
      @keys = keys
      @owned = Native::Owned.new(address, :responses_session_free)
    end

    # Waits until the server has agreed.
    # @return [self]
    def open(call)
      is_open = false
      call.finish
      is_open = true
      self
    ensure
      call.close
      free unless is_open
    end

    # @param function [Symbol] of Native
    # @return [Call]
    def start(function, json, is_stream:)
      check
      call = Call.new(@engine, @pid, @keys, is_stream: is_stream) do |place, error|
        check
        Native.public_send(function, @owned.address, json, json.bytesize, place, error)
      end
      call.turns = self
      call
    end

    # Sends an event of the client, which may be a turn.
    # @param event [Hash{Symbol => Object}]
    # @param arrivals [Arrivals] where what answers it goes
    # @return [nil]
    def send_event(event, arrivals)
      function = :responses_session_send_start
      if event[:type].to_s == "response.create"
        function = :responses_session_create_start
        event, formats = StructuredOutput.take(event)
      end
      json = Parameters.json(event)
      Thread.handle_interrupt(Native::UNINTERRUPTED) { arrivals.add(start(function, json, is_stream: true), formats) }
      nil
    end

    # @return [Integer] how many connections there have been
    def connections
      check
      Native.responses_session_connections(@owned.address)
    end

    def free
      owned = @owned
      @owned = nil
      @engine.uninterrupted { owned.free } if owned && @pid == Process.pid
    end

    def freed? = @owned.nil?

    private

    def check
      raise ClosedError, "the connection was closed" if freed?
      return if @pid == Process.pid

      raise ForkedError, "this connection belongs to process #{@pid}, which opened it; open one here"
    end
  end
end
