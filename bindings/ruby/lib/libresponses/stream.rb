# frozen_string_literal: true

require_relative "call"
require_relative "event"

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
    def initialize(text_format: nil, &start)
      @text_format = text_format
      @is_closed = false
      is_begun = false
      Thread.handle_interrupt(Native::UNINTERRUPTED) { @call = start.call }
      is_begun = true
    ensure
      # What came during the start comes at its end.
      @call&.close unless is_begun
    end

    # Yields every event, known or unknown, once and in order.
    #
    # @yieldparam event [Event]
    # @return [self], or an Enumerator without a block
    # @raise [Error] when the response failed, the stream broke off, a time limit was reached; its
    #   `response` has what had arrived
    def each(&block)
      return enum_for(:each) unless block

      read { |batch| batch.each(&block) }
    end

    # The pieces of the answer's text, as they arrive. The cheapest way to read: nothing is parsed.
    #
    # @return [Enumerator::Lazy<String>], or self with a block
    def text(&block)
      return enum_for(:text).lazy unless block

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
      with_format(@call.outcome)
    end
    alias final_response get_final_response

    # Reads to the end.
    # @return [String] all text of the answer
    def get_output_text = get_final_response.output_text # rubocop:disable Naming/AccessorMethodName

    # @return [Response, nil] what has been put together so far; nil when nothing has arrived
    def current_response = with_format(@call.snapshot)

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

    def with_format(response)
      response&.text_format = @text_format
      response
    end
  end
end
