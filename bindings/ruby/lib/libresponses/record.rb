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
  # `type`, `status`, `role` and `object` are symbols, as in the `openai` gem. A method with the name
  # of a field that was not sent answers nil if the API has such a field somewhere, and raises
  # NoMethodError otherwise; `[]` answers nil.
  #
  # @since 0.1
  class Record
    SYMBOLS = %i[type status role object].freeze
    private_constant :SYMBOLS

    # @api private
    def self.wrap(value)
      case value
      when Hash then Record.new(value)
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
      name = name.to_sym
      (@values ||= {}).fetch(name) do
        value = data[name]
        @values[name] =
          SYMBOLS.include?(name) && value.is_a?(String) ? value.to_sym : Record.wrap(value)
      end
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

    def deconstruct_keys(names) = (names || data.keys).to_h { |name| [name, self[name]] }.slice(*data.keys)

    def ==(other) = other.is_a?(Record) && data == other.to_h
    alias eql? ==
    def hash = data.hash

    def inspect = "#<#{self.class} #{data.inspect}>"

    def respond_to_missing?(name, include_all = false) = data.key?(name) || super

    def method_missing(name, *arguments)
      return super unless arguments.empty? && data.key?(name)

      self[name]
    end

    private

    attr_reader :data
  end
end
