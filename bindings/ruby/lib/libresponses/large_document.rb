# frozen_string_literal: true

require_relative "record"

module Libresponses
  # Parses a large JSON text in the library's memory, such as an answer with an image in it. The parser gets it
  # without the long strings, which are put in afterwards: so each of them is in memory twice, in the library and as
  # a String of Ruby, and not three or four times.
  #
  # @api private
  class LargeDocument
    # From this size on it is worth it.
    BYTES = 1_048_576
    PIECE = 65_536
    private_constant :PIECE

    # @param length [Integer] of the text
    # @param read yields a place and a length, for a piece of the text
    def initialize(length, &read)
      @length = length
      @read = read
      # Nothing that a server sends begins so.
      @mark = "\\u0000#{Random.bytes(12).unpack1("H*")}:"
      @cuts = []
    end

    # @return [Object] with symbols for names
    def parse
      parsed = Document.parse(shortened.force_encoding(Encoding::UTF_8))
      @mark = JSON.parse("\"#{@mark}\"")
      @cuts.empty? ? parsed : restored(parsed)
    end

    private

    # The text without the pieces that are nothing but the inside of a string. The first such piece stays, so that
    # nothing is cut through: neither an escape nor a character.
    def shortened
      text = String.new(encoding: Encoding::BINARY)
      state = State.new
      0.step(@length - 1, PIECE) do |place|
        piece = @read.call(place, [PIECE, @length - place].min)
        is_plain = state.is_inside && plain?(piece)
        if is_plain && state.was_plain
          cut(text, place, piece.bytesize)
        else
          text << piece
          state.go_over(piece) unless is_plain
        end
        state.was_plain = is_plain
        piece.clear # now, and not when it is collected
      end
      text
    end

    # Whether a place is inside of a string.
    class State
      attr_reader :is_inside
      attr_accessor :was_plain

      def initialize
        @is_inside = @is_escaped = @was_plain = false
      end

      def go_over(piece)
        piece = piece.byteslice(1..) if @is_escaped
        # Escapes are of no interest here; at the end there may be half of one.
        piece = piece.gsub(/\\./mn, "") if piece.include?("\\")
        @is_escaped = piece.end_with?("\\")
        @is_inside ^= piece.count('"').odd?
      end
    end
    private_constant :State

    def plain?(piece) = piece.ascii_only? && !piece.include?('"') && !piece.include?("\\")

    def cut(text, place, length)
      last = @cuts.last
      return last[1] += length if last && last.sum == place

      text << @mark << @cuts.size.to_s << ";"
      @cuts << [place, length]
    end

    def restored(value)
      case value
      when Hash then value.to_h { |name, inner| [marked?(name.name) ? text(name.name).to_sym : name, restored(inner)] }
      when Array then value.map { |inner| restored(inner) }
      when String then marked?(value) ? text(value) : value
      else value
      end
    end

    def marked?(text) = text.include?(@mark)

    # @return [String] with what was cut out of it
    def text(value)
      head, *rest = value.b.split(@mark.b, -1)
      cuts = rest.map { |part| part.split(";", 2) }
      size = cuts.sum(value.bytesize) { |number, _| @cuts[number.to_i].last }
      cuts.each_with_object(String.new(head, capacity: size)) do |(number, tail), made|
        append(made, *@cuts[number.to_i])
        made << tail
      end.force_encoding(Encoding::UTF_8)
    end

    def append(text, place, length)
      place.step(place + length - 1, PIECE) do |at|
        piece = @read.call(at, [PIECE, place + length - at].min)
        text << piece
        piece.clear
      end
    end
  end
end
