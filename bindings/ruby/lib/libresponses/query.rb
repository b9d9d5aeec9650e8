# frozen_string_literal: true

module Libresponses
  # Text as it stands in a URL. (The standard library's uri takes longer to load than all of this gem.)
  #
  # @api private
  module Query
    # @return [String] percent-encoded, as UTF-8
    def self.quote(text)
      text.to_s.encode(Encoding::UTF_8).b.gsub(/[^A-Za-z0-9_.~-]/n) { |byte| format("%%%02X", byte.ord) }
    end

    # @return [String] "a=1&include[]=x": nil is left out; a list is its elements, a Hash its members
    def self.encode(parameters)
      pairs(parameters).map { |name, value| "#{quote(name)}=#{quote(value)}" }.join("&")
    end

    # @return [String] a path below base_url
    def self.path(*parts, query: {})
      path = parts.map { |part| "/#{quote(part)}" }.join
      query = encode(query)
      query.empty? ? path : "#{path}?#{query}"
    end

    def self.pairs(value, name = nil)
      case value
      when Hash then value.flat_map { |key, inner| pairs(inner, name ? "#{name}[#{key}]" : key.to_s) }
      when Array then value.flat_map { |inner| pairs(inner, "#{name}[]") }
      when nil then []
      else [[name, value.to_s]]
      end
    end
    private_class_method :pairs
  end
end
