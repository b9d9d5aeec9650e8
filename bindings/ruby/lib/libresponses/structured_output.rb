# frozen_string_literal: true

require "json"
require_relative "errors"
require_relative "schema"

module Libresponses
  # The `text` parameter, with Ruby types where the API wants a JSON schema.
  #
  #     text: CalendarEvent
  #     text: {format: CalendarEvent, verbosity: :low}
  #     text: {schema: {type: "object", ...}, name: "event"}
  #
  # @api private
  module StructuredOutput
    # What the text is parsed as when a schema was given by hand.
    PLAIN = Object.new.freeze

    # @return [Array(Hash, Object)] the parameters as the API wants them, and what to parse the text
    #   with; nil when it is not structured
    def self.take(params)
      text = params[:text]
      case text
      when Class, ArrayOf then text, type = format_of(text)
      when Hash
        text, type = take_hash(text)
      else return [params, nil]
      end
      [params.merge(text: text), type]
    end

    # @return [Object] the text as an instance of the type, or as a Hash
    # @raise [ProtocolError] when the model's answer is no JSON
    def self.parse(text, type)
      value = JSON.parse(text, symbolize_names: true)
      type.nil? || type.equal?(PLAIN) ? value : Schema.coerce(type, value)
    rescue JSON::ParserError => e
      raise ProtocolError, "the model's answer is not the JSON that was asked for: #{e.message}"
    end

    class << self
      private

      def take_hash(text)
        format = text[:format]
        if format.is_a?(Class)
          wrapped, type = format_of(format)
          [text.merge(wrapped), type]
        elsif text.key?(:schema)
          wrapped = wrap(text[:schema], text.fetch(:name, "answer"))
          [text.except(:schema, :name).merge(wrapped), PLAIN]
        else
          [text, format.is_a?(Hash) && format[:type].to_s == "json_schema" ? PLAIN : nil]
        end
      end

      def format_of(type)
        name = type.is_a?(Class) ? type.name.to_s : "answer"
        [wrap(Schema.of(type), name), type]
      end

      def wrap(schema, name)
        name = name.gsub(/[^A-Za-z0-9_-]+/, "_")[0, 64]
        { format: { type: "json_schema", name: name.empty? ? "answer" : name, strict: true, schema: schema } }
      end
    end
  end
end
