# frozen_string_literal: true

# 04-input-items.rb - page through what went into a response
#
# The server gives at most so many items at a time. A list is an Enumerable over the items of all
# pages, which are fetched as they are needed; each_page has the pages.
#
#     OPENAI_API_KEY=... ruby 04-input-items.rb
#
# RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.

require "libresponses"

model = ENV.fetch("RESPONSES_MODEL", "gpt-5")
responses = Libresponses::Client.new.responses

input = (1..7).map { |i| { role: "user", content: "Number #{i}." } }
response = responses.create(model: model, input: input)
list = responses.input_items.list(response.id, limit: 3, order: :asc)

pages = 0
list.each_page do |page|
  puts "page #{pages += 1}"
  page.data.each do |item|
    # A list of parts, or at some servers text; some kinds of items have none.
    content = item[:content] || item.type
    puts "  #{content.is_a?(Array) ? content.first.text : content}"
  end
end
puts "[#{list.count} items on #{pages} pages]"
