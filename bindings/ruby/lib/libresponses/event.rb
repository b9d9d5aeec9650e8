# frozen_string_literal: true

require_relative "record"
require_relative "native/constants"

module Libresponses
  # One event of a stream. What most programs need of it (`type`, `delta`, `sequence_number`, indices,
  # `item_id`) is read without parsing JSON; everything else is read as of a {Record}.
  #
  #     case event.type
  #     when :"response.output_text.delta" then print event.delta
  #     when :"response.output_item.done" then p event.item
  #     when :"response.completed" then p event.response.usage
  #     end
  #
  # @since 0.1
  class Event < Record
    # The offsets of a record in a batch, see responses_call_next_batch in responses.h.
    KIND = 4
    SEQUENCE = 8
    OUTPUT_INDEX = 16
    CONTENT_INDEX = 20
    LENGTHS = 24
    TEXT_LENGTH = 28
    TEXTS = 40
    private_constant :KIND, :SEQUENCE, :OUTPUT_INDEX, :CONTENT_INDEX, :LENGTHS, :TEXT_LENGTH, :TEXTS

    TYPES = {} # rubocop:disable Style/MutableConstant -- filled as types are seen, one for each kind
    private_constant :TYPES

    # Where the text of a delta of the answer's text begins: its type has one length.
    DELTA_TEXT = TEXTS + "response.output_text.delta".bytesize + 1
    private_constant :DELTA_TEXT

    # @api private
    # Yields the events of a batch.
    def self.each(batch)
      offset = 0
      size = batch.bytesize
      while offset < size
        yield new(batch, offset)
        offset += batch.unpack1("L", offset: offset)
      end
    end

    # Numbers are read from memory at a third of what String#unpack1 costs, which is most of what there
    # is to do for a delta.
    #
    # @api private
    # Yields the deltas of the answer's text in a batch, and nothing else.
    # @param memory [FFI::MemoryPointer] a copy of the batch
    def self.each_text(batch, memory)
      offset = 0
      size = batch.bytesize
      while offset < size
        if memory.get_int32(offset + KIND) == Native::EVENT_OUTPUT_TEXT_DELTA
          yield batch.byteslice(offset + DELTA_TEXT, memory.get_uint32(offset + TEXT_LENGTH))
        end
        offset += memory.get_uint32(offset)
      end
    end

    # @api private
    def initialize(batch, offset) # rubocop:disable Lint/MissingSuper -- its fields are made when asked for
      @batch = batch
      @offset = offset
    end

    # @return [Symbol] as the server names it: :"response.output_text.delta"
    def type
      kind = self.kind
      return text_at(0).to_sym if kind == Native::EVENT_OTHER

      TYPES[kind] ||= text_at(0).to_sym
    end

    # @return [Integer] the library's number for the type, RESPONSES_EVENT_...; 0 for one that it
    #   does not know
    def kind = @batch.unpack1("l", offset: @offset + KIND)

    # @return [Integer, nil] nil when the event has none
    def sequence_number = number("q", SEQUENCE)

    # @return [Integer, nil]
    def output_index = number("l", OUTPUT_INDEX)

    # @return [Integer, nil] the content_index, or the summary_index
    def content_index = number("l", CONTENT_INDEX)
    alias summary_index content_index

    # @return [String, nil] the id of the output item
    def item_id
      id = text_at(2)
      id unless id.empty?
    end

    # @return [String, Object, nil] the piece that arrived: of the answer's text, of a function's
    #   arguments, of code, of a summary; nil for an event that is no delta
    def delta
      length = @batch.unpack1("L", offset: @offset + TEXT_LENGTH)
      return self[:delta] if length.zero?

      type_length = @batch.unpack1("L", offset: @offset + LENGTHS)
      @batch.byteslice(@offset + TEXTS + 1 + type_length, length)
    end

    # @return [String, nil] all of the text, of an event that says that a text is done
    def text = self[:text]

    # @return [String] the event as JSON, the server's bytes
    def json = text_at(3)

    # @return [Boolean] whether it is a delta of the answer's text
    def text_delta? = kind == Native::EVENT_OUTPUT_TEXT_DELTA

    private

    def data = @data ||= JSON.parse(json, symbolize_names: true)

    def number(format, place)
      value = @batch.unpack1(format, offset: @offset + place)
      value unless value.negative?
    end

    # The index-th of type, text, item id and JSON.
    def text_at(index)
      lengths = @batch.unpack("LLLL", offset: @offset + LENGTHS)
      place = @offset + TEXTS + index
      index.times { |before| place += lengths[before] }
      @batch.byteslice(place, lengths[index])
    end
  end
end
