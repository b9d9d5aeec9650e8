# frozen_string_literal: true

require "fileutils"
require_relative "../libresponses"

module Libresponses
  # For tests that record their calls once, and replay them from then on: without a server, without a key.
  #
  #     require "libresponses/minitest"
  #
  #     class GreetingTest < Minitest::Test
  #       include Libresponses::Recordings
  #
  #       def test_greeting
  #         recording("greeting") do |client|
  #           assert_includes client.responses.create(model: "gpt-5", input: "Greet me").output_text, "Hello"
  #         end
  #       end
  #     end
  #
  # RESPONSES_RECORD in the environment says which tests record: `once`, those without a recording; `none`; `all`, anew.
  module Recordings
    # @return [String] the folder of recordings; a test class may have another
    def recordings_path = File.join("test", "recordings")

    # Yields a client that records to a file, or replays it.
    # @param name [String] of the file, without ".har"; it may have folders in it
    # @param options [Hash] of the client
    # @return what the block returns
    # @raise [UsageError] when there is no recording, and none is to be made
    def recording(name, **options, &block)
      file = File.join(recordings_path, "#{name}.har")
      option = Recordings.prepare(file)
      is_over = false
      begin
        result = Client.open(option => file, **options, &block)
        is_over = true
        result
      ensure
        # What a failing test has recorded is no good to replay.
        FileUtils.rm_f(file) if option == :record_file && !is_over
      end
    end

    # @api private
    # @return [Symbol] the option that the file is for
    def self.prepare(file)
      mode = ENV.fetch("RESPONSES_RECORD", "once")
      raise UsageError, "RESPONSES_RECORD: expected once, none or all" unless %w[once none all].include?(mode)
      return :replay_file if mode != "all" && File.exist?(file)
      raise UsageError, "#{file} is not there, and RESPONSES_RECORD=none records nothing" if mode == "none"

      FileUtils.mkdir_p(File.dirname(file))
      FileUtils.rm_f(file)
      :record_file
    end
  end
end
