# frozen_string_literal: true

require_relative "batch"
require_relative "output"
require_relative "progress"

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

    # The class for each of the library's numbers; filled as types are seen.
    CLASSES = [] # rubocop:disable Style/MutableConstant
    # Classes of their own, by the names of types: see libresponses/openai.
    NAMED = {} # rubocop:disable Style/MutableConstant
    private_constant :NAMED

    # @api private
    # Has events made of classes of their own from now on.
    # @param classes [Hash{String => Class}] by the names of types
    def self.define(classes)
      NAMED.update(classes)
      CLASSES.clear
    end

    # @api private
    # @return [Class] for an event of a kind without one in CLASSES
    def self.class_at(memory, offset, kind)
      return CLASSES[kind] = Event if NAMED.empty?

      type = memory.get_bytes(offset + Batch::TEXTS, memory.get_uint32(offset + Batch::TYPE_LENGTH))
      found = NAMED.fetch(type, Event)
      CLASSES[kind] = found unless kind == Native::EVENT_OTHER
      found
    end

    # @api private
    # @param memory [FFI::MemoryPointer] of a {Batch}
    # @param offset [Integer] where its record begins
    # @param progress [Progress, Progress::Text] what the stream has made so far
    # @param delta [String, nil] its text, if that has been read already
    # @param length [Integer, nil] how many bytes its text had with this event
    def initialize(memory, offset, progress, delta = nil, length = nil) # rubocop:disable Lint/MissingSuper
      @memory = memory
      @offset = offset
      @progress = progress
      return unless delta

      @delta = delta
      @length = length
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

    # @return [String, nil] the lane of the turn, over a {Connection}; nil for the one without a name
    def stream_id = self[:stream_id]

    # @return [String, Object, nil] the piece that arrived: of the answer's text, of a function's
    #   arguments, of code, of a summary; nil for an event that is no delta
    def delta
      return @delta if @delta

      length = @memory.get_uint32(@offset + Batch::TEXT_LENGTH)
      return self[:delta] if length.zero?

      place = @offset + Batch::TEXTS + 1 + @memory.get_uint32(@offset + Batch::TYPE_LENGTH)
      @memory.get_bytes(place, length).force_encoding(Encoding::UTF_8)
    end

    # @return [String, nil] of a delta of the answer's text, or of a function's arguments: all of it up to and with
    #   this delta; nil for other events, and where the stream began in the middle (`starting_after`)
    def snapshot = @progress.up_to(@length)

    # @return [Object, nil] of "response.output_text.done": the text as the request's `text` says
    # @raise [ProtocolError] the text is not what was asked for
    def parsed
      return unless type == :"response.output_text.done" && (format = @progress.formats&.text)

      @parsed ||= StructuredOutput.parse(text, format)
    end

    # @return [String, nil] all of the text, of an event that says that a text is done
    def text = self[:text]

    # @return [ResponseRecord, nil] the response that an event about all of it carries
    def response = self[:response]

    # @return [String] the event as JSON, the server's bytes
    def json = text_at(3)

    # @return [Boolean] whether it is a delta of the answer's text
    def text_delta? = kind == Native::EVENT_OUTPUT_TEXT_DELTA

    # @api private
    # For Marshal: the record, and what depends on the stream.
    def marshal_dump
      size = @memory.get_uint32(@offset)
      [@memory.get_bytes(@offset, size), snapshot]
    end

    # @api private
    def marshal_load((record, snapshot))
      @memory = Batch.memory(record.bytesize).put_bytes(0, record)
      @offset = 0
      @progress = Progress::Text.new(nil, snapshot.to_s)
      @length = snapshot&.bytesize
    end

    private

    def read(name)
      case name
      when :snapshot then snapshot
      when :parsed then parsed
      else
        value = super
        return value unless value.is_a?(Record)

        name == :response ? response_record(value) : value.tap { |item| @progress.formats&.attach(item) }
      end
    end

    # What most ask for is there without JSON.
    def as_sent(name)
      case name
      when :type then type.to_s
      when :delta then delta
      else super
      end
    end

    def response_record(record)
      ResponseRecord.new(record.to_h).tap { |response| response.formats = @progress.formats }
    end

    def known?(name) = super || (%i[snapshot parsed].include?(name) && !public_send(name).nil?)

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
