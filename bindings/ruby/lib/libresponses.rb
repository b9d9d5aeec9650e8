# frozen_string_literal: true

require_relative "libresponses/version"
require_relative "libresponses/client"

# A client of the OpenAI Responses API, on libresponses.so: see {Client}.
module Libresponses
  # @return [String] the version of the library that is loaded
  def self.library_version = Native.responses_version

  # @return [Hash] how the library was built and what it runs on
  def self.build_info = JSON.parse(Native.responses_build_info, symbolize_names: true)
end
