# frozen_string_literal: true

module Libresponses
  # JSON schemas of Ruby types, strict as the API wants them: every field is required, an optional one
  # may be null, and no other fields are allowed.
  #
  #     String, Integer, Float, Libresponses::Boolean     as they are
  #     ArrayOf[String]                                   an array of them
  #     EnumOf[:red, :green]                              one of these
  #     CalendarEvent                                     another {BaseModel}
  #     {type: "string", format: "date"}                  a schema of your own
  #
  # @since 0.1
  module Schema
    SCALARS = {
      String => "string", Integer => "integer", Float => "number", Numeric => "number"
    }.freeze
    private_constant :SCALARS

    # @return [Hash] the JSON schema of a type
    # @raise [UsageError] when there is none
    def self.of(type)
      return type if type.is_a?(Hash)
      return { type: SCALARS.fetch(type) } if SCALARS.key?(type)
      return type.json_schema if type.respond_to?(:json_schema)

      raise UsageError, "no JSON schema for #{type.inspect}: use String, Integer, Float, Boolean, " \
                        "ArrayOf[...], EnumOf[...], a BaseModel or a Hash"
    end

    # @return [Object] parsed JSON as an instance of the type
    def self.coerce(type, value)
      type.respond_to?(:coerce) && !SCALARS.key?(type) ? type.coerce(value) : value
    end

    # A schema that null satisfies too.
    def self.nullable(schema)
      return schema.merge(type: [schema[:type], "null"]) if schema[:type].is_a?(String) && !schema[:enum]

      { anyOf: [schema, { type: "null" }] }
    end
  end

  # true or false.
  module Boolean
    def self.json_schema = { type: "boolean" }
    def self.coerce(value) = value
  end

  # An array whose elements have a type: `ArrayOf[String]`.
  class ArrayOf
    def self.[](type) = new(type)

    def initialize(type)
      @type = type
    end

    def json_schema = { type: "array", items: Schema.of(@type) }
    def coerce(value) = value&.map { |element| Schema.coerce(@type, element) }
  end

  # One of some values: `EnumOf[:red, :green]`. Symbols come back as symbols.
  class EnumOf
    def self.[](*values) = new(values)

    def initialize(values)
      @values = values
    end

    def json_schema
      texts = @values.map { |value| value.is_a?(Symbol) ? value.to_s : value }
      texts.all?(String) ? { type: "string", enum: texts } : { enum: texts }
    end

    def coerce(value)
      @values.find { |known| known == value || (known.is_a?(Symbol) && known.to_s == value) } || value
    end
  end

  # A class of objects with named fields, for structured output and for the arguments of tools.
  #
  #     class CalendarEvent < Libresponses::BaseModel
  #       required :name, String
  #       required :participants, Libresponses::ArrayOf[String]
  #       optional :date, String, doc: "as 2025-12-31"
  #     end
  #
  # @since 0.1
  class BaseModel
    Field = Struct.new(:type, :optional, :doc)
    private_constant :Field

    class << self
      # @return [Hash{Symbol => Field}] of this class and those above it
      def fields = superclass.respond_to?(:fields) ? superclass.fields.merge(own_fields) : own_fields

      # A field that is always there.
      # @param doc [String, nil] what it is, for the model
      def required(name, type, doc: nil) = declare(name, type, false, doc)

      # A field that may be nil.
      def optional(name, type, doc: nil) = declare(name, type, true, doc)

      # What the class is, for the model: set it with `description "..."`.
      def description(text = nil)
        @description = text if text
        @description
      end

      def json_schema
        schema = {
          type: "object",
          properties: fields.transform_values { |field| property(field) },
          required: fields.keys.map(&:to_s),
          additionalProperties: false
        }
        description ? schema.merge(description: description) : schema
      end

      def coerce(value) = value.is_a?(Hash) ? new(value) : value

      private

      def own_fields = @own_fields ||= {}

      def declare(name, type, optional, doc)
        own_fields[name] = Field.new(type, optional, doc)
        define_method(name) { @values[name] }
      end

      def property(field)
        schema = Schema.of(field.type)
        schema = Schema.nullable(schema) if field.optional
        field.doc ? schema.merge(description: field.doc) : schema
      end
    end

    # @param values [Hash{Symbol => Object}] parsed JSON
    def initialize(values)
      @values = self.class.fields.to_h do |name, field|
        [name, Schema.coerce(field.type, values[name])]
      end
    end

    def [](name) = @values[name.to_sym]

    # @return [Hash{Symbol => Object}] with the models inside it as they are
    def to_h = @values.dup

    def to_json(*arguments) = @values.to_json(*arguments)
    def deconstruct_keys(_names) = @values
    def ==(other) = other.class == self.class && other.to_h == @values
    def inspect = "#<#{self.class.name} #{@values.inspect}>"
  end
end
