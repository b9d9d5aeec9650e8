# frozen_string_literal: true

require_relative "batch"
require_relative "errors"
require_relative "progress"
require_relative "response"

module Libresponses
  # Reads the bytes of an event stream, for a program with an HTTP client of its own. It needs no client, opens
  # nothing and reaches nobody. Events, response and errors are those of a {Stream}. One thread at a time.
  #
  #     decoder = Libresponses::Decoder.new
  #     http.request(request) { |answer| answer.read_body { |bytes| decoder.feed(bytes).each { |event| p event } } }
  #     decoder.end
  #
  # @since 0.1
  class Decoder
    def initialize
      @out = Native::Out.new
      @places = FFI::MemoryPointer.new(:size_t, 2)
      @buffer = Buffer.new
      @progress = Progress.new(nil, true)
      @is_done = false
      @out.check(Native.responses_decode_start(nil, @out.value, @out.error))
      @call = Native::Owned.new(@out.address, :responses_call_free)
    end

    # Takes bytes, in whatever pieces they come.
    #
    # @param bytes [String]
    # @return [Array<Event>] those that the bytes complete. Where events come before a failure, they are returned, and
    #   the next call raises it.
    # @raise [Error] as {Stream#each}
    def feed(bytes)
      raise UsageError, "bytes: expected a String, not #{bytes.class}" unless bytes.is_a?(String)

      checked { |call| Native.responses_call_feed(call, bytes, bytes.bytesize, @out.error) }
      events
    end

    # Says that no more will come.
    # @return [Array<Event>]
    # @raise [TruncatedError] without a terminal event; what had arrived is its `response`
    def end
      checked { |call| Native.responses_call_feed_end(call, @out.error) } unless @is_done
      events
    end

    # @return [Boolean] whether the terminal event has been read
    def done? = @is_done

    # @return [Response, nil] what has been put together so far, at the end the final one; nil when nothing has arrived
    def current_response
      borrowed = Native.responses_call_response(handle)
      Response.copy(borrowed, @out).of_stream(nil) unless borrowed.zero?
    end

    # Frees it. Again is fine.
    # @return [nil]
    def close
      @call&.free
      @call = nil
    end

    private

    def handle = @call&.address || raise(ClosedError, "the decoder was closed")

    def checked
      call = handle
      raise @failure if @failure

      @out.check(yield(call))
    end

    def events
      found = []
      until @is_done
        batch = next_batch
        break unless batch

        batch.each(@progress) { |event| found << event }
      end
      found
    rescue Error => e
      raise if found.empty?

      @failure = e
      found
    end

    # @return [Batch, nil] nil when there is no more at the moment, or at the end
    def next_batch
      status = read_into(@buffer.address, @buffer.room)
      return @buffer.take(used) if status == Native::OK
      return read_large if status == Native::E_RANGE
      return if status == Native::AGAIN
      return finished if status == Native::DONE

      raise failure(status)
    end

    def read_into(place, room)
      Native.responses_call_next_batch(
        handle, Native::BATCH_JSON, place, room, @places.address, @places.address + FFI.type_size(:size_t),
        @out.error.address
      )
    end

    def used = @places.get_ulong(0)

    # The first event does not fit into what is left of the buffer, or into any.
    def read_large
      memory = Batch.memory(used)
      status = read_into(memory.address, memory.size)
      raise failure(status) unless status == Native::OK

      Batch.new(memory, 0, used, is_own: true)
    end

    def finished
      @is_done = true
      nil
    end

    def failure(status)
      Error.take(status, @out.error).tap { |error| error.response = current_response }
    end
  end
end
