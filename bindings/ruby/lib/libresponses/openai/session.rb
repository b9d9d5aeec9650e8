# frozen_string_literal: true

module OpenAI
  module Models
    module Responses
      # What may wait to be read, as the `openai` gem has it. Of these the number of lanes is a limit here; what waits
      # is bounded by the library's `max_queue_bytes`, beyond which the server is not read.
      class SessionLimits
        NAMES = %i[max_lanes max_events_per_lane max_events max_bytes_per_lane max_bytes max_response_bytes].freeze
        private_constant :NAMES

        attr_reader(*NAMES)

        def initialize(max_lanes:, **limits)
          limits = limits.merge(max_lanes: max_lanes)
          unless (unknown = limits.keys - NAMES).empty?
            raise Libresponses::UsageError, "#{unknown.join(", ")}: expected some of #{NAMES.join(", ")}"
          end

          limits.each do |name, value|
            raise Libresponses::UsageError, "#{name}: expected 1 or more" unless value.is_a?(Integer) && value.positive?

            instance_variable_set(:"@#{name}", value)
          end
        end
      end

      # A connection with lanes, as the `openai` gem has it, without a task that reads it: lanes may be read by threads
      # and by fibers, in the order in which the program likes.
      class Session
        # @return [SessionLimits, nil]
        attr_reader :limits
        # @return [Libresponses::Lane] the one without a name
        attr_reader :default

        # @yieldparam session [Session] which is closed after the block
        def self.open(client:, limits: nil, request_options: {}, websocket_base_url: nil)
          options = { request_options: request_options.to_h, websocket_base_url: websocket_base_url }
          session = new(client, limits, options)
          begin
            yield session
          ensure
            session.close
          end
        end

        # @api private
        def initialize(client, limits, options)
          @limits = limits
          @options = options
          connect(client)
        end

        # @param stream_id [String]
        # @return [Libresponses::Lane]
        # @raise [Libresponses::LimitError] there are `max_lanes` already
        def lane(stream_id)
          if @limits && @names.size >= @limits.max_lanes
            raise Libresponses::LimitError, "max_lanes: there are #{@names.size} lanes already"
          end

          @connection.lane(stream_id).tap { @names << stream_id }
        end

        # Another connection, with lanes of its own. (A lost one is replaced without that.)
        # @param restore [#call] gets the session
        # @return [self]
        def reconnect(restore:, client: @client, request_options: @options[:request_options])
          close
          @options = @options.merge(request_options: request_options.to_h)
          connect(client)
          restore.call(self)
          self
        end

        # @return [nil]
        def close = @connection.close

        private

        def connect(client)
          @client = client
          @connection = client.responses.connect(**@options)
          @default = @connection.lane(nil)
          @names = [nil]
        end
      end
    end
  end
end
