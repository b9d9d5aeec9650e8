# frozen_string_literal: true

require "tmpdir"
require_relative "helper"
require "libresponses/minitest"

# Calls that are recorded, and replayed without a server.
class TestRecordings < TestCase
  include Libresponses::Recordings

  attr_reader :recordings_path

  def setup
    @recordings_path = Dir.mktmpdir
  end

  def teardown
    super
    FileUtils.rm_rf(@recordings_path)
    ENV.delete("RESPONSES_RECORD")
  end

  def ask(client)
    answer = client.responses.create(model: MODEL, input: "Hello")
    events = client.responses.stream(model: MODEL, input: "A stream").map(&:to_json)
    other = client.with_options(timeout: 30).responses.create(model: MODEL, input: "Hello")
    [answer.to_json, *events, other.to_json]
  end

  def test_a_client_records_and_replays
    file = File.join(@recordings_path, "calls.har")
    first = ask(client(record_file: file))
    log = JSON.parse(File.read(file))["log"]
    assert_equal([200] * 3, log["entries"].map { |entry| entry["response"]["status"] })
    replaying = client(replay_file: file, base_url: "http://no-such-host.invalid/v1")
    assert_equal first, ask(replaying)
    error = assert_raises(Libresponses::UsageError) { ask(replaying) }
    assert_includes error.message, "3 of 3 recordings are used"
  end

  def test_a_block_is_recorded_once
    first = recording("some/calls", api_key: "sk-of-the-recorder", base_url: Sandbox.url) { |client| ask(client) }
    file = File.join(@recordings_path, "some/calls.har")
    refute_includes File.read(file), "of-the-recorder"
    %w[once none].each do |mode|
      ENV["RESPONSES_RECORD"] = mode
      assert_equal(first, recording("some/calls") { |client| ask(client) })
    end
    ENV["RESPONSES_RECORD"] = "all"
    recording("some/calls", api_key: "key", base_url: Sandbox.url) do |client|
      client.responses.create(model: MODEL, input: "x")
    end
    assert_equal 1, JSON.parse(File.read(file))["log"]["entries"].length
  end

  def test_nothing_is_recorded_that_must_not_be
    ENV["RESPONSES_RECORD"] = "none"
    error = assert_raises(Libresponses::UsageError) { recording("none") { flunk } }
    assert_includes error.message, "none.har"
    ENV["RESPONSES_RECORD"] = "never"
    assert_raises(Libresponses::UsageError) { recording("none") { flunk } }
  end

  def test_a_block_that_fails_leaves_no_recording
    assert_raises(ZeroDivisionError) do
      recording("broken", api_key: "key", base_url: Sandbox.url) do |client|
        client.responses.create(model: MODEL, input: "Hello")
        1 / 0
      end
    end
    assert_empty Dir.children(@recordings_path)
  end
end
