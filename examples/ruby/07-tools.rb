# frozen_string_literal: true

# 07-tools.rb - functions that the model may call, and an answer with a structure
#
#     OPENAI_API_KEY=... ruby 07-tools.rb
#
# RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.

require "libresponses"

# What the answer is to look like.
class Advice < Libresponses::BaseModel
  required :summary, String, doc: "one line"
  required :take_an_umbrella, Libresponses::Boolean
end

model = ENV.fetch("RESPONSES_MODEL", "gpt-5")
client = Libresponses::Client.new

weather = Libresponses::Tool.new(:get_weather, description: "The weather of a city today",
                                               parameters: { city: String }) do |city:|
  { city: city, sky: "clear", temperature: 21 }
end
response = client.responses.run(model: model, input: "How is the weather in Paris?", tools: [weather])
puts response.output_text

advice = client.responses.create(model: model, input: "It rains. An umbrella?", text: Advice).output_parsed
puts "[#{advice.class}, take_an_umbrella is #{advice.take_an_umbrella}]"
