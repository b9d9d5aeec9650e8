# frozen_string_literal: true

require "json"
require_relative "base_model"

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
    # @return [Class, nil] the {BaseModel} of its arguments
    attr_reader :model

    # @param name [Symbol, String]
    # @param description [String, nil] what it does, for the model
    # @param parameters [Hash{Symbol => Object}, Class, Hash] fields with their types as in {Schema}; a
    #   {BaseModel}, an instance of which the block then gets; or a JSON schema
    # @param strict [Boolean] whether the model keeps to the schema exactly; it cannot with a {HashOf}
    # @yield the arguments as keywords; what it returns is the answer: a String as it is, anything else
    #   as JSON
    def initialize(name, description: nil, parameters: {}, strict: true, &block)
      raise UsageError, "a tool needs a block" unless block

      @name = name.to_s
      @description = description
      @strict = strict
      @block = block
      take(parameters)
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
    # @raise [JSON::ParserError, ConversionError] the arguments are no JSON, or do not fit
    def call(arguments)
      values = arguments.to_s.empty? ? {} : JSON.parse(arguments, symbolize_names: true)
      Schema.refuse("the arguments", "an object", values) unless values.is_a?(Hash)
      result = @model ? @block.call(@model.coerce(values)) : @block.call(**coerce(values))
      result.is_a?(String) ? result : JSON.generate(result)
    end

    private

    def take(parameters)
      @types = {}
      if parameters.is_a?(Class)
        @model = parameters
        @description ||= @model.description
        @schema = @model.json_schema.except(:description)
        @strict &&= Schema.strict?(@model)
      elsif parameters[:type].to_s == "object" && parameters.key?(:properties)
        @schema = parameters
      else
        take_types(parameters)
      end
    end

    def take_types(types)
      @types = types
      builder = Schema::Builder.new
      @schema = builder.define(
        type: "object", properties: types.transform_values { |type| builder.of(type) },
        required: types.keys.map(&:to_s), additionalProperties: false
      )
      @strict &&= builder.strict?
    end

    # A name that there is not, and one that is missing, are the block's to refuse.
    def coerce(values)
      values.to_h { |name, value| [name, @types.key?(name) ? Schema.coerce(@types[name], value, name.to_s) : value] }
    end
  end
end
