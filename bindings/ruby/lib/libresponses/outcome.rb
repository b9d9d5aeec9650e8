# frozen_string_literal: true

require_relative "errors"

module Libresponses
  # What became of one request of {Resources::Responses#map}: a response or an error.
  #
  # @since 0.1
  class Outcome
    # @return [Integer] the place of the request among those that were given
    attr_reader :index
    # @return [Hash] what was given
    attr_reader :request
    # @return [Response, nil]
    attr_reader :response
    # @return [Error, nil] or what a proc for keys raised
    attr_reader :error

    # @api private
    def initialize(index, request, response, error)
      @index = index
      @request = request
      @response = response
      @error = error
    end

    # @return [Response]
    # @raise [Error] where there is an error in its place
    def unwrap
      raise @error if @error

      @response
    end

    def inspect = "#<#{self.class} #{@index}: #{(@error || @response).inspect}>"
  end
end
