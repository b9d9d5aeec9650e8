# frozen_string_literal: true

# 10-session.rb - a function that the model may call, over one connection
#
# As 07-tools, but each round is a turn of a session: it sends what is new, with "previous_response_id", over a
# connection that is there already, and the answer is printed while it is written. Nothing is stored at the server
# (store: false); the connection remembers the response before. (`connection.run` would do all of it.)
#
#     OPENAI_API_KEY=... ruby 10-session.rb
#
# RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.

require "libresponses"

# A model writes the arguments, so they need not be what they should.
class GetWeather < Libresponses::BaseModel
  description "The weather of a city today."
  required :city, Libresponses::EnumOf["Paris", "Rome"]
end

def answer(call)
  return "error: no such function" unless call.name == "GetWeather"

  city = call.parsed.city
  puts "get_weather: #{city}"
  "21 degrees in #{city}"
rescue Libresponses::Error
  "error: no JSON with a city"
end

def answers(response)
  response.tool_calls.map { |call| { type: "function_call_output", call_id: call.call_id, output: answer(call) } }
end

def print_text(event)
  print event.delta if event.text_delta?
  puts if event.type == :"response.output_text.done"
end

request = { model: ENV.fetch("RESPONSES_MODEL", "gpt-5"), store: false, tools: [GetWeather] }
input = "How is the weather in Paris and in Rome?"
client = Libresponses::Client.new
turns = 0

begin
  client.responses.connect do |connection|
    response = nil
    while (turns += 1) <= 5
      response = connection.create(**request, input: input, previous_response_id: response&.id) do |event|
        print_text(event)
      end
      input = answers(response)
      break if input.empty?
    end
    abort "after 5 turns the model still calls functions" unless input.empty?
    puts "[#{response.status}, turns: #{turns}, connections: #{connection.connections}]"
  end
rescue Libresponses::Error => e
  abort "#{e.class}: #{e.message}"
end
