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

    # @param memory [FFI::MemoryPointer] where it is, perhaps beside others
    # @param start [Integer] its first byte
    # @param bytesize [Integer] how many there are
    # @param is_own [Boolean] whether the memory is this batch's alone
    def initialize(memory, start, bytesize, is_own:)
      @memory = memory
      @start = start
      @bytesize = bytesize
      @is_own = is_own
    end

    # Yields the events. A keepalive is none: it says nothing of the response.
    # @param progress [Progress] of the stream
    def each(progress)
      memory = @memory
      stop = @start + @bytesize
      offset = @start
      while offset < stop
        kind = memory.get_int32(offset + KIND)
        yield progress.event(memory, offset, kind) unless kind == Native::EVENT_KEEPALIVE
        offset += memory.get_uint32(offset)
      end
    ensure
      @left_at = offset
    end

    # @return [Boolean] whether the last event was yielded, and the block perhaps left with it
    def read?
      return false if @left_at.nil?

      stop = @start + @bytesize
      @left_at >= stop || @left_at + @memory.get_uint32(@left_at) >= stop
    end

    # Yields the deltas of the answer's text, and nothing else.
    def each_text
      memory = @memory
      stop = @start + @bytesize
      offset = @start
      while offset < stop
        if memory.get_int32(offset + KIND) == Native::EVENT_OUTPUT_TEXT_DELTA
          text = memory.get_bytes(offset + DELTA_TEXT, memory.get_uint32(offset + TEXT_LENGTH))
          yield text.force_encoding(Encoding::UTF_8)
        end
        offset += memory.get_uint32(offset)
      end
    end

    # For a batch of which nobody has an event. Others are collected with the last of theirs.
    def free
      @memory.free if @is_own
    end
  end

  # Memory that batches are written to, one behind the other; a batch that fills much of it has it alone.
  #
  # @api private
  class Buffer
    BYTES = 65_536
    # With less room it begins anew: so much, that many events come in one call.
    LEAST = 16_384
    private_constant :LEAST

    # @return [Integer] how many bytes can be written
    attr_reader :room

    def initialize = renew

    # @return [Integer] where
    attr_reader :address

    # @return [Batch] of what was written there
    def take(size)
      is_own = @begin.zero? && size > BYTES / 2
      batch = Batch.new(@memory, @begin, size, is_own: is_own)
      @begin += size
      @address += size
      @room -= size
      renew if is_own || @room < LEAST
      batch
    end

    def renew
      @memory = Batch.memory(BYTES)
      @address = @memory.address
      @begin = 0
      @room = BYTES
    end
  end
end
