# frozen_string_literal: true

require_relative "batch"
require_relative "output"

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
    # What the library's numbers stand for; filled as types are seen.
    TYPES = [] # rubocop:disable Style/MutableConstant
    private_constant :TYPES

    # @api private
    # @param memory [FFI::MemoryPointer] of a {Batch}
    # @param offset [Integer] where its record begins
    def initialize(memory, offset) # rubocop:disable Lint/MissingSuper -- its fields are made when asked for
      @memory = memory
      @offset = offset
    end

    # @return [Symbol] as the server names it: :"response.output_text.delta"
    def type = TYPES[@memory.get_int32(@offset + Batch::KIND)] || unseen_type

    # @return [Integer] the library's number for the type, RESPONSES_EVENT_...; 0 for one that it
    #   does not know
    def kind = @memory.get_int32(@offset + Batch::KIND)

    # @return [Integer, nil] nil when the event has none
    def sequence_number = natural(@memory.get_int64(@offset + Batch::SEQUENCE))

    # @return [Integer, nil]
    def output_index = natural(@memory.get_int32(@offset + Batch::OUTPUT_INDEX))

    # @return [Integer, nil] the content_index, or the summary_index
    def content_index = natural(@memory.get_int32(@offset + Batch::CONTENT_INDEX))
    alias summary_index content_index

    # @return [String, nil] the id of the output item
    def item_id
      id = text_at(2)
      id unless id.empty?
    end

    # @return [String, Object, nil] the piece that arrived: of the answer's text, of a function's
    #   arguments, of code, of a summary; nil for an event that is no delta
    def delta
      length = @memory.get_uint32(@offset + Batch::TEXT_LENGTH)
      return self[:delta] if length.zero?

      place = @offset + Batch::TEXTS + 1 + @memory.get_uint32(@offset + Batch::TYPE_LENGTH)
      @memory.get_bytes(place, length).force_encoding(Encoding::UTF_8)
    end

    # @return [String, nil] all of the text, of an event that says that a text is done
    def text = self[:text]

    # @return [ResponseRecord, nil] the response that an event about all of it carries
    def response = @response ||= self[:response] && ResponseRecord.new(self[:response].to_h)

    # @return [String] the event as JSON, the server's bytes
    def json = text_at(3)

    # @return [Boolean] whether it is a delta of the answer's text
    def text_delta? = kind == Native::EVENT_OUTPUT_TEXT_DELTA

    private

    def data = @data ||= Document.parse(json)

    def natural(number) = (number unless number.negative?)

    # A type that the library does not know has no number of its own.
    def unseen_type
      type = text_at(0).to_sym
      TYPES[kind] = type unless kind == Native::EVENT_OTHER
      type
    end

    # The index-th of type, text, item id and JSON.
    def text_at(index)
      lengths = @memory.get_array_of_uint32(@offset + Batch::TYPE_LENGTH, index + 1)
      place = @offset + Batch::TEXTS + index + lengths[0, index].sum
      @memory.get_bytes(place, lengths[index]).force_encoding(Encoding::UTF_8)
    end
  end
end
