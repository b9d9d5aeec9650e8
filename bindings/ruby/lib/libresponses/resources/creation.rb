# frozen_string_literal: true

require_relative "../parameters"
require_relative "../stream"

module Libresponses
  module Resources
    # How responses are made: by a request each, or as turns of a {Connection}. Parameters are keywords, or a Hash,
    # named as in the API; fields that this gem has never heard of are sent like all others.
    #
    # All methods raise an {Error}.
    #
    # @since 0.1
    module Creation
      # Makes a response. With `background: true` it returns at once, with status :queued.
      #
      # With `stream: true` it is {#stream}. With a block, or `stream:` a proc, that is called with every event, and
      # then the final response is returned; a proc of two parameters gets the type's text too, as in `ruby-openai`.
      #
      # @param text [Hash, Class] as the API has it; or a {BaseModel}, or a Hash with a schema
      #   `{schema: {...}}`: then {Response#output_parsed} is the answer
      # @param tools [Array<Hash, Class>] as the API has them; or a {BaseModel}, which describes the arguments of a
      #   function of its name: then `parsed` of a call has them
      # @return [Response, Stream]
      # @raise [APIStatusError] when the server says no
      def create(params = {}, **keywords, &block)
        params, options = Parameters.take(params, keywords)
        return streamed(params, options, &block) if block || params[:stream]

        json, formats = body(params, options)
        response = make(json, options)
        response.formats = formats
        response
      end

      # The events of a new response. With a block yields every event, and returns the final response.
      #
      # @return [Stream], or the final Response with a block
      # @yieldparam event [Event]
      def stream(params = {}, **keywords, &block)
        params, options = Parameters.take(params, keywords)
        raise UsageError, "stream: false; use create for an answer that is no stream" if params[:stream] == false

        streamed(params, options, &block)
      end

      private

      def streamed(params, options, &block)
        user = params[:stream] if params[:stream].respond_to?(:call)
        stream = open_stream(params.except(:stream), options)
        return stream unless user || block

        stream.each(&block || listener(user)).get_final_response
      end

      def listener(user)
        takes_type = (user.is_a?(Proc) ? user : user.method(:call)).arity.abs > 1
        takes_type ? ->(event) { user.call(event, event.type.to_s) } : ->(event) { user.call(event) }
      end

      def open_stream(params, options)
        json, formats = body(params, options)
        Stream.new(formats: formats) { begin_stream(json, options) }
      end

      # @return [Array(String, Formats)] the body, and what the answer is parsed as
      def body(params, options)
        formats = nil
        params, formats = StructuredOutput.take(params) if params[:text] || params[:tools]
        [Parameters.body(params, options), formats]
      end
    end
  end
end
