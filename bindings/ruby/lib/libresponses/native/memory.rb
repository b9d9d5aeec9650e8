# frozen_string_literal: true

require_relative "functions"

module Libresponses
  module Native
    # For sections that must run as a whole: what Thread#raise, Thread#kill and Timeout send waits
    # until the section is over. Nothing in such a section waits for the network.
    UNINTERRUPTED = { Object => :never }.freeze

    # Text of the library: UTF-8, with a length that goes beside the pointer.
    module Text
      # Yields a place for the length, and copies what the block returns.
      # @return [String, nil] nil for NULL
      def self.read
        length = FFI::MemoryPointer.new(:size_t)
        pointer = yield length
        return nil if pointer.null?

        pointer.get_bytes(0, length.get_ulong(0)).force_encoding(Encoding::UTF_8)
      end
    end

    # A pair of places, `T **out` and `responses_error **err`, that a function writes to.
    class Out
      SIZE = FFI::Pointer.size

      def initialize
        @memory = FFI::MemoryPointer.new(:pointer, 2)
        @value = @memory
        @error = @memory + SIZE
      end

      attr_reader :value, :error

      # @return [FFI::Pointer] what the function wrote
      def pointer = @value.read_pointer

      # @return [Integer] the same as a number
      def address = @value.get_ulong(0)

      # @raise [Error] when the status is a failure
      def check(status)
        raise Error.take(status, @error) if status.negative?

        self
      end
    end

    # What the library gave, and gets back when nobody has it any more. A number goes where a pointer would: an
    # FFI::AutoPointer is four objects, and costs three times as much.
    class Owned
      attr_reader :address

      # @param address [Integer]
      # @param release [Symbol] the function that takes it back
      def initialize(address, release)
        @address = address
        @return = Return.new(address, release)
        ObjectSpace.define_finalizer(self, @return)
      end

      # Gives it back now.
      def free = @return.call(nil)
    end

    # Gives something back once.
    class Return
      def initialize(address, release)
        @address = address
        @release = release
      end

      def call(_object_id)
        address = @address
        @address = nil
        Native.public_send(@release, address) if address
      end
    end
    private_constant :Return
  end
end
