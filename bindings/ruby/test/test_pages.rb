# frozen_string_literal: true

require_relative "helper"
require_relative "scripted"

# Pages of a list: what leads from one to the next, and servers that get it wrong.
class TestPages < TestCase
  ALL = %w[a b c d e f g].freeze

  # Three items of ALL after the one that is asked for, with this or that left out.
  def page(target, ids: true, last: true, more: true)
    after = target[/after=(\w)/, 1]
    start = after ? ALL.index(after) + 1 : 0
    names = ALL[start, 3]
    {
      data: names.map { |n| { type: "message", n: n, id: (n if ids) }.compact },
      last_id: (names.last if last), has_more: (start + 3 < ALL.size if more)
    }.compact
  end

  def list(answer, &block)
    Scripted.open(answer) do |server|
      one = client(base_url: server.url, max_retries: 0)
      block.call(one.responses.input_items.list("resp_1"), server)
    end
  end

  def test_every_page_leads_to_the_next
    [{}, { last: false }, { ids: false }, { more: false }, { last: false, more: false }].each do |left_out|
      list(->(target, _) { page(target, **left_out) }) { |items, _| assert_equal ALL, items.map(&:n) }
    end
  end

  def test_a_server_that_does_not_move_on
    list(->(target, _) { page(target.sub(/\?.*/, "")) }) do |items, server|
      error = assert_raises(Libresponses::ProtocolError) { items.to_a }
      assert_match(/after/, error.message)
      assert_operator server.seen.size, :<, 5
    end
  end

  # After the last page comes the first or the second again.
  def test_pages_in_a_circle_end
    (2..7).each do |size|
      turn = lambda do |target, _|
        place = (target[/after=(\w)/, 1] || "`").ord - 96
        { data: [{ type: "message", id: (97 + (place < size ? place : place % 2)).chr }], has_more: true }
      end
      list(turn) do |items, server|
        error = assert_raises(Libresponses::ProtocolError) { items.first(100) }
        assert_match(/circle/, error.message)
        assert_operator server.seen.size, :<, 4 * size
      end
      list(turn) do |items, _|
        count = 0
        page = items
        count += 1 while count < 100 && (page = page.next_page)
        assert_operator count, :<, 4 * size
      end
    end
  end

  def test_what_is_no_boolean_says_nothing
    %w[true false].each do |said|
      answer = ->(target, _) { page(target).merge(has_more: said) }
      list(answer) { |items, _| assert_equal ALL, items.map(&:n) }
    end
  end

  # It is asked once more, and what comes a second time is left out.
  def test_one_that_does_not_say_whether_there_is_more
    list(->(target, _) { page(target.sub(/\?.*/, ""), more: false) }) do |items, server|
      assert_equal ALL[0, 3], items.map(&:n)
      assert_equal 2, server.seen.size
    end
  end

  def test_a_first_page_without_ids_is_handed_over
    list(->(target, _) { page(target, ids: false, last: false) }) do |items, _|
      assert_equal ALL[0, 3], items.data.map(&:n)
      assert_equal ALL[0, 3], items.first(3).map(&:n)
      refute_predicate items, :next_page?
      assert_nil items.next_page
      # But nobody takes it for all there is.
      assert_raises(Libresponses::ProtocolError) { items.to_a }
    end
  end

  def test_an_empty_page_may_lead_on
    first = { data: [], last_id: "b", has_more: true }
    list(->(target, _) { target.include?("after=") ? page(target) : first }) do |items, _|
      assert_equal ALL[2..], items.map(&:n)
    end
  end
end
