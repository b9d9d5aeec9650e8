# frozen_string_literal: true

# 01-create.rb - ask a question, print the answer
#
#     OPENAI_API_KEY=... ruby 01-create.rb
#
# RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.

require "libresponses"

model = ENV.fetch("RESPONSES_MODEL", "gpt-5")
client = Libresponses::Client.new

begin
  response = client.responses.create(model: model, input: "Why is the sky blue? One sentence.")
  puts response.output_text
  # Every field of the JSON is a method.
  puts "[#{response.id} is #{response.status}, #{response.usage.total_tokens} tokens]"
rescue Libresponses::Error => e
  abort "#{e.class}: #{e.message}"
end
