# frozen_string_literal: true

require "json"
require_relative "errors"
require_relative "schema"

module Libresponses
  # A function that the model may call, and the block that does it.
  #
  #     weather = Libresponses::Tool.new(:get_weather, description: "The weather in a city",
  #                                      parameters: {city: String}) do |city:|
  #       Weather.in(city)
  #     end
  #     client.responses.run(model: "gpt-5", input: "Is it raining in Paris?", tools: [weather])
  #
  # @since 0.1
  class Tool
    # @return [String]
    attr_reader :name

    # @param name [Symbol, String]
    # @param description [String, nil] what it does, for the model
    # @param parameters [Hash{Symbol => Object}, Class, Hash] fields with their types as in {Schema}; a
    #   {BaseModel}, an instance of which the block then gets; or a JSON schema
    # @param strict [Boolean] whether the model keeps to the schema exactly
    # @yield the arguments as keywords; what it returns is the answer: a String as it is, anything else
    #   as JSON
    def initialize(name, description: nil, parameters: {}, strict: true, &block)
      raise UsageError, "a tool needs a block" unless block

      @name = name.to_s
      @description = description
      @model = parameters if parameters.is_a?(Class)
      @schema = schema(parameters)
      @strict = strict
      @block = block
    end

    # @return [Hash] as the API wants it
    def to_h
      tool = { type: "function", name: @name, parameters: @schema, strict: @strict }
      @description ? tool.merge(description: @description) : tool
    end

    def to_json(*arguments) = to_h.to_json(*arguments)

    # Answers a call of the model.
    # @param arguments [String] JSON
    # @return [String]
    def call(arguments)
      values = arguments.to_s.empty? ? {} : JSON.parse(arguments, symbolize_names: true)
      result = @model ? @block.call(@model.new(values)) : @block.call(**values)
      result.is_a?(String) ? result : JSON.generate(result)
    end

    private

    def schema(parameters)
      return parameters.json_schema if @model
      return parameters if parameters[:type] == "object" && parameters.key?(:properties)

      {
        type: "object",
        properties: parameters.transform_values { |type| Schema.of(type) },
        required: parameters.keys.map(&:to_s),
        additionalProperties: false
      }
    end
  end
end
