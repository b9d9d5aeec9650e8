# frozen_string_literal: true

require "json"
require_relative "errors"

module Libresponses
  # What goes with a request: a Hash, keywords, or both.
  #
  # @api private
  module Parameters
    # @param hash [Hash{Symbol, String => Object}, nil] as it may be passed in place of keywords
    # @param keywords [Hash{Symbol => Object}]
    # @return [Array(Hash, Hash)] the fields, and the options of the request
    def self.take(hash, keywords)
      params = hash.to_h.transform_keys(&:to_sym).merge(keywords)
      [params.except(:request_options), params[:request_options].to_h]
    end

    # @return [String] a body
    def self.body(params, options) = json(params.merge(options[:extra_body].to_h))

    # @return [String, nil] what goes into a query
    def self.query(params) = (json(params) unless params.empty?)

    # @raise [UsageError] when there is something in it that JSON does not have
    def self.json(value)
      JSON.generate(value)
    rescue JSON::GeneratorError, EncodingError => e
      # Without a cause: its text would show what cannot be sent.
      raise UsageError, "a parameter cannot be sent as JSON: #{e.message}", cause: nil
    end
  end
end
