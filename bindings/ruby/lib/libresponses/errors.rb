# frozen_string_literal: true

require "json"
require_relative "native/memory"

module Libresponses
  # The superclass of all errors of this gem. The classes below it have the names of the `openai` gem,
  # where that has them.
  #
  #     Error
  #       UsageError             an argument or an option is wrong
  #         BusyError            another thread or fiber is reading this stream
  #         ForkedError          a stream that the parent process started
  #         ClosedError          the client or the stream was closed
  #         UnsupportedError     this build of the library cannot do that
  #       CancelledError         this program cancelled it
  #       APIError               the network or the server failed
  #         APIConnectionError   no connection, or it broke
  #           APITimeoutError    one of the time limits was reached
  #           TLSError           a certificate was refused, or the handshake failed
  #         APIStatusError       the server said no, mostly with an HTTP status of 400 or more
  #           BadRequestError 400, AuthenticationError 401, PermissionDeniedError 403,
  #           NotFoundError 404, ConflictError 409, UnprocessableEntityError 422,
  #           RateLimitError 429, InternalServerError 500 and more
  #           ResponseFailedError  the response failed, or an error came in its stream; its status is 200
  #         ProtocolError        the server sent broken HTTP or unexpected JSON
  #           ConversionError    the model's JSON does not fit the type that was asked for
  #         TruncatedError       the stream ended before its terminal event
  #         LimitError           the answer is larger than a limit
  #       InvalidWebhookSignatureError  a webhook is not signed, or was signed at another time
  #       ToolError              a tool of the loop could not be used
  #       InternalError          an error in the library; please report it
  #
  # @since 0.1
  class Error < RuntimeError
    # @return [String] the status of the library, such as "RESPONSES_E_TIMEOUT"; "" for errors
    #   of Ruby code
    attr_reader :status_name
    # @return [Integer, nil] the HTTP status of the answer; nil when there was none
    attr_reader :http_status
    alias status http_status
    # @return [String, nil] what the server said: its "type", "code" and "param"
    attr_reader :type, :code, :param
    # @return [String, nil] the x-request-id of the answer
    attr_reader :request_id
    # @return [String, nil] the answer's body or the error event, at most 64 KiB
    attr_reader :body
    # @return [String, nil] the id of the response, if it is known
    attr_reader :response_id
    # @return [Integer, nil] the sequence number of the last event that the program got:
    #   `responses.stream(response_id: error.response_id, starting_after: error.last_sequence)`
    #   resumes the stream
    attr_reader :last_sequence
    # @return [Integer] how many times the request was sent
    attr_reader :attempts
    # @return [Symbol, nil] how far the last attempt came: :lookup, :connect, :tls, :sending, :waiting or :reading.
    #   What failed before :sending has not reached the server. nil when nothing was begun
    attr_reader :phase
    # @return [String, nil] the version of HTTP of the answer, as {Response#http_version}; nil when there was none
    attr_reader :http_version
    # @return [Float, nil] the wait the server asked for, in seconds
    attr_reader :retry_after
    # @return [Response, nil] the part that arrived before a stream failed; of a {ToolError} the last response
    attr_accessor :response

    def initialize(message = nil, details = {})
      super(message)
      @status_name = ""
      @attempts = 0
      @retryable = false
      @history = "[]"
      details.each { |name, value| instance_variable_set(:"@#{name}", value) }
    end

    # @return [Boolean] whether the same request may well succeed later; the library's own retries
    #   are already used up
    def retryable? = @retryable

    # @return [Array<Hash>] every attempt: attempt, http_status, reason, waited_ms
    def history = JSON.parse(@history, symbolize_names: true)

    # @return [Hash{String => String}] the answer's headers; empty when there was none
    def headers = Headers.parse(@headers.to_s)

    # @api private
    # @return [Error] of the class that fits; the library's error at `place` is freed
    def self.take(status, place)
      pointer = place.read_pointer
      return class_for(status, 0).new(Native.responses_status_text(status)) if pointer.null?

      begin
        details = read(pointer)
        message = details.delete(:message)
        class_for(status, details[:http_status].to_i).new(message, details)
      ensure
        place.write_pointer(nil)
        Native.responses_error_free(pointer)
      end
    end

    FIELDS = {
      type: Native::ERROR_TYPE, code: Native::ERROR_CODE, param: Native::ERROR_PARAM,
      request_id: Native::ERROR_REQUEST_ID, body: Native::ERROR_BODY,
      response_id: Native::ERROR_RESPONSE_ID, headers: Native::ERROR_HEADERS,
      http_version: Native::ERROR_HTTP_VERSION
    }.freeze
    PHASES = {
      Native::PHASE_LOOKUP => :lookup, Native::PHASE_CONNECT => :connect, Native::PHASE_TLS => :tls,
      Native::PHASE_SENDING => :sending, Native::PHASE_WAITING => :waiting, Native::PHASE_READING => :reading
    }.freeze
    private_constant :FIELDS, :PHASES

    class << self
      private

      def read(error)
        details = FIELDS.transform_values { |field| presence(text(error, field)) }
        details[:message] = text(error, Native::ERROR_MESSAGE)
        details[:history] = presence(text(error, Native::ERROR_HISTORY)) || "[]"
        details.merge!(numbers(error))
      end

      def numbers(error)
        status = Native.responses_error_http_status(error)
        retry_after = Native.responses_error_retry_after_ms(error)
        sequence = Native.responses_error_last_sequence(error)
        {
          status_name: Native.responses_status_name(Native.responses_error_status(error)),
          http_status: (status if status.positive?),
          retryable: Native.responses_error_is_retryable(error) == 1,
          retry_after: (retry_after / 1000.0 unless retry_after.negative?),
          attempts: Native.responses_error_attempts(error),
          phase: PHASES[Native.responses_error_phase(error)],
          last_sequence: (sequence unless sequence.negative?)
        }
      end

      def text(error, field)
        Native::Text.read { |length| Native.responses_error_field(error, field, length) }
      end

      def presence(text) = text.to_s.empty? ? nil : text

      def class_for(status, http_status)
        return CLASSES.fetch(status, InternalError) unless status == Native::E_API
        return ResponseFailedError if http_status < 400
        return InternalServerError if http_status >= 500

        STATUS_CLASSES.fetch(http_status, APIStatusError)
      end
    end
  end

  class UsageError < Error; end
  class BusyError < UsageError; end
  class ForkedError < UsageError; end
  class ClosedError < UsageError; end
  class UnsupportedError < UsageError; end
  class CancelledError < Error; end
  class InvalidWebhookSignatureError < Error; end
  class ToolError < Error; end
  class InternalError < Error; end

  class APIError < Error; end
  class APIConnectionError < APIError; end
  class APITimeoutError < APIConnectionError; end
  class TLSError < APIConnectionError; end
  class ProtocolError < APIError; end
  class ConversionError < ProtocolError; end
  class TruncatedError < APIError; end
  class LimitError < APIError; end

  class APIStatusError < APIError; end
  class ResponseFailedError < APIStatusError; end
  class BadRequestError < APIStatusError; end
  class AuthenticationError < APIStatusError; end
  class PermissionDeniedError < APIStatusError; end
  class NotFoundError < APIStatusError; end
  class ConflictError < APIStatusError; end
  class UnprocessableEntityError < APIStatusError; end
  class RateLimitError < APIStatusError; end
  class InternalServerError < APIStatusError; end

  class Error # rubocop:disable Style/Documentation -- which class a status has
    CLASSES = {
      Native::E_INVALID => UsageError, Native::E_RANGE => UsageError,
      Native::E_BUSY => BusyError, Native::E_FORKED => ForkedError,
      Native::E_UNSUPPORTED => UnsupportedError, Native::E_CANCELLED => CancelledError,
      Native::E_TIMEOUT => APITimeoutError, Native::E_NETWORK => APIConnectionError,
      Native::E_TLS => TLSError, Native::E_HTTP => ProtocolError,
      Native::E_PROTOCOL => ProtocolError, Native::E_TRUNCATED => TruncatedError,
      Native::E_LIMIT => LimitError, Native::E_SIGNATURE => InvalidWebhookSignatureError
    }.freeze

    STATUS_CLASSES = {
      400 => BadRequestError, 401 => AuthenticationError, 403 => PermissionDeniedError,
      404 => NotFoundError, 409 => ConflictError, 422 => UnprocessableEntityError,
      429 => RateLimitError
    }.freeze
    private_constant :CLASSES, :STATUS_CLASSES
  end
end
