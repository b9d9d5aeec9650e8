# frozen_string_literal: true

# 02-stream.rb - print an answer while it is written
#
# The block gets every event; what returns is the final response. A stream that breaks off never
# returns: it raises.
#
#     OPENAI_API_KEY=... ruby 02-stream.rb
#
# RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.

require "libresponses"

model = ENV.fetch("RESPONSES_MODEL", "gpt-5")
client = Libresponses::Client.new
events = 0
$stdout.sync = true

response = client.responses.stream(model: model, input: "Tell me a story in three sentences.") do |event|
  events += 1
  case event.type
  when :"response.output_text.delta" then print event.delta
  when :"response.output_text.done" then puts
  end
end
puts "[#{response.id} is #{response.status} after #{events} events]"

# Who needs the text alone:
#     client.responses.stream(model: model, input: "...").text.each { |piece| print piece }
