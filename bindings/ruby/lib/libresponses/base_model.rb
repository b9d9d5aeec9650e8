# frozen_string_literal: true

require_relative "schema"

module Libresponses
  # A class of objects with named fields, for structured output and for the arguments of tools.
  #
  #     class CalendarEvent < Libresponses::BaseModel
  #       required :name, String
  #       required :participants, Libresponses::ArrayOf[String]
  #       required :place, String, nil?: true
  #       optional :date, String, doc: "as 2025-12-31"
  #     end
  #
  # As `text` of a request it says what the answer is; in `tools`, what a function's arguments are.
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
      # @param spec [Hash] `nil?: true` if its value may be nil
      def required(name, type, doc: nil, **spec) = declare(name, type, Schema.take_nil(spec), doc)

      # A field that may be nil: the API wants the model to say so, so this is `required` with `nil?: true`.
      def optional(name, type, doc: nil) = declare(name, type, true, doc)

      # What the class is, for the model: set it with `description "..."`.
      def description(text = nil)
        @description = text if text
        @description
      end

      # @return [Hash] the JSON schema
      def json_schema = Schema.of(self)
      alias to_json_schema json_schema

      # @api private
      def schema(builder)
        builder.of_model(self) do
          made = {
            type: "object",
            properties: fields.transform_values { |field| property(field, builder) },
            required: fields.keys.map(&:to_s),
            additionalProperties: false
          }
          description ? made.merge(description: description) : made
        end
      end

      # @return [BaseModel] one made of parsed JSON
      # @raise [ConversionError] a field is missing, or its value is of another type
      def coerce(value, place = "the answer")
        return value if value.is_a?(self)

        Schema.refuse(place, "an object", value) unless value.is_a?(Hash)
        new(fields.to_h { |name, field| [name, coerce_field(name, field, value, place)] })
      end

      private

      def own_fields = @own_fields ||= {}

      def declare(name, type, optional, doc)
        own_fields[name] = Field.new(type, optional, doc)
        define_method(name) { @values[name] }
      end

      def property(field, builder)
        made = builder.of(field.type)
        made = Schema.nullable(made) if field.optional
        builder.described(made, field.doc)
      end

      def coerce_field(name, field, values, place)
        value = values[name]
        return nil if value.nil? && field.optional

        place = place == "the answer" ? name.to_s : "#{place}.#{name}"
        raise ConversionError, "#{place} is missing" unless values.key?(name)

        literal?(field.type) ? value : Schema.coerce(field.type, value, place)
      end

      def literal?(type) = !(type.is_a?(Module) || type.respond_to?(:coerce) || type.is_a?(Proc) || type.is_a?(Hash))
    end

    # @param values [Hash{Symbol => Object}] of the fields, as they are; those that are left out are nil
    # @raise [UsageError] there is no such field
    def initialize(values = {})
      unknown = values.keys - self.class.fields.keys
      raise UsageError, "#{self.class} has no field #{unknown.first.inspect}" if unknown.any?

      @values = self.class.fields.to_h { |name, _| [name, values[name]] }
    end

    def [](name) = @values[name.to_sym]

    # @return [Hash{Symbol => Object}] with the models inside it as they are
    def to_h = @values.dup

    # @return [Hash{Symbol => Object}] with the models inside it as hashes too
    def deep_to_h = @values.transform_values { |value| plain(value) }

    def to_json(*arguments) = @values.to_json(*arguments)
    def deconstruct_keys(_names) = @values
    def ==(other) = other.class == self.class && other.to_h == @values
    alias eql? ==
    def hash = @values.hash
    def inspect = "#<#{self.class.name} #{@values.inspect}>"

    private

    def plain(value)
      case value
      when BaseModel then value.deep_to_h
      when Array then value.map { |element| plain(element) }
      when Hash then value.transform_values { |element| plain(element) }
      else value
      end
    end
  end
end
