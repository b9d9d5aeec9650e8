# frozen_string_literal: true

require_relative "native/functions"

module Libresponses
  # Events as the library hands them over: hundreds in one foreign call, one record behind the other.
  # See responses_call_next_batch in responses.h for what is where.
  #
  # A number is read from memory at a fifth of what String#unpack1 costs, and numbers are most of what
  # there is to read of a delta. So the records stay in memory, and no String is made before somebody
  # asks for one.
  #
  # @api private
  class Batch
    KIND = 4
    SEQUENCE = 8
    OUTPUT_INDEX = 16
    CONTENT_INDEX = 20
    TYPE_LENGTH = 24
    TEXT_LENGTH = 28
    TEXTS = 40

    # Where the text of a delta of the answer's text begins: its type has one length.
    DELTA_TEXT = TEXTS + "response.output_text.delta".bytesize + 1
    private_constant :DELTA_TEXT

    # Memory whose bytes are the same until somebody writes to them.
    def self.memory(size) = FFI::MemoryPointer.new(1, size, false)

    attr_reader :bytesize

    # @param memory [FFI::MemoryPointer] this batch's alone
    # @param bytesize [Integer] how much of it is used
    def initialize(memory, bytesize)
      @memory = memory
      @bytesize = bytesize
    end

    # Yields the events. A keepalive is none: it says nothing of the response.
    # @param progress [Progress] of the stream
    def each(progress)
      memory = @memory
      stop = @bytesize
      offset = 0
      while offset < stop
        kind = memory.get_int32(offset + KIND)
        yield progress.event(memory, offset, kind) unless kind == Native::EVENT_KEEPALIVE
        offset += memory.get_uint32(offset)
      end
    ensure
      @left_at = offset
    end

    # @return [Boolean] whether the last event was yielded, and the block perhaps left with it
    def read? = !@left_at.nil? && (@left_at >= @bytesize || @left_at + @memory.get_uint32(@left_at) >= @bytesize)

    # Yields the deltas of the answer's text, and nothing else.
    def each_text
      memory = @memory
      stop = @bytesize
      offset = 0
      while offset < stop
        if memory.get_int32(offset + KIND) == Native::EVENT_OUTPUT_TEXT_DELTA
          text = memory.get_bytes(offset + DELTA_TEXT, memory.get_uint32(offset + TEXT_LENGTH))
          yield text.force_encoding(Encoding::UTF_8)
        end
        offset += memory.get_uint32(offset)
      end
    end

    # For a batch of which nobody has an event. Others are collected with the last of theirs.
    def free = @memory.free
  end
end
