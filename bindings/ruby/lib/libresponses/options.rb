# frozen_string_literal: true

require_relative "errors"

module Libresponses
  # The options of a client, as the library takes them: names and texts.
  #
  # Durations have two names: `timeout: 2.5` is seconds, as everywhere in Ruby, and
  # `timeout_ms: 2500` the library's own.
  #
  # @api private
  module Options
    SECONDS = %i[
      timeout connect_timeout first_event_timeout idle_timeout completion_grace poll_interval
      tcp_keepalive
    ].freeze

    # What `ruby-openai` calls some of them.
    OTHER_NAMES = {
      access_token: :api_key, organization_id: :organization, request_timeout: :timeout, uri_base: :base_url
    }.freeze
    private_constant :OTHER_NAMES

    # @return [Hash] the options of a program that was written for `ruby-openai` under their names here
    def self.translate(options)
      return options unless options.keys.any? { |name| OTHER_NAMES.key?(name) || name == :api_version }

      version = options[:api_version] || "v1"
      options = options.except(:api_version)
      OTHER_NAMES.slice(*options.keys).each do |theirs, ours|
        raise UsageError, "#{theirs} is another name of #{ours}: give one of them" if options.key?(ours)

        options[ours] = theirs == :uri_base ? versioned(options[theirs], version) : options[theirs]
      end
      options.except(*OTHER_NAMES.keys)
    end

    # There the version is no part of the address, but may be.
    def self.versioned(base, version)
      base.nil? || base.include?(version) ? base : "#{base.chomp("/")}/#{version}"
    end
    private_class_method :versioned

    # @return [Array<String>] every name that the library knows
    def self.names
      @names ||= (0..).lazy.map { |i| Native.responses_option_name(i) }.take_while(&:itself).to_a
    end

    # Sets options and headers of a native client.
    # @raise [UsageError] for an unknown name or a value that does not fit
    def self.apply(client, options, headers)
      out = Native::Out.new
      options.each do |name, value|
        name, value = native(name, value)
        refuse_nul(name, value)
        out.check(Native.responses_client_set(client, name, value, out.error))
      end
      headers.each do |name, value|
        refuse_nul("the name of a header", name.to_s)
        refuse_nul("the value of a header", value&.to_s)
        out.check(Native.responses_client_set_header(client, name.to_s, value&.to_s, out.error))
      end
    end

    def self.native(name, value)
      return ["#{name}_ms", value && milliseconds(name, value)] if SECONDS.include?(name.to_sym)
      raise UsageError, "raw: this gem has no use for answers that were not read" if name.to_s == "raw"
      return [name.to_s, text(name, value)] if names.include?(name.to_s)

      # The name is not shown: it may be a value that went astray.
      raise UsageError, "no option has this name; the options are #{SECONDS.join(", ")} (in seconds), " \
                        "#{names.join(", ")}"
    end
    private_class_method :native

    # Text for the library ends at NUL.
    def self.refuse_nul(what, text)
      raise UsageError, "#{what}: text must not contain NUL" if text&.include?("\0")
    end
    private_class_method :refuse_nul

    def self.milliseconds(name, value)
      is_duration = value.is_a?(Numeric) && value.to_f.finite? && !value.negative?
      raise UsageError, "#{name}: expected seconds, a number from 0 on; 0 is no limit" unless is_duration

      # What is not nothing is at least the shortest time there is: 0 means no limit.
      value.zero? ? "0" : [(value * 1000).round, 1].max.to_s
    end
    private_class_method :milliseconds

    def self.text(name, value)
      raise UsageError, "#{name}: expected text, not a #{value.class}" if value.respond_to?(:call)

      case value
      when nil then nil
      when true then "1"
      when false then "0"
      when Hash then Query.encode(value)
      else value.to_s
      end
    end
    private_class_method :text
  end
end
