# frozen_string_literal: true

module Libresponses
  # Headers as the library has them: a line "name: value" for each.
  #
  # @api private
  module Headers
    # @return [Hash{String => String}]
    def self.parse(text)
      text.each_line(chomp: true).with_object({}) do |line, headers|
        name, value = line.split(":", 2)
        name = name.to_s.downcase
        value = value.to_s.strip
        headers[name] = headers.key?(name) ? "#{headers[name]}, #{value}" : value
      end
    end
  end
end
