# frozen_string_literal: true

require_relative "../parameters"

module Libresponses
  module Resources
    # What went into a response.
    class InputItems
      # @api private
      def initialize(client)
        @client = client
      end

      # GET /responses/{id}/input_items.
      #
      #     client.responses.input_items.list(id, order: :asc).each { |item| p item }
      #
      # @param params [Hash] limit: items on a page, 1 to 100; order: :asc or :desc; after: the id of
      #   the item before the first; include: [...]
      # @return [Page] the first page, an Enumerable over the items of all pages
      def list(response_id, params = {}, **keywords)
        params, options = Parameters.take(params, keywords)
        response_id = Parameters.id(response_id, "response_id")
        Page.new(params) do |page_params|
          json = Parameters.json(page_params)
          @client.perform(:responses_list_input_items_start, response_id, json, json.bytesize,
                          request_options: options)
        end
      end
    end

    # How many tokens an input has.
    class InputTokens
      # @api private
      def initialize(client)
        @client = client
      end

      # POST /responses/input_tokens.
      # @return [Response] with `input_tokens`
      def count(params = {}, **keywords)
        params, options = Parameters.take(params, keywords)
        params, = StructuredOutput.take(params) if params[:text] || params[:tools]
        json = Parameters.body(params, options)
        @client.perform(:responses_count_input_tokens_start, json, json.bytesize, request_options: options)
      end
    end
  end
end
