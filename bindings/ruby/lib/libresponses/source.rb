# frozen_string_literal: true

module Libresponses
  # Bytes to send: what was given for a file, as a source of the library.
  #
  # @api private
  class Source
    EXPECTED = "file: expected a Pathname, an IO, a String of its bytes, or a Hash with content:, and filename: or " \
               "content_type:"
    private_constant :EXPECTED

    # @return [FFI::AutoPointer]
    attr_reader :handle

    # @param given [Pathname, IO, StringIO, String, Hash]
    def initialize(given)
      given = { content: given } unless given.is_a?(Hash)
      @out = Native::Out.new
      content = given[:content]
      @out.check(status_of(content))
      @handle = FFI::AutoPointer.new(@out.pointer, Native.method(:responses_source_free))
      say("filename", given[:filename] || name_of(content))
      say("media_type", given[:content_type])
    end

    private

    def status_of(content)
      case content
      when String then open_memory(content)
      when File then open_file(content)
      when ->(one) { one.respond_to?(:to_path) } then Native.responses_source_file(content.to_path, *places)
      when ->(one) { one.respond_to?(:read) } then open_memory(content.read.to_s)
      else raise UsageError, "#{EXPECTED}, not #{content.class}"
      end
    end

    # Kept until the calls that read it are over.
    def open_memory(bytes)
      @bytes = FFI::MemoryPointer.new(:char, [bytes.bytesize, 1].max)
      @bytes.put_bytes(0, bytes)
      Native.responses_source_memory(@bytes, bytes.bytesize, *places)
    end

    # From where it is read next. Ruby may have read ahead of that.
    def open_file(file)
      IO.for_fd(file.fileno, autoclose: false).sysseek(file.pos)
      Native.responses_source_descriptor(file.fileno, *places)
    end

    def name_of(content) = content.is_a?(File) ? File.basename(content.path) : nil

    def places = [@out.value, @out.error]

    def say(name, value)
      raise UsageError, "file: #{name}: text must not contain NUL" if value.to_s.include?("\0")

      @out.check(Native.responses_source_set(@handle, name, value.to_s, @out.error)) if value
    end
  end
end
