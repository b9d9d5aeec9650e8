# frozen_string_literal: true

require "json"

module Libresponses
  # JSON as the server sent it. NaN and Infinity, which JSON does not have and some servers write, are
  # Floats.
  #
  # @api private
  module Document
    # @return [Object] with symbols for names
    def self.parse(json) = JSON.parse(json, symbolize_names: true, allow_nan: true)
  end

  # A JSON object that can be read with methods, `[]`, `dig` and patterns. Objects inside it are
  # records too; fields this gem has never heard of are there like all others.
  #
  #     item.type          # => :function_call
  #     item[:arguments]   # => "{\"city\":\"Paris\"}"
  #     case item
  #     in {type: :function_call, name: "get_weather"} then ...
  #     end
  #
  # `type`, `status`, `role` and `object` are symbols, as in the `openai` gem; asked for by a String,
  # `item["type"]`, they are the server's text, as in `ruby-openai`. A method with the name of a field
  # that was not sent answers nil if the API may leave that field out, and raises NoMethodError
  # otherwise; `[]` answers nil.
  #
  # @since 0.1
  class Record
    SYMBOLS = %i[type status role object].freeze
    private_constant :SYMBOLS

    # @api private
    # The class for each "type", where it has one of its own: see libresponses/openai.
    CLASSES = Hash.new(Record)

    # @api private
    def self.wrap(value)
      case value
      when Hash then CLASSES[value[:type]].new(value)
      when Array then value.map { |element| wrap(element) }
      else value
      end
    end

    # @param data [Hash{Symbol => Object}] parsed JSON
    def initialize(data)
      @data = data
    end

    # @param name [Symbol, String]
    # @return [Object, nil] the value of a field
    def [](name)
      return as_sent(name.to_sym) if name.is_a?(String)

      (@values ||= {}).fetch(name) { @values[name] = read(name) }
    end

    def dig(name, *rest)
      value = self[name]
      rest.empty? || value.nil? ? value : value.dig(*rest)
    end

    def key?(name) = data.key?(name.to_sym)

    # @return [Hash{Symbol => Object}] the parsed JSON, ready to be sent again
    def to_h = data
    alias to_hash to_h
    alias deep_to_h to_h

    def to_json(*) = JSON.generate(data, allow_nan: true)

    def deconstruct_keys(names)
      (names || data.keys).each_with_object({}) { |name, found| found[name] = self[name] if known?(name) }
    end

    # @return [nil] it is only of a whole answer: {Response#last_response}
    def last_response = nil

    def ==(other) = other.is_a?(Record) && data == other.to_h
    alias eql? ==
    def hash = data.hash

    def inspect = "#<#{self.class} #{data.inspect}>"

    # @api private
    # Adds what the server did not send: made by the block when it is asked for.
    def attach(name, &make) = (@attached ||= {})[name] = make

    # For Marshal: what can be made of the JSON alone.
    def marshal_dump = data

    def marshal_load(data)
      @data = data
    end

    def respond_to_missing?(name, include_all = false) = known?(name) || missing?(name) || super

    def method_missing(name, *arguments)
      return super unless arguments.empty?
      return self[name] if known?(name)

      super unless missing?(name)
    end

    private

    attr_reader :data

    # A field as a Symbol names it.
    def read(name)
      return @attached[name].call if @attached&.key?(name)

      value = data[name]
      SYMBOLS.include?(name) && value.is_a?(String) ? value.to_sym : Record.wrap(value)
    end

    def as_sent(name)
      value = self[name]
      value.is_a?(Symbol) ? value.to_s : value
    end

    def known?(name) = data.key?(name) || (!@attached.nil? && @attached.key?(name))

    def missing?(name) = Names.missing?(as_sent(:type), name)
  end
end
