# frozen_string_literal: true

require "json"
require_relative "errors"

module Libresponses
  # What goes with a request: a Hash, keywords, or both.
  #
  # @api private
  module Parameters
    # @param hash [Hash{Symbol, String => Object}, nil] as it may be passed in place of keywords
    # @param keywords [Hash{Symbol => Object}]; `parameters:` is such a Hash too, as in `ruby-openai`
    # @return [Array(Hash, Hash)] the fields, and the options of the request
    def self.take(hash, keywords)
      params = hash.nil? || hash.empty? ? keywords : hash.to_h.transform_keys(&:to_sym).merge(keywords)
      params = params.except(:parameters).merge(params[:parameters].transform_keys(&:to_sym)) if nested?(params)
      return [params, NONE] unless params.key?(:request_options)

      [params.except(:request_options), params[:request_options].to_h]
    end

    NONE = {}.freeze
    private_constant :NONE

    def self.nested?(params) = params[:parameters].is_a?(Hash)
    private_class_method :nested?

    # @param id [String, Response] an id, or what has one
    # @raise [UsageError] there is none
    def self.id(id, name)
      text = id.respond_to?(:id) ? id.id : id.to_s
      raise UsageError, "#{name} is missing" if text.to_s.empty?

      text
    end

    # @return [String] a body
    def self.body(params, options) = json(options.empty? ? params : params.merge(options[:extra_body].to_h))

    # @return [String, nil] what goes into a query
    def self.query(params) = (json(params) unless params.empty?)

    # @raise [UsageError] when there is something in it that JSON does not have
    def self.json(value)
      check(value)
      JSON.generate(value)
    rescue JSON::GeneratorError, JSON::NestingError, EncodingError => e
      # Without a cause: its text would show what cannot be sent.
      raise UsageError, "a parameter cannot be sent as JSON: #{e.message}", cause: nil
    end

    # What is deeper is refused by JSON.generate.
    MAX_DEPTH = 100
    PLAIN = [String, Symbol, Integer, Float, TrueClass, FalseClass, NilClass].to_h { |type| [type, true] }
                                                                             .compare_by_identity.freeze
    private_constant :MAX_DEPTH, :PLAIN

    # JSON.generate makes a text of whatever it does not know: "#<Object:0x000...>".
    def self.check(value, depth = 0)
      return if PLAIN.key?(value.class) || depth > MAX_DEPTH

      case value
      when Hash then value.each_value { |one| check(one, depth + 1) }
      when Array then value.each { |one| check(one, depth + 1) }
      else refuse(value) if opaque?(value)
      end
    end
    private_class_method :check

    def self.opaque?(value)
      return true if value.is_a?(Module) || value.is_a?(Proc) || value.is_a?(Method) || value.is_a?(IO)

      value.method(:to_s).owner == Kernel && value.method(:to_json).owner.name.to_s.start_with?("JSON::")
    end
    private_class_method :opaque?

    def self.refuse(value)
      what = value.is_a?(Module) ? "a class, which is for text and tools" : "a #{value.class}"
      raise UsageError, "a parameter cannot be sent as JSON: #{what}"
    end
    private_class_method :refuse
  end
end
