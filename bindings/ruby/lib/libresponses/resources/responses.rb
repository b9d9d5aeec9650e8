# frozen_string_literal: true

require_relative "creation"

module Libresponses
  # The operations, by what they are about.
  module Resources
    # Everything below /responses. Parameters are keywords, or a Hash, named as in the API; fields that
    # this gem has never heard of are sent like all others. Every method takes `request_options:`, a Hash
    # with `timeout`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`, `idempotency_key` and
    # all other options of {Client#initialize}, for that call alone.
    #
    # All methods raise an {Error}.
    #
    # @since 0.1
    class Responses
      include Creation

      # @api private
      def initialize(client)
        @client = client
      end

      # The events of a new response, or, with `response_id:`, those of a background response that was
      # created with `stream: true`, from its beginning or after `starting_after:`. (`starting_after:` with
      # `previous_response_id:` and no `input:` is the same, as in older versions of the `openai` gem.)
      #
      # With a block yields every event, and returns the final response.
      #
      # @return [Stream], or the final Response with a block
      # @yieldparam event [Event]
      # @raise [UsageError] `starting_after:` without an id
      def stream(params = {}, **keywords, &block) = super
      alias stream_raw stream

      # GET /responses/{id}.
      # @param params [Hash] include: [...]; with `stream: true` it is {#retrieve_streaming}
      # @return [Response, Stream]
      # @raise [UsageError] `starting_after:` without `stream: true`
      def retrieve(response_id = nil, params = {}, **keywords, &block)
        params, options = Parameters.take(params, keywords)
        response_id = id(response_id, params)
        params = params.except(:response_id)
        return streamed(params.merge(response_id: response_id), options, &block) if block || params[:stream]
        raise UsageError, "starting_after is for streams: use retrieve_streaming" if params.key?(:starting_after)

        json = Parameters.query(params.except(:stream))
        @client.perform(:responses_get_start, response_id, json, json.to_s.bytesize, request_options: options)
      end

      # The events of a background response; the same as {#stream} with `response_id:`.
      # @param params [Hash] starting_after: the sequence number of the last event that was seen;
      #   include: [...]
      # @return [Stream]
      def retrieve_streaming(response_id, params = {}, **keywords, &block)
        stream(params, **keywords, response_id: response_id, &block)
      end

      # POST /responses/{id}/cancel: ends a background response.
      # @return [Response]
      def cancel(response_id, request_options: {})
        @client.perform(:responses_cancel_start, id(response_id), request_options: request_options.to_h)
      end

      # DELETE /responses/{id}.
      # @return [Response] with `deleted`
      def delete(response_id = nil, params = {}, **keywords)
        params, options = Parameters.take(params, keywords)
        @client.perform(:responses_delete_start, id(response_id, params), request_options: options)
      end

      # Gets a background response again and again until it has ended; look at its status.
      # @param timeout [Numeric, nil] seconds; nil for as long as it takes
      # @return [Response]
      # @raise [APITimeoutError] the time is over; the response goes on at the server
      def wait(response_id, timeout: nil, request_options: {})
        milliseconds = timeout.nil? ? -1 : (timeout * 1000).ceil
        @client.perform(:responses_wait_start, id(response_id), milliseconds,
                        request_options: request_options)
      end

      # POST /responses/compact: a long conversation made short.
      # @return [Response]
      def compact(params = {}, **keywords)
        params, options = Parameters.take(params, keywords)
        json, = body(params, options)
        @client.perform(:responses_compact_start, json, json.bytesize, request_options: options)
      end

      # Creates responses until the model calls no tool any more; the calls are answered with the
      # tools' blocks. What a tool raises (a StandardError), arguments that do not fit and the name of a tool that
      # there is not are told to the model, which may try again.
      #
      # The loop ends with a response that is not completed, and with one that calls something that the program has
      # to answer itself: a tool without a block, a custom tool, a computer, a shell.
      #
      # The rules are those of every language: docs/tools.md.
      #
      # @param tools [Array<Tool, Class, Hash>] tools with a block are used here, others by the server or the program
      # @param session [Connection, nil] over which responses are made; each turn sends only what is new then
      # @param max_steps [Integer] how many responses at most
      # @param raise_tool_errors [Boolean] whether what a tool raises ends the loop
      # @return [Response] the last one
      # @yieldparam event [Event] every event of every step; without a block nothing is streamed
      # @raise [ToolError] max_steps is reached; its `response` is the last one
      def run(tools:, max_steps: 20, raise_tool_errors: false, session: nil, **params, &block)
        raise UsageError, "run returns the last response; with a block it yields the events" if params[:stream]
        if params[:request_options].to_h[:idempotency_key]
          raise UsageError, "idempotency_key: run makes several requests, and each has its own"
        end

        ToolLoop.new(session || self, tools, max_steps, raise_tool_errors).run(params, &block)
      end

      # Makes many responses at once, and yields an {Outcome} for each.
      #
      #     requests = lines.each_with_index.lazy.map { |line, n| { model: "gpt-5", input: line } }
      #     client.responses.map(requests, ordered: false) { |outcome| save(outcome.index, outcome.response) }
      #
      # Requests are taken as there is room, by a thread of its own, so that a source that waits for its next one holds
      # up no outcome. What it raises is raised here, after the outcomes of what it gave. Leaving the block ends what is
      # under way.
      #
      # @param requests [#each] Hashes with the keywords of {Creation#create} each, `request_options:` too
      # @param concurrency [Integer] how many at most are under way
      # @param ordered [Boolean] whether outcomes come in the order of the requests, or as they are ready
      # @param pace [Pace, #reserve, nil] how fast; several may share one. Any object will do whose `reserve(n)` says in
      #   how many seconds n requests may begin: `hold(seconds)` tells it of a pause that the server asks for, and
      #   `heed(headers)` of the headers of every answer. It is asked for each retry as well, and `timeout` is then for
      #   each time that a request is sent
      # @param progress [#call, nil] is called with how many are done
      # @yieldparam outcome [Outcome]
      # @return [nil], or an Enumerator without a block
      # @raise [UsageError] an argument is wrong
      def map(requests, concurrency: 200, ordered: true, pace: nil, progress: nil, &block)
        check_map(requests, concurrency, pace)
        unless block
          return enum_for(:map, requests, concurrency: concurrency, ordered: ordered, pace: pace, progress: progress)
        end

        done = turn = 0
        held = {}
        Many.new(self, @client.max_retries, requests, concurrency, pace).each do |outcome|
          progress&.call(done += 1)
          next yield(outcome) unless ordered

          held[outcome.index] = outcome
          yield(held.delete((turn += 1) - 1)) while held.key?(turn)
        end
        nil
      end

      # Opens a connection for many responses: the API's WebSocket mode. See {Connection}.
      #
      # @param websocket_base_url [String, nil] in place of the client's base_url; ws:// and wss:// are taken too
      # @param request_options [Hash] options of the client, for this connection and all of its responses
      # @yieldparam connection [Connection] which is closed after the block
      # @return [Connection], or what the block returns
      # @raise [UnsupportedError] libcurl is older than 7.76
      def connect(websocket_base_url: nil, request_options: {}, &block)
        options = request_options.to_h
        options = options.merge(base_url: websocket_base_url.sub(/\Aws/i, "http")) if websocket_base_url
        Connection.open(@client, options, &block)
      end

      # With `response_id:` and `parameters:`, as `ruby-openai` has it, the first page of a response's input items.
      # @return [InputItems], or a Page
      def input_items(response_id: nil, parameters: {})
        @input_items ||= InputItems.new(@client)
        response_id ? @input_items.list(response_id, parameters) : @input_items
      end

      # @return [InputTokens]
      def input_tokens = @input_tokens ||= InputTokens.new(@client)

      private

      def check_map(requests, concurrency, pace)
        raise UsageError, "requests: expected what has each, not #{requests.class}" unless requests.respond_to?(:each)
        unless concurrency.is_a?(Integer) && concurrency.positive?
          raise UsageError, "concurrency: expected a whole number of at least 1, not #{concurrency.inspect}"
        end
        return if pace.nil? || pace.respond_to?(:reserve)

        raise UsageError, "pace: expected a Pace, or what has reserve(n), not #{pace.class}"
      end

      def make(json, options)
        @client.perform(:responses_create_start, json, json.bytesize, request_options: options)
      end

      def begin_stream(json, options)
        @client.start(:responses_create_stream_start, json, json.bytesize, request_options: options)
      end

      def open_stream(params, options)
        return follow(params, options) if params[:response_id]
        return super unless params.key?(:starting_after)

        unless params[:previous_response_id] && !params.key?(:input)
          raise UsageError, "starting_after is for a response that there is already: response_id is missing"
        end

        follow(params.except(:previous_response_id).merge(response_id: params[:previous_response_id]), options)
      end

      def follow(params, options)
        response_id = id(params[:response_id])
        _, formats = StructuredOutput.take(params)
        json = Parameters.query(params.except(:response_id, :text, :tools))
        Stream.new(formats: formats, is_whole: params[:starting_after].nil?) do
          @client.start(:responses_get_stream_start, response_id, json, json.to_s.bytesize,
                        request_options: options)
        end
      end

      def id(response, params = {}) = Parameters.id(response || params[:response_id], "response_id")
    end
  end
end
