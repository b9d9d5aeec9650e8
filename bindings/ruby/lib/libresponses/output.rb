# frozen_string_literal: true

require_relative "record"

module Libresponses
  # What is read out of the output of a response, wherever the response is.
  #
  # @api private
  module Output
    # @return [String] all text of the answer: every output_text of every message, joined
    def output_text
      messages = records(self[:output]).select { |item| item[:type] == :message }
      parts = messages.flat_map { |message| records(message[:content]) }
      parts.filter_map { |part| part[:text] if part[:type] == :output_text }.join
    end

    # @return [Array<Record>] the function and custom tool calls of the output
    def tool_calls
      records(self[:output]).select { |item| %i[function_call custom_tool_call].include?(item[:type]) }
    end

    # @api private
    # What the text and the arguments of functions are parsed as, each when it is asked for.
    attr_writer :formats

    private

    def read(name)
      value = super
      records(value).each { |item| @formats.attach(item) } if name == :output && @formats
      value
    end

    # The objects of a list that the server sent; what is no list has none.
    def records(list) = list.is_a?(Array) ? list.grep(Record) : []
  end

  # The response inside of an event, as it was at that moment.
  #
  # @since 0.1
  class ResponseRecord < Record
    include Output
  end
end
