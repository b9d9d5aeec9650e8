# frozen_string_literal: true

require_relative "errors"
require_relative "output"

module Libresponses
  # What the server answered: a response, a page of items, a count of tokens. Reads as a {Record};
  # its JSON is parsed when a field is first asked for.
  #
  #     response.output_text
  #     response.usage.total_tokens
  #     response.output.each { |item| ... }
  #
  # @since 0.1
  class Response < Record
    include Output

    # @api private
    def self.copy(borrowed)
      out = Native::Out.new
      out.check(Native.responses_response_clone(borrowed, out.value))
      new(FFI::AutoPointer.new(out.pointer, Native.method(:responses_response_free)))
    end

    # @api private
    # What a schema was given for is parsed with it.
    attr_writer :text_format

    # @api private
    def initialize(handle)
      super(nil)
      @handle = handle
    end

    # @return [String] "resp_..."; "" if the answer has none
    def id = Native.responses_response_id(@handle).force_encoding(Encoding::UTF_8)

    # @return [Symbol, nil] :completed, :incomplete, :failed, :cancelled, :queued or :in_progress
    def status
      status = Native.responses_response_status(@handle)
      status.to_sym unless status.empty?
    end

    # @return [String] all text of the answer: every output_text of every message, joined
    def output_text
      @output_text ||= Native::Text.read { |n| Native.responses_response_text(@handle, n) }
    end

    # @return [Object, nil] the text parsed by the schema that was given as `text`: an instance of
    #   your {BaseModel}, or a Hash with symbols; nil when the model refused or was cut off
    def output_parsed
      return @output_parsed if defined?(@output_parsed)

      @output_parsed = (StructuredOutput.parse(output_text, @text_format) if status == :completed)
    end

    # @return [String] the body, byte for byte the server's
    def json = @json ||= Native::Text.read { |n| Native.responses_response_json(@handle, n) }

    # @return [Integer] the HTTP status
    def http_status = Native.responses_response_http_status(@handle)

    # @return [String, nil] the server's name for the request (x-request-id), for its support
    def request_id
      id = Native.responses_response_request_id(@handle)
      id unless id.empty?
    end
    alias _request_id request_id

    # @return [String, nil] a header of the answer, by its name in any case
    def header(name) = Native.responses_response_header(@handle, name.to_s)

    # @return [Hash{String => String}] all headers of the answer, by their names in lower case; values of
    #   a name that came more than once are joined by ", "
    def headers = Headers.parse(Native::Text.read { |n| Native.responses_response_headers(@handle, n) })

    # @return [Integer] how many times the request was sent: 1 without a retry
    def attempts = Native.responses_response_attempts(@handle)

    # @return [Array<Hash>] every attempt: attempt, http_status, reason, waited_ms
    def history
      text = Native::Text.read { |n| Native.responses_response_history(@handle, n) }
      JSON.parse(text, symbolize_names: true)
    end

    private

    def data = @data ||= Document.parse(json)
  end
end
