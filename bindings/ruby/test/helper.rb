# frozen_string_literal: true

require "json"
require "minitest/autorun"
require "timeout"

$LOAD_PATH.unshift File.expand_path("../lib", __dir__)
require "libresponses"
require_relative "sandbox"
require_relative "watchdog"

Minitest.after_run { Sandbox.stop }

class TestCase < Minitest::Test
  MODEL = "sandbox"

  class Hang < StandardError; end

  LIMIT = Integer(ENV.fetch("TEST_LIMIT", "180"))

  # Far longer than anything takes, so that a hang fails instead of hanging.
  def run
    Watchdog.guard("#{self.class}##{name}", 2 * LIMIT) { Timeout.timeout(LIMIT, Hang) { super } }
  end

  def client(base_url: Sandbox.url, **options)
    @clients ||= []
    @clients << Libresponses::Client.new(base_url: base_url, api_key: "key", **options)
    @clients.last
  end

  def teardown
    @clients&.each(&:close)
  end

  # That the block's pattern matches. (minitest has it from 5.18 on.)
  def assert_pattern
    yield
    pass
  rescue NoMatchingPatternError => e
    flunk e.message
  end

  # @return [Hash] request options that make the server misbehave
  def fault(spec) = { extra_headers: { "X-Sandbox-Fault" => spec } }

  # A stream that goes on for much longer than any test.
  def slow(input = "#long=100000", speed: 20, **extra)
    { model: MODEL, input: input, request_options: { extra_headers: { "X-Sandbox-Speed" => speed.to_s } }, **extra }
  end

  # A name that no other test uses.
  def tag = "#{self.class}-#{name}-#{rand(1 << 40)}".gsub(/[^A-Za-z0-9-]/, "-")

  # Waits for something that comes in its own time.
  def eventually(what, seconds = 20)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + seconds
    until yield
      flunk "never came: #{what}" if Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
      sleep 0.01
    end
  end

  # @return [Array<Integer>] the local ports of the connections that this process has with the sandbox
  def connections
    remote = URI(Sandbox.url).port.to_s(16).upcase.rjust(4, "0")
    File.readlines("/proc/net/tcp").map(&:split).select { |f| f[2]&.end_with?(":#{remote}") && f[3] == "01" }
        .map { |fields| fields[1][/\h+\z/].to_i(16) }
  end
end
