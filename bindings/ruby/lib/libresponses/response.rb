# frozen_string_literal: true

require_relative "errors"
require_relative "output"

module Libresponses
  # What the HTTP answer was, apart from its body.
  #
  # @!attribute status [Integer] the HTTP status
  # @!attribute headers [Hash{String => String}] see {Response#headers}
  # @!attribute request_id [String, nil] the server's name for the request
  # @!attribute http_version [String] "HTTP/1.1": see {Response#http_version}
  ResponseMetadata = Struct.new(:status, :headers, :request_id, :http_version)

  # What the server answered: a response, a page of items, a count of tokens. Reads as a {Record};
  # its JSON is parsed when a field is first asked for.
  #
  #     response.output_text
  #     response.usage.total_tokens
  #     response.output.each { |item| ... }
  #
  # It can be kept with Marshal; what `output_parsed` and `parsed` are made with is kept if it is a class.
  #
  # @since 0.1
  class Response < Record
    include Output

    # @api private
    def self.copy(borrowed, out)
      out.check(Native.responses_response_clone(borrowed, out.value))
      new(Native::Owned.new(out.address, :responses_response_free))
    end

    # @api private
    # For the response of a stream: what is known of the answer's head is asked of the stream.
    def of_stream(formats)
      @is_of_stream = true
      @formats = formats
      self
    end

    # @api private
    def initialize(handle) # rubocop:disable Lint/MissingSuper -- its data is parsed when asked for
      @handle = handle
    end

    # @return [String] "resp_..."; "" if the answer has none
    def id = @handle ? Native.responses_response_id(@handle.address).force_encoding(Encoding::UTF_8) : self["id"].to_s

    # @return [Symbol, nil] :completed, :incomplete, :failed, :cancelled, :queued or :in_progress
    def status
      return self[:status] unless @handle

      status = Native.responses_response_status(@handle.address)
      status.to_sym unless status.empty?
    end

    # @return [String] all text of the answer: every output_text of every message, joined
    def output_text
      @output_text ||= @handle ? Native::Text.read { |n| Native.responses_response_text(@handle.address, n) } : super
    end

    # @return [Object, nil] the text parsed by the schema that was given as `text`: an instance of
    #   your {BaseModel}, or a Hash with symbols; nil when the model refused or was cut off
    # @raise [ProtocolError] the text is not what was asked for
    def output_parsed
      return @output_parsed if defined?(@output_parsed)

      @output_parsed = (StructuredOutput.parse(output_text, @formats&.text) if status == :completed)
    end

    # @return [String] the body, byte for byte the server's
    def json = @json ||= Native::Text.read { |n| Native.responses_response_json(@handle.address, n) }

    # @return [Integer] the HTTP status
    def http_status = @http_status ||= Native.responses_response_http_status(@handle.address)

    # @return [String] the version of HTTP in which the answer came: "HTTP/1.0", "HTTP/1.1" or "HTTP/2"
    def http_version
      @http_version ||= Native.responses_response_http_version(@handle.address).force_encoding(Encoding::UTF_8)
    end

    # @return [String, nil] the server's name for the request (x-request-id), for its support
    def request_id
      @request_id ||= Native.responses_response_request_id(@handle.address)
      @request_id unless @request_id.empty?
    end
    alias _request_id request_id

    # @return [String, nil] a header of the answer, by its name in any case
    def header(name)
      @handle ? Native.responses_response_header(@handle.address, name.to_s) : headers[name.to_s.downcase]
    end

    # @return [Hash{String => String}] all headers of the answer, by their names in lower case; values of
    #   a name that came more than once are joined by ", "
    def headers
      @headers ||= Headers.parse(Native::Text.read { |n| Native.responses_response_headers(@handle.address, n) })
    end

    # @return [ResponseMetadata, nil] the answer's status, headers and request id; nil for the response of a
    #   stream, where the stream has them
    def last_response = (@last_response ||= http_answer unless @is_of_stream)

    # @api private
    def http_answer = ResponseMetadata.new(http_status, headers, request_id, http_version)

    # @return [Integer] how many times the request was sent: 1 without a retry
    def attempts = @attempts ||= Native.responses_response_attempts(@handle.address)

    # @return [Array<Hash>] every attempt: attempt, http_status, reason, waited_ms
    def history
      @history ||= begin
        text = Native::Text.read { |n| Native.responses_response_history(@handle.address, n) }
        JSON.parse(text, symbolize_names: true)
      end
    end

    KEPT = %i[json http_status http_version request_id headers attempts history].freeze
    private_constant :KEPT

    # @api private
    def marshal_dump
      formats = @formats if @formats&.marshal?
      [KEPT.to_h { |name| [name, public_send(name)] }, formats, @is_of_stream]
    end

    # @api private
    def marshal_load((kept, formats, is_of_stream))
      kept.each { |name, value| instance_variable_set(:"@#{name}", value) }
      @request_id = @request_id.to_s
      @formats = formats
      @is_of_stream = is_of_stream
    end

    private

    def data = @data ||= large || Document.parse(json)

    # Of a large answer, unless its text is there already.
    def large
      return unless @handle && @json.nil?

      length = FFI::MemoryPointer.new(:size_t)
      Native.responses_response_json(@handle.address, length)
      return if length.get_ulong(0) < LargeDocument::BYTES

      # The text is the library's until the next call: it is asked for each time.
      LargeDocument.new(length.get_ulong(0)) do |place, size|
        Native.responses_response_json(@handle.address, length).get_bytes(place, size)
      end.parse
    end
  end
end
