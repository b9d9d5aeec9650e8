# frozen_string_literal: true

require "json"
require_relative "errors"

module Libresponses
  # @api private
  module StructuredOutput
    def self.take(params) = [params, nil]

    def self.parse(text, _format) = JSON.parse(text, symbolize_names: true)
  end
end
