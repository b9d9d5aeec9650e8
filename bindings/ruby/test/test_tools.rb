# frozen_string_literal: true

require_relative "helper"

class TestTools < TestCase
  class Place < Libresponses::BaseModel
    required :city, String
  end

  def weather(&block)
    Libresponses::Tool.new(:get_weather, description: "The weather", parameters: { city: String },
                           &block || ->(city:) { "sunny in #{city}" })
  end

  def test_the_loop
    cities = []
    response = client.responses.run(model: MODEL, input: "How is the weather?", tools: [weather do |city:|
                                                                                          (cities << city) && "sunny"
                                                                                        end])
    assert_equal 1, cities.size
    assert_equal "The tool answered: sunny", response.output_text
  end

  def test_two_tools_at_once_and_a_model_as_parameters
    seen = []
    time = Libresponses::Tool.new(:get_time, parameters: Place) { |place| (seen << place.class) && { hour: 7 } }
    response = client.responses.run(model: MODEL, input: "weather and time please", tools: [weather, time])
    assert_equal [Place], seen
    assert_includes response.output_text, '{"hour":7}'
  end

  def test_streamed_and_without_a_store
    types = []
    response = client.responses.run(model: MODEL, input: "weather", tools: [weather], store: false) do |event|
      types << event.type
    end
    assert_match(/sunny/, response.output_text)
    assert_equal 2, types.count(:"response.completed")
  end

  def test_what_a_tool_raises_goes_to_the_model
    response = client.responses.run(model: MODEL, input: "weather", tools: [weather do |city:|
                                                                              raise ArgumentError, "no #{city}"
                                                                            end])
    assert_match(/ArgumentError: no/, response.output_text)
  end

  def test_limits
    parameters = { type: "object", properties: {}, required: [], additionalProperties: false }
    declaration = { type: "function", name: "get_weather", parameters: parameters, strict: true }
    assert_raises(Libresponses::ToolError) do
      client.responses.run(model: MODEL, input: "weather", tools: [declaration])
    end
    assert_raises(Libresponses::ToolError) do
      client.responses.run(model: MODEL, input: "weather", tools: [weather], max_steps: 1)
    end
    assert_raises(Libresponses::UsageError) { Libresponses::Tool.new(:nothing) }
    forced = client.responses.run(model: MODEL, input: "x", tools: [weather], tool_choice: "required")
    assert_match(/sunny/, forced.output_text)
  end
end
