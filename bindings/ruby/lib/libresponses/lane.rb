# frozen_string_literal: true

require_relative "arrivals"

module Libresponses
  # A lane of a {Connection}, whose events are read apart from those of all others. With the names of the lanes of the
  # `openai` gem.
  #
  #     lane = connection.lane("planner")
  #     lane.create(model: "gpt-5", input: "Plan the day.")
  #     lane.each { |event| print event.delta if event.text_delta? }
  #     lane.get_final_response.usage
  #
  # Each lane may have a thread or fiber of its own.
  #
  # @since 0.1
  class Lane
    include Enumerable

    # @return [String, nil]
    attr_reader :stream_id

    # @api private
    def initialize(turns, stream_id)
      @turns = turns
      @stream_id = stream_id
      @arrivals = Arrivals.new(turns.engine)
    end

    # Begins a turn in this lane.
    # @return [nil]
    def create(**params) = send_event(type: "response.create", **params)

    # Sends an event; see {Connection#send_event}. The `stream_id` of a turn is that of the lane.
    # @param event [Hash] with its `type`
    # @return [nil]
    # @raise [UsageError] another `stream_id`
    def send_event(event = {}, **fields)
      event = event.to_h.transform_keys(&:to_sym).merge(fields)
      event = in_lane(event) if event[:type].to_s == "response.create"
      @turns.send_event(event, @arrivals)
    end

    # @return [Event, nil] the next event of this lane's turns; nil when none is under way. See {Connection#receive}
    # @raise [Error]
    def receive
      @arrivals.next
    rescue CancelledError
      raise unless @turns.freed?
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

    # Reads to the end of the turn that is under way, unless it was read already.
    # @return [Response]
    # @raise [Error] why there is none; as {Stream#get_final_response}
    # @raise [UsageError] no turn is under way
    def get_final_response = @arrivals.final # rubocop:disable Naming/AccessorMethodName -- the name in the openai gem
    alias final_response get_final_response

    def inspect = "#<#{self.class} #{@stream_id.inspect}>"

    private

    def in_lane(event)
      given = event.fetch(:stream_id, @stream_id)
      return event if given.nil? && @stream_id.nil?
      return event.merge(stream_id: @stream_id) if given.to_s == @stream_id

      raise UsageError, "stream_id: this lane is #{@stream_id.inspect}"
    end
  end
end
