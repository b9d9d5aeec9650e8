# frozen_string_literal: true

require_relative "batch"

module Libresponses
  # How far a stream has come: the texts that its deltas have made so far. A text is kept once; each delta knows
  # how long it was then.
  #
  # @api private
  class Progress
    # The kinds of events that have a snapshot, and what an event of that kind has before its text.
    BEFORE_TEXT = {
      Native::EVENT_OUTPUT_TEXT_DELTA => "response.output_text.delta",
      Native::EVENT_FUNCTION_CALL_ARGUMENTS_DELTA => "response.function_call_arguments.delta"
    }.each_with_object([]) { |(kind, type), places| places[kind] = Batch::TEXTS + type.bytesize + 1 }.freeze

    # A text that grows; to its events it is the stream.
    class Text
      attr_reader :formats, :so_far

      def initialize(formats, so_far = String.new(encoding: Encoding::UTF_8))
        @formats = formats
        @so_far = so_far
      end

      def up_to(bytesize) = bytesize && @so_far.byteslice(0, bytesize)
    end

    # @return [Formats, nil] what the answer is parsed as
    attr_reader :formats

    # @param is_whole [Boolean] whether the stream has its beginning
    def initialize(formats, is_whole)
      @formats = formats
      @texts = {}
      @is_whole = is_whole
    end

    # @return [Event] the one at a place
    def event(memory, offset, kind)
      type = Event::CLASSES[kind] || Event.class_at(memory, offset, kind)
      before = BEFORE_TEXT[kind]
      return type.new(memory, offset, self) unless before && @is_whole

      # The output index and the content index in one.
      place = memory.get_int64(offset + Batch::OUTPUT_INDEX)
      go_to(place) unless place == @place
      delta = memory.get_bytes(offset + before, memory.get_uint32(offset + Batch::TEXT_LENGTH))
      @so_far << delta.force_encoding(Encoding::UTF_8)
      type.new(memory, offset, @text, delta, @so_far.bytesize)
    end

    # Has the text at a place grow.
    def go_to(place)
      @place = place
      @text = @texts[place] ||= Text.new(@formats)
      @so_far = @text.so_far
    end

    # An event that is no such delta has no snapshot.
    def up_to(_bytesize) = nil
  end
end
