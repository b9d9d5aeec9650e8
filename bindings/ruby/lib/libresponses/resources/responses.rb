# frozen_string_literal: true

require_relative "../parameters"
require_relative "../stream"
require_relative "../structured_output"
require_relative "../tool_loop"
require_relative "input_items"

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
      # @api private
      def initialize(client)
        @client = client
      end

      # POST /responses. With `background: true` it returns at once, with status :queued.
      #
      # @param text [Hash, Class] as the API has it; or a {BaseModel}, or a Hash with a schema
      #   `{schema: {...}}`: then {Response#output_parsed} is the answer
      # @return [Response]
      # @raise [APIStatusError] when the server says no
      def create(params = {}, **keywords)
        json, options, format = body(params, keywords)
        response = @client.perform(:responses_create_start, json, json.bytesize, request_options: options)
        response.text_format = format
        response
      end

      # The events of a new response, or, with `response_id:`, those of a background response that was
      # created with `stream: true`, from its beginning or after `starting_after:`.
      #
      # With a block yields every event, and returns the final response.
      #
      # @return [Stream], or the final Response with a block
      # @yieldparam event [Event]
      def stream(params = {}, **keywords, &block)
        params, options = Parameters.take(params, keywords)
        stream = params.key?(:response_id) ? follow(params, options) : begin_stream(params, options)
        return stream unless block

        stream.each(&block).get_final_response
      end
      alias stream_raw stream

      # GET /responses/{id}.
      # @param params [Hash] include: [...]
      # @return [Response]
      def retrieve(response_id, params = {}, **keywords)
        params, options = Parameters.take(params, keywords)
        json = Parameters.query(params)
        @client.perform(:responses_get_start, id(response_id), json, json.to_s.bytesize, request_options: options)
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
        @client.perform(:responses_cancel_start, id(response_id), request_options: request_options)
      end

      # DELETE /responses/{id}.
      # @return [Response] with `deleted`
      def delete(response_id, request_options: {})
        @client.perform(:responses_delete_start, id(response_id), request_options: request_options)
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
        json, options = body(params, keywords)
        @client.perform(:responses_compact_start, json, json.bytesize, request_options: options)
      end

      # Creates responses until the model calls no tool any more; the calls are answered with the
      # tools' blocks.
      #
      # @param tools [Array<Tool, Hash>] tools with a block are used here, others by the server
      # @param max_steps [Integer] how many responses at most
      # @return [Response] the last one
      # @yieldparam event [Event] every event of every step; without a block nothing is streamed
      # @raise [ToolError] max_steps is reached, or the model called a tool that there is not
      def run(tools:, max_steps: 20, **params, &block)
        ToolLoop.new(self, tools, max_steps).run(params, &block)
      end

      # @return [InputItems]
      def input_items = @input_items ||= InputItems.new(@client)

      # @return [InputTokens]
      def input_tokens = @input_tokens ||= InputTokens.new(@client)

      private

      def begin_stream(params, options)
        json, options, format = body(params, request_options: options)
        Stream.new(text_format: format) do
          @client.start(:responses_create_stream_start, json, json.bytesize, request_options: options)
        end
      end

      def follow(params, options)
        response_id = id(params[:response_id])
        _, format = StructuredOutput.take(params.slice(:text))
        json = Parameters.query(params.except(:response_id, :text))
        Stream.new(text_format: format) do
          @client.start(:responses_get_stream_start, response_id, json, json.to_s.bytesize,
                        request_options: options)
        end
      end

      # @return [Array(String, Hash, Object)] the body, the request's options, and what the text is parsed with
      def body(params, keywords)
        params, options = Parameters.take(params, keywords)
        params, format = StructuredOutput.take(params)
        [Parameters.body(params, options), options, format]
      end

      def id(response)
        response.respond_to?(:id) ? response.id : response.to_s
      end
    end
  end
end
