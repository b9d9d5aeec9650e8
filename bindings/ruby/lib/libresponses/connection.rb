# frozen_string_literal: true

require_relative "arrivals"
require_relative "turns"
require_relative "resources/creation"

module Libresponses
  # WebSocket mode: many responses over one connection, each of them a turn. The server has the last response of
  # each lane at hand, so that a turn that goes on from it sends its new input and `previous_response_id` alone, also
  # with `store: false`.
  #
  #     client.responses.connect do |connection|
  #       first = connection.create(model: "gpt-5", input: "Plan the day.")
  #       second = connection.stream(model: "gpt-5", input: "Shorter.", previous_response_id: first.id)
  #       second.text.each { |piece| print piece }
  #     end
  #
  # Turns with the same `stream_id:` are a lane, as are those without any: one is sent when the one before it has
  # ended. Lanes run side by side. `generate: false` only prepares the server. When the connection ends, another one
  # is made for the next turn; a turn that the server may have begun is never sent twice. The rules are those of every
  # language: see "sessions" in responses.h.
  #
  # Any number of threads and fibers may use it, but those of a fiber scheduler one that was opened in their own
  # thread. It is kept alive while somebody waits for something of its client.
  #
  # As in the `openai` gem, {#response} and {#send_event} begin turns too, whose events {#receive} and {#each} have.
  #
  # @since 0.1
  class Connection
    include Enumerable
    include Resources::Creation

    # Makes turns, whose events the connection has.
    class Turn
      # @api private
      def initialize(connection)
        @connection = connection
      end

      # Begins a turn.
      # @return [nil] its events are the connection's: {Connection#receive}
      def create(**params) = @connection.send_event(type: "response.create", **params)
    end

    # @api private
    def self.open(client, options)
      connection = new(client, options)
      return connection unless block_given?

      begin
        yield connection
      ensure
        connection.close
      end
    end

    # @api private
    def initialize(client, options)
      is_open = false
      Thread.handle_interrupt(Native::UNINTERRUPTED) { @turns = client.connect(options) }
      @arrivals = Arrivals.new(@turns.engine)
      @response = Turn.new(self)
      @lanes = {}
      @lock = Mutex.new
      is_open = true
    ensure
      close unless is_open
    end

    # @return [Turn] as in the `openai` gem: `connection.response.create(...)`
    attr_reader :response

    # As {Resources::Responses#run}, over this connection.
    # @return [Response] the last one
    def run(tools:, max_steps: 20, raise_tool_errors: false, **params, &block)
      raise UsageError, "run returns the last response; with a block it yields the events" if params[:stream]

      ToolLoop.new(self, tools, max_steps, raise_tool_errors).run(params, &block)
    end

    # Gives more input to a response that is being made over this connection.
    #
    # @param response_id [String, Response] of that response
    # @param input [String, Array]
    # @return [Stream] response.steer.accepted and then the events of the response that the server makes of it; or
    #   response.steer.pending: it is kept for the turn that goes on from that response
    # @raise [APIError] as the stream is read: the server refused it
    def steer(response_id, input:, **params)
      id = Parameters.id(response_id, "response_id")
      json = Parameters.json({ type: "response.steer", previous_response_id: id, input: input, **params })
      Stream.new { @turns.start(:responses_session_send_start, json, is_stream: true) }
    end

    # Sends an event: "response.create", "response.steer", or any other. What answers it is among the events of
    # {#receive}.
    #
    # @param event [Hash] with its `type`
    # @return [nil]
    def send_event(event = {}, **fields)
      @turns.send_event(event.to_h.transform_keys(&:to_sym).merge(fields), @arrivals)
    end

    # A lane that is read apart from the others.
    # @param stream_id [String, nil] its name; nil for the one without
    # @return [Lane]
    # @raise [UsageError] there is one of that name already
    def lane(stream_id)
      name = stream_id&.to_s
      @lock.synchronize do
        raise UsageError, "stream_id: there is a lane #{name.inspect} already" if @lanes.key?(name)

        @lanes[name] = Lane.new(@turns, name)
      end
    end

    # The next event of the turns that {#response} and {#send_event} began. An error that the server sends is an
    # event.
    #
    # @return [Event, nil] nil when no such turn is under way, or the connection is closed
    # @raise [Error] a turn ended in another way, such as with its connection
    def receive
      @arrivals.next
    rescue CancelledError
      raise unless closed?
    end

    # The events of {#receive}, until there is no more.
    # @return [self], or an Enumerator without a block
    def each
      return enum_for(:each) unless block_given?

      while (event = receive)
        yield event
      end
      self
    end

    # @return [Integer] how many connections there have been: more than 1 when the first one ended, and the server
    #   has nothing at hand any more that it does not store
    def connections = @turns.connections

    # Closes it. Turns that are under way end with CancelledError.
    # @return [nil]
    def close
      @turns&.free
      nil
    end

    def closed? = @turns.freed?

    def inspect = "#<#{self.class}#{" closed" if closed?}>"

    private

    # The options are those of the connection.
    def body(params, options)
      unknown = options.keys.map(&:to_sym) - %i[extra_body]
      return super if unknown.empty?

      raise UsageError, "request_options of a turn: only extra_body; give #{unknown.join(", ")} to connect"
    end

    def make(json, _options)
      Thread.handle_interrupt(Native::UNINTERRUPTED) do
        call = @turns.start(:responses_session_create_start, json, is_stream: false)
        begin
          call.without_json
          call.finish
        ensure
          call.close
        end
      end
    end

    def begin_stream(json, _options) = @turns.start(:responses_session_create_start, json, is_stream: true)
  end
end
