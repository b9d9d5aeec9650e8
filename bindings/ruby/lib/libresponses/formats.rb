# frozen_string_literal: true

module Libresponses
  # What the answer's text and the arguments of its function calls are, where the request named Ruby types
  # for them: `parsed` of an item or a part is made with it.
  #
  # @api private
  class Formats
    # @return [Object, nil] of the text
    attr_reader :text

    # @param text [Object, nil] a type of {Schema}, or StructuredOutput::PLAIN
    # @param tools [Hash{String => Class}] the models of functions by their names
    def initialize(text, tools)
      @text = text
      @tools = tools
    end

    # Whether what it is made of has a name, by which Marshal keeps it.
    def marshal? = [text, *@tools.values].compact.all? { |type| type.is_a?(Module) && type.name }

    # Gives an item of the output, or a part of its content, what it is parsed as.
    def attach(record)
      case record[:type]
      when :message then attach_to_parts(record) if text
      when :output_text then attach_to_part(record) if text
      when :function_call
        model = @tools[record[:name]]
        record.attach(:parsed) { StructuredOutput.parse(record[:arguments], model) } if model
      end
    end

    private

    def attach_to_parts(message)
      parts = message[:content]
      parts.grep(Record).each { |part| attach(part) } if parts.is_a?(Array)
    end

    def attach_to_part(part) = part.attach(:parsed) { StructuredOutput.parse(part[:text], text) }
  end
end
