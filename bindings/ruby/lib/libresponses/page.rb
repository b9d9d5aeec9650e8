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
    # @param round what one page before this one ended with, and how many pages there were before
    # @param fetch yields the parameters of a page; returns its response
    def initialize(params, response = nil, round: [nil, 0], &fetch)
      @params = params
      @fetch = fetch
      @response = response
      @round = round
    end

    # @return [Response] this page as the server sent it
    def response = @response ||= @fetch.call(@params)

    # @return [Array<Record>] the items of this page
    def data
      items = response[:data]
      items.is_a?(Array) ? items : []
    end

    # @return [Boolean] whether another page follows, and this one says where it begins
    def next_page? = more? && !stuck? && !cursor.nil?

    # @return [Page, nil] the page that follows
    def next_page = (Page.new(@params.merge(after: cursor), round: next_round, &@fetch) if next_page?)

    # Yields the items of this page and all that follow.
    # @return [self], or an Enumerator without a block
    def each(&block)
      return enum_for(:each) unless block

      each_page { |page| page.data.each(&block) }
      self
    end
    alias auto_paging_each each

    # Yields this page and all that follow.
    # @raise [ProtocolError] the last page has has_more true, but no id to ask for the next page with, or the
    #   pages go in a circle
    def each_page
      return enum_for(:each_page) unless block_given?

      page = last = self
      while page
        yield page
        last = page
        page = page.next_page
        break if page&.stuck?
      end
      return unless (page || last).response[:has_more] == true

      raise ProtocolError, "the pages go in a circle: two of them end with the same item" if page

      raise ProtocolError, "has_more is true, but the page has no last_id and no item with an id"
    end

    protected

    # Whether the page ends with the item that it should begin after: the server ignores `after`. The library
    # raises an error for such a page when its has_more is true. Or it ends with what an earlier page ended
    # with: the pages go in a circle.
    def stuck?
      after = @params[:after] || @params["after"]
      response[:has_more] != false && !after.nil? && [after, @round.first].include?(cursor)
    end

    private

    # A server that does not say whether there is more is asked until it has nothing.
    def more? = response[:has_more] == true || (response[:has_more] != false && !data.empty?)

    # For the next page. After R. P. Brent (1980), an end that is changed after 1, 3, 7 pages and so on finds
    # each circle.
    def next_round
      kept, count = @round
      count += 1
      [(count & (count + 1)).zero? ? cursor : kept, count]
    end

    # What the next page comes after: last_id, or the id of the last item where a server leaves that out.
    def cursor
      last = data.last
      [response[:last_id], (last[:id] if last.is_a?(Record))].find { |id| id.is_a?(String) && !id.empty? }
    end
  end
end
