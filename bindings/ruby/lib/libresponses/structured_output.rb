# frozen_string_literal: true

require "json"
require_relative "base_model"

module Libresponses
  # The `text` and `tools` parameters, with Ruby types where the API wants JSON schemas.
  #
  #     text: CalendarEvent
  #     text: {format: CalendarEvent, verbosity: :low}
  #     text: {format: {type: :json_schema, name: "event", schema: CalendarEvent}}
  #     text: {schema: {type: "object", ...}, name: "event"}
  #     tools: [GetWeather]
  #     tools: [{type: :function, name: "get_weather", description: "...", parameters: GetWeather}]
  #
  # @api private
  module StructuredOutput
    # What the text is parsed as when a schema was given by hand: as it is.
    module PLAIN
      def self.coerce(value, _place = nil) = value
    end

    # @return [Array(Hash, Formats)] the parameters as the API wants them, and what the answer is parsed as;
    #   nil when the request names no type
    def self.take(params)
      text, type = take_text(params[:text])
      tools, models = take_tools(params[:tools])
      return [params, nil] if type.nil? && models.empty? && tools.equal?(params[:tools])

      params = params.merge(text: text) if type
      params = params.merge(tools: tools) if tools
      [params, Formats.new(type, models)]
    end

    # @return [Object] the text as an instance of the type, or as a Hash
    # @raise [ProtocolError] when the model's answer is no JSON, or does not fit
    def self.parse(text, type)
      value = JSON.parse(text.to_s, symbolize_names: true)
      type.nil? ? value : Schema.coerce(type, value)
    rescue JSON::ParserError => e
      raise ProtocolError, "Failed to parse structured text as JSON, which was asked for: #{e.message}"
    end

    # Whether a parameter is a type and no schema yet.
    def self.type?(value) = value.respond_to?(:coerce) && value.respond_to?(:schema) && value.respond_to?(:json_schema)

    class << self
      private

      def take_text(text)
        return format_of(text) if type?(text)
        return [text, nil] unless text.is_a?(Hash)

        format = text[:format]
        if type?(format)
          wrapped, type = format_of(format)
          [text.merge(wrapped), type]
        elsif text.key?(:schema)
          wrapped = wrap(text[:schema], text.fetch(:name, "answer"))
          [text.except(:schema, :name).merge(wrapped), PLAIN]
        else
          take_format(text, format)
        end
      end

      def take_format(text, format)
        return [text, nil] unless format.is_a?(Hash) && format[:type].to_s == "json_schema"

        type = format[:schema]
        return [text, PLAIN] unless type?(type)

        full = { name: name_of(type), strict: Schema.strict?(type) }.merge(format, schema: Schema.of(type))
        [text.merge(format: full), type]
      end

      def format_of(type) = [wrap(Schema.of(type), name_of(type), strict: Schema.strict?(type)), type]

      def name_of(type) = type.is_a?(Module) && type.name ? type.name.split("::").last : "answer"

      def wrap(schema, name, strict: true)
        name = name.gsub(/[^A-Za-z0-9_-]+/, "_")[0, 64]
        { format: { type: "json_schema", name: name.empty? ? "answer" : name, strict: strict, schema: schema } }
      end

      # @return [Array(Object, Hash)] the tools as the API wants them, and the models by their functions' names
      def take_tools(tools)
        models = {}
        return [tools, models] unless tools.is_a?(Array) && tools.any? { |tool| ruby?(tool) }

        [tools.map { |tool| take_tool(tool, models) }, models]
      end

      # Whether a tool has something that JSON has not.
      def ruby?(tool)
        return true if type?(tool) || tool.respond_to?(:model)

        tool.is_a?(Hash) && !model_of(tool).nil?
      end

      # The type of a Hash's parameters; those of chat completions are one level deeper.
      def model_of(tool)
        function = tool[:function] || tool["function"]
        found = (function.is_a?(Hash) ? function : tool).values_at(:parameters, "parameters").compact.first
        found if type?(found)
      end

      def take_tool(tool, models)
        return function(tool, {}, models) if type?(tool)
        return declared(tool, models) if tool.respond_to?(:model)
        return tool unless ruby?(tool)

        model = model_of(tool)
        flat = tool.transform_keys(&:to_sym)
        flat = flat.except(:function).merge(flat[:function].transform_keys(&:to_sym)) if flat[:function].is_a?(Hash)
        function(model, flat, models)
      end

      def function(model, given, models)
        made = { type: "function", name: name_of(model), strict: Schema.strict?(model) }
        made[:description] = model.description if model.respond_to?(:description) && model.description
        made = made.merge(given, parameters: Schema.of(model).except(:description))
        models[made[:name].to_s] = model
        made
      end

      # A {Tool}, which has a definition already.
      def declared(tool, models)
        models[tool.name] = tool.model if tool.model
        tool.to_h
      end
    end
  end
end
