# frozen_string_literal: true

require_relative "call"
require_relative "event"
require_relative "progress"

module Libresponses
  # The events of a response while it is made. Read it once, from one thread or fiber at a time.
  #
  #     stream = client.responses.stream(model: "gpt-5", input: "Tell me a story.")
  #     stream.text.each { |piece| print piece }
  #     stream.get_final_response.usage.total_tokens
  #
  # Leaving a block early (`break`, an exception, Timeout, Thread#kill) ends the call at the server's
  # end too. A stream that is not read to its end should be closed.
  #
  # @since 0.1
  class Stream
    include Enumerable

    # @api private
    # @param is_whole [Boolean] whether it has its beginning
    def initialize(formats: nil, is_whole: true, &start)
      @formats = formats
      @progress = Progress.new(formats, is_whole)
      @is_closed = false
      is_begun = false
      Thread.handle_interrupt(Native::UNINTERRUPTED) { @call = start.call }
      is_begun = true
    ensure
      # What came during the start comes at its end.
      @call&.close unless is_begun
    end

    # Yields every event, known or unknown, once and in order. Keepalives are left out.
    #
    # @yieldparam event [Event]
    # @return [self], or an Enumerator without a block
    # @raise [Error] when the response failed, the stream broke off, a time limit was reached; its
    #   `response` has what had arrived
    def each(&block)
      return enum_for(:each) unless block

      read { |batch| batch.each(@progress, &block) }
    end

    # The pieces of the answer's text, as they arrive. The cheapest way to read: nothing is parsed.
    #
    #     stream.text { |piece| print piece }
    #     stream.text.map(&:upcase)              # reads to the end
    #     stream.text.lazy.map(&:upcase).first   # reads no more than it needs
    #
    # @return [Enumerator<String>], or self with a block
    def text(&block)
      return enum_for(:text) unless block

      @call.without_json
      read do |batch|
        batch.each_text(&block)
        batch.free
      end
    end

    # Reads to the end.
    # @return [self]
    def until_done
      @call.without_json
      read(&:free)
    end

    # Reads to the end.
    # @return [Response] the final response, completed or incomplete
    # @raise [Error] as {#each}
    def get_final_response # rubocop:disable Naming/AccessorMethodName -- the name in the openai gem
      until_done
      @call.outcome.of_stream(@formats)
    end
    alias final_response get_final_response

    # Reads to the end.
    # @return [String] all text of the answer
    def get_output_text = get_final_response.output_text # rubocop:disable Naming/AccessorMethodName

    # @return [Response, nil] what has been put together so far; nil when nothing has arrived
    def current_response = @call.snapshot&.of_stream(@formats)

    # The head of the server's answer. Waits for the first event, which is not read by it.
    # @return [ResponseMetadata] with `status`, `headers` and `request_id`
    # @raise [Error] the server said no, or there is no answer
    def last_response
      @last_response ||= (@call.snapshot || @call.await || @call.outcome).http_answer
    end

    # @return [Integer] the HTTP status: see {#last_response}
    def status = last_response.status

    # @return [Hash{String => String}] the headers of the answer: see {#last_response}
    def headers = last_response.headers

    # @return [String, nil] the server's name for the request: see {#last_response}
    def request_id = last_response.request_id
    alias _request_id request_id

    # Ends the response with CancelledError, for whoever is reading it. From any thread, and from the block of a
    # `trap`.
    def cancel
      @call.cancel
      self
    end

    # Lets go of the stream; to be read no further. Nothing to do when it was read to its end.
    # @return [nil]
    def close
      @call.close unless @is_closed
      @is_closed = true
      nil
    end

    # @return [Boolean] whether it was read to its end, or closed
    def closed? = @is_closed

    def inspect = "#<#{self.class}#{" closed" if closed?}>"

    private

    # The interrupts of a thread find the call in place, and go through `close`.
    def read
      is_done = is_busy = false
      while (batch = @call.next_batch)
        yield batch
      end
      is_done = true
      @call.outcome
      self
    rescue BusyError
      is_busy = true # not ours to close
      raise
    ensure
      @is_closed = true unless is_busy
      @call.close(batch) unless is_done || is_busy
    end
  end
end
