# frozen_string_literal: true

require_relative "response"

module Libresponses
  # A page of a list, and an Enumerable over the items of this page and all that follow. Pages are
  # fetched when they are needed: `list.first(3)` asks for no more than it takes.
  #
  # @since 0.1
  class Page
    include Enumerable

    # @api private
    # @param fetch yields the parameters of a page; returns its response
    def initialize(params, response = nil, &fetch)
      @params = params
      @fetch = fetch
      @response = response
    end

    # @return [Response] this page as the server sent it
    def response = @response ||= @fetch.call(@params)

    # @return [Array<Record>] the items of this page
    def data = response[:data] || []

    # @return [Boolean] whether another page follows
    def next_page? = response[:has_more] == true && !cursor.nil?

    # @return [Page, nil] the page that follows
    def next_page = (Page.new(@params.merge(after: cursor), &@fetch) if next_page?)

    # Yields the items of this page and all that follow.
    # @return [self], or an Enumerator without a block
    def each(&block)
      return enum_for(:each) unless block

      each_page { |page| page.data.each(&block) }
      self
    end
    alias auto_paging_each each

    # Yields this page and all that follow.
    def each_page
      return enum_for(:each_page) unless block_given?

      page = self
      while page
        yield page
        page = page.next_page
      end
    end

    private

    def cursor = response[:last_id] || data.last&.[](:id)
  end
end
