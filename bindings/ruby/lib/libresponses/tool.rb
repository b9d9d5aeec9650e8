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
    # @return [String, Array<Hash>] text, or parts of an input: what the block returned
    # @raise [JSON::ParserError, ConversionError] the arguments are no JSON, or do not fit
    def call(arguments)
      result = run(parse(arguments))
      result.is_a?(String) || parts?(result) ? result : JSON.generate(result)
    end

    # @api private
    # What the model is told: the answer, or what went wrong.
    def answer(arguments, raises:)
      values = parse(arguments)
      begin
        result = run(values)
        result.is_a?(String) || parts?(result) ? result : JSON.generate(result)
      rescue StandardError => e
        raise if raises

        Tool.refusal("#{e.class}: #{e.message}")
      end
    rescue JSON::ParserError, ConversionError => e
      Tool.refusal("the arguments are wrong: #{e.class}: #{e.message}")
    end

    # @api private
    def self.refusal(message) = JSON.generate(error: message)

    PARTS = %w[input_text input_image input_file].freeze
    private_constant :PARTS

    private

    # @return [Object] the arguments as the block takes them
    def parse(arguments)
      values = arguments.to_s.empty? ? {} : JSON.parse(arguments, symbolize_names: true)
      Schema.refuse("the arguments", "an object", values) unless values.is_a?(Hash)
      known = @model ? @model.fields : @types
      check_names(values, known) if known
      @model ? @model.coerce(values) : coerce(values)
    end

    def check_names(values, known)
      extra = values.keys - known.keys
      missing = known.keys - values.keys
      raise ConversionError, "there is no parameter #{extra.first}" if extra.any?
      raise ConversionError, "#{missing.first} is missing" if missing.any? && !@model
    end

    def run(values) = @model ? @block.call(values) : @block.call(**values)

    def parts?(result)
      result.is_a?(Array) && result.any? && result.all? { |part| part.is_a?(Hash) && PARTS.include?(part[:type].to_s) }
    end

    def take(parameters)
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

    # Of a JSON schema of the caller's own, the arguments are as they came.
    def coerce(values)
      @types ? values.to_h { |name, value| [name, Schema.coerce(@types[name], value, name.to_s)] } : values
    end
  end
end
