# frozen_string_literal: true

require_relative "../parameters"

module Libresponses
  module Resources
    # Conversations, which keep items across responses: `conversation:` of a request names one.
    #
    # @since 0.1
    class Conversations
      # @api private
      def initialize(client)
        @client = client
      end

      # POST /conversations.
      # @param params [Hash] items: the first ones; metadata: {...}
      # @return [Response]
      def create(params = {}, **keywords)
        params, options = Parameters.take(params, keywords)
        @client.request(:post, "/conversations", body: params, request_options: options)
      end

      # GET /conversations/{id}.
      # @return [Response]
      def retrieve(conversation_id = nil, params = {}, **keywords)
        path, _, options = place(conversation_id, params, keywords)
        @client.request(:get, path, request_options: options)
      end

      # POST /conversations/{id}.
      # @param params [Hash] metadata: {...}
      # @return [Response]
      def update(conversation_id = nil, params = {}, **keywords)
        path, params, options = place(conversation_id, params, keywords)
        @client.request(:post, path, body: params, request_options: options)
      end
      alias modify update

      # DELETE /conversations/{id}. Its items stay.
      # @return [Response] with `deleted`
      def delete(conversation_id = nil, params = {}, **keywords)
        path, _, options = place(conversation_id, params, keywords)
        @client.request(:delete, path, request_options: options)
      end

      # @return [ConversationItems]
      def items = @items ||= ConversationItems.new(@client)

      private

      def place(id, params, keywords)
        params, options = Parameters.take(params, keywords)
        id ||= params[:conversation_id] || params[:id]
        [Query.path("conversations", Parameters.id(id, "conversation_id")), params.except(:conversation_id, :id),
         options]
      end
    end

    # The items of conversations.
    #
    # @since 0.1
    class ConversationItems
      # @api private
      def initialize(client)
        @client = client
      end

      # POST /conversations/{id}/items.
      # @param params [Hash] items: the new ones; include: [...]
      # @return [Response] with the new items as `data`
      def create(conversation_id, params = {}, **keywords)
        params, options = Parameters.take(params, keywords)
        path = path(conversation_id, query: params.slice(:include))
        @client.request(:post, path, body: params.except(:include), request_options: options)
      end

      # GET /conversations/{id}/items.
      # @param params [Hash] limit: items on a page, 1 to 100; order: :asc or :desc; after: the id of
      #   the item before the first; include: [...]
      # @return [Page] the first page, an Enumerable over the items of all pages
      def list(conversation_id, params = {}, **keywords)
        params, options = Parameters.take(params, keywords)
        Parameters.id(conversation_id, "conversation_id")
        Page.new(params) do |page_params|
          @client.request(:get, path(conversation_id, query: page_params), request_options: options)
        end
      end

      # GET /conversations/{id}/items/{id}.
      # @param params [Hash] conversation_id: whose item it is; include: [...]
      # @return [Response] the item
      def retrieve(item_id, params = {}, **keywords)
        params, options = Parameters.take(params, keywords)
        path = path(params[:conversation_id], item_id, query: params.slice(:include))
        @client.request(:get, path, request_options: options)
      end

      # DELETE /conversations/{id}/items/{id}.
      # @param params [Hash] conversation_id: whose item it is
      # @return [Response] the conversation
      def delete(item_id, params = {}, **keywords)
        params, options = Parameters.take(params, keywords)
        @client.request(:delete, path(params[:conversation_id], item_id), request_options: options)
      end

      private

      def path(conversation_id, *item_id, query: {})
        item_id = item_id.map { |id| Parameters.id(id, "item_id") }
        Query.path("conversations", Parameters.id(conversation_id, "conversation_id"), "items", *item_id, query: query)
      end
    end
  end
end
