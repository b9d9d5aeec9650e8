# frozen_string_literal: true

require_relative "call"

module Libresponses
  # A call whose answer is bytes of any kind, which come in pieces.
  #
  # @api private
  class Download < Call
    # Yields the pieces, each a String of its own.
    # @return [Response] the answer without its body
    # @raise [Error] what went wrong, after what had arrived
    def each_piece
      while (piece = next_batch)
        yield piece
      end
      outcome
    end

    private

    def read
      @places ||= FFI::MemoryPointer.new(:pointer, 2)
      error = @engine.out.error
      status = Native.responses_call_next_bytes(@handle, @places, @places + FFI::Pointer.size, error)
      return status == Native::AGAIN || finished(status) unless status == Native::OK

      size = @places.get_ulong(FFI::Pointer.size)
      # The head comes without any.
      keep(@places.get_pointer(0).read_bytes(size)) if size.positive?
    end
  end
end
