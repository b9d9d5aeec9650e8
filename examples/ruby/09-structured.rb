# frozen_string_literal: true

# 09-structured.rb - an answer as a Ruby object
#
#     OPENAI_API_KEY=... ruby 09-structured.rb
#
# RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.

require "libresponses"

# An entry of a calendar.
class Event < Libresponses::BaseModel
  required :name, String
  required :date, String
  required :participants, Libresponses::ArrayOf[String]
end

model = ENV.fetch("RESPONSES_MODEL", "gpt-5")
client = Libresponses::Client.new

begin
  response = client.responses.create(model: model, text: Event,
                                     input: "Alice and Bob go to a science fair on Friday.")
  event = response.output_parsed
  puts event.to_h
  puts "[#{event.class} with #{event.participants.size} participants]"
rescue Libresponses::Error => e
  abort "#{e.class}: #{e.message}"
end
