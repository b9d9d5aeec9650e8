# frozen_string_literal: true

# 07-tools.rb - a function that the model may call
#
# `run` makes the calls and sends back what they came to, until there is a text.
#
#     OPENAI_API_KEY=... ruby 07-tools.rb
#
# RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.

require "libresponses"

model = ENV.fetch("RESPONSES_MODEL", "gpt-5")
client = Libresponses::Client.new
called = 0

city_names = Libresponses::EnumOf["Paris", "Rome"]
get_weather = Libresponses::Tool.new(:get_weather, description: "The weather of a city today.",
                                                   parameters: { city: city_names }) do |city:|
  called += 1
  puts "get_weather: #{city}"
  "21 degrees in #{city}"
end

# A call with arguments that do not fit, or are no JSON, is answered with an error for the model.
begin
  response = client.responses.run(model: model, input: "How is the weather in Paris and in Rome?",
                                  tools: [get_weather], max_steps: 5)
  puts response.output_text
  puts "[#{response.status}, get_weather was called #{called} times]"
rescue Libresponses::Error => e
  abort "#{e.class}: #{e.message}"
end
