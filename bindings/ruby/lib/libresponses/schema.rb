# frozen_string_literal: true

require_relative "errors"

module Libresponses
  # JSON schemas of Ruby types, strict as the API wants them: every field is required, an optional one
  # may be null, and no other fields are allowed.
  #
  #     String, Symbol, Integer, Float, Libresponses::Boolean, NilClass    as they are
  #     ArrayOf[String]                      an array of them
  #     EnumOf[:red, :green]                 one of these
  #     UnionOf[String, CalendarEvent]       a value of one of these types
  #     HashOf[Integer]                      an object with any names; such a schema cannot be strict
  #     CalendarEvent                        another {BaseModel}, also the one that it is a field of
  #     -> { CalendarEvent }                 a type that is defined later
  #     {type: "string", format: "date"}     a schema of your own
  #
  # @since 0.1
  module Schema
    # Ruby's classes: the name of the type, what of JSON fits, and what becomes of it.
    SCALARS = {
      String => ["string", String, :itself], Symbol => ["string", String, :to_sym],
      Integer => ["integer", Integer, :itself], Float => ["number", Numeric, :to_f],
      Numeric => ["number", Numeric, :itself], NilClass => ["null", NilClass, :itself]
    }.freeze
    private_constant :SCALARS

    # @return [Hash] the JSON schema of a type
    # @raise [UsageError] when there is none
    def self.of(type) = Builder.new.whole(type)

    # @return [Boolean] whether the API can keep a model to the type's schema exactly
    def self.strict?(type) = Builder.new.tap { |builder| builder.whole(type) }.strict?

    # @param place [String] where the value is, for the message
    # @return [Object] parsed JSON as an instance of the type
    # @raise [ConversionError] it does not fit
    def self.coerce(type, value, place = "the answer")
      type = type.call if type.is_a?(Proc)
      return scalar(*SCALARS[type], value, place) if SCALARS.key?(type)
      return value if type.is_a?(Hash)

      type.coerce(value, place)
    end

    def self.scalar(name, kind, conversion, value, place)
      refuse(place, name, value) unless value.is_a?(kind)
      value.public_send(conversion)
    end
    private_class_method :scalar

    # @raise [ConversionError] always
    def self.refuse(place, expected, value)
      found = { Hash => "an object", Array => "an array", NilClass => "null", String => "a string" }
      raise ConversionError, "#{place}: expected #{expected}, not #{found.fetch(value.class, value.class.to_s)}"
    end

    # @api private
    # `nil?: true`, which cannot be the name of a parameter.
    def self.take_nil(spec)
      unknown = spec.keys - %i[nil?]
      raise UsageError, "#{unknown.first}: unknown; there are nil?: and doc:" if unknown.any?

      spec.fetch(:nil?, false)
    end

    # A schema that null satisfies too.
    def self.nullable(schema)
      null = { type: "null" }
      return schema if schema == null
      return schema.merge(anyOf: schema[:anyOf] | [null]) if schema[:anyOf]
      return schema.merge(type: [schema[:type], "null"]) if schema[:type].is_a?(String) && !schema[:enum]

      { anyOf: [schema, null] }
    end

    # Makes one schema; knows which models it is in.
    #
    # @api private
    class Builder
      def initialize
        @open = []
        @definitions = {}
        @is_strict = true
      end

      def strict? = @is_strict

      # For an object whose names the schema cannot list.
      def not_strict = @is_strict = false

      # @return [Hash] the schema of a type, with the definitions that it needs
      def whole(type)
        schema = of(type)
        name = schema[:$ref]&.delete_prefix("#/$defs/")
        define(name ? @definitions.fetch(name.to_sym) : schema)
      end

      # @return [Hash] a schema that was put together of some, with the definitions that they need
      def define(schema) = @definitions.empty? ? schema : schema.merge("$defs": @definitions)

      def of(type)
        case type
        when Proc then of(type.call)
        when Hash then type
        when true, false, nil, String, Symbol, Numeric then { const: type.is_a?(Symbol) ? type.to_s : type }
        else of_class(type)
        end
      end

      # A schema with a description beside it, which a reference cannot have.
      def described(schema, text)
        return schema unless text

        schema.key?(:$ref) ? { anyOf: [schema], description: text } : schema.merge(description: text)
      end

      # @return [Hash] what the block makes of a model; inside of itself, a reference
      def of_model(model)
        name = model.name.to_s.gsub(/[^A-Za-z0-9_]+/, "_").to_sym
        if @open.include?(model)
          @definitions[name] ||= nil
          return { "$ref": "#/$defs/#{name}" }
        end
        @open.push(model)
        schema = yield
        @open.pop
        return schema unless @definitions.key?(name)

        @definitions[name] = schema
        { "$ref": "#/$defs/#{name}" }
      end

      private

      def of_class(type)
        name, = SCALARS[type]
        return { type: name } if name
        return type.schema(self) if type.respond_to?(:schema)

        raise UsageError, "no JSON schema for #{type.inspect}: use String, Symbol, Integer, Float, Boolean, " \
                          "ArrayOf[...], EnumOf[...], UnionOf[...], HashOf[...], a BaseModel or a Hash"
      end
    end
  end

  # true or false.
  module Boolean
    def self.json_schema = { type: "boolean" }
    # @api private
    def self.schema(_builder) = json_schema

    def self.coerce(value, place = "the answer")
      [true, false].include?(value) ? value : Schema.refuse(place, "a boolean", value)
    end
  end

  # A type that is made of others.
  #
  # @api private
  module Composed
    def json_schema = Schema.of(self)
    alias to_json_schema json_schema
  end

  # An array whose elements have a type: `ArrayOf[String]`; with `nil?: true` they may be nil.
  class ArrayOf
    include Composed

    # @param spec [Hash] `nil?: true` for elements that may be nil, `doc:` what they are, for the model
    def self.[](type, **spec) = new(type, **spec)

    def initialize(type, doc: nil, **spec)
      @type = type
      @may_be_nil = Schema.take_nil(spec)
      @doc = doc
    end

    # @api private
    def schema(builder)
      items = builder.of(@type)
      items = Schema.nullable(items) if @may_be_nil
      { type: "array", items: builder.described(items, @doc) }
    end

    def coerce(value, place = "the answer")
      Schema.refuse(place, "an array", value) unless value.is_a?(Array)
      value.each_with_index.map do |element, index|
        element.nil? && @may_be_nil ? nil : Schema.coerce(@type, element, "#{place}[#{index}]")
      end
    end
  end

  # An object with any names, whose values have a type: `HashOf[Integer]`. The API has no strict form of it.
  class HashOf
    include Composed

    def self.[](type) = new(type)

    def initialize(type)
      @type = type
    end

    # @api private
    def schema(builder)
      builder.not_strict
      { type: "object", additionalProperties: builder.of(@type) }
    end

    def coerce(value, place = "the answer")
      Schema.refuse(place, "an object", value) unless value.is_a?(Hash)
      value.to_h { |name, element| [name, Schema.coerce(@type, element, "#{place}.#{name}")] }
    end
  end

  # A value of one of some types, the first that fits: `UnionOf[String, CalendarEvent]`. With a field that tells
  # which it is: `UnionOf[:kind, {"text" => Text, "image" => Image}]`.
  class UnionOf
    include Composed

    def self.[](*types) = new(types)

    def initialize(types)
      @field, @named = types if types.size == 2 && types.first.is_a?(Symbol) && types.last.is_a?(Hash)
      @types = @named ? @named.values : types
    end

    # @api private
    def schema(builder) = { anyOf: @types.map { |type| builder.of(type) } }

    def coerce(value, place = "the answer")
      if @named
        type = value.is_a?(Hash) && @named.transform_keys(&:to_s)[value[@field].to_s]
        return Schema.coerce(type, value, place) if type
      else
        @types.each { |one| return Schema.coerce(one, value, place) if Schema.fits?(one, value) }
      end
      Schema.refuse(place, "one of its types", value)
    end
  end

  # One of some values: `EnumOf[:red, :green]`. Symbols come back as symbols.
  class EnumOf
    include Composed

    def self.[](*values) = new(values)

    # What each value is to JSON.
    NAMES = { String => "string", Symbol => "string", Integer => "integer", Float => "number", TrueClass => "boolean",
              FalseClass => "boolean", NilClass => "null" }.freeze
    private_constant :NAMES

    attr_reader :values

    def initialize(values)
      @values = values
    end

    # @api private
    def schema(_builder)
      types = @values.map { |value| NAMES.fetch(value.class) { Schema.of(value.class) } }.uniq
      { type: types.size == 1 ? types.first : types,
        enum: @values.map { |value| value.is_a?(Symbol) ? value.to_s : value } }
    end

    def coerce(value, place = "the answer")
      index = @values.index { |known| known == value || (known.is_a?(Symbol) && known.to_s == value) }
      index ? @values[index] : Schema.refuse(place, "one of #{@values.inspect}", value)
    end
  end

  module Schema # rubocop:disable Style/Documentation -- what needs the classes above
    # @return [Boolean] whether parsed JSON can be an instance of the type
    def self.fits?(type, value)
      # A literal is its own type.
      return literal(type) == value unless type.is_a?(Module) || type.respond_to?(:coerce) || type.is_a?(Proc)

      coerce(type, value)
      true
    rescue ConversionError
      false
    end

    def self.literal(type) = type.is_a?(Symbol) ? type.to_s : type
    private_class_method :literal
  end
end
