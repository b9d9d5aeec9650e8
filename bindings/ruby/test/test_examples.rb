# frozen_string_literal: true

require_relative "helper"
require "open3"

# Every example in examples/ruby runs, and ends as it should.
class TestExamples < TestCase
  DIRECTORY = File.expand_path("../../../examples/ruby", __dir__)

  # The last line that each one prints.
  EXPECTED = {
    "01-create" => /\A\[resp_.* is completed, \d+ tokens\]\z/,
    "02-stream" => /\A\[resp_.* is completed after \d+ events\]\z/,
    "03-background" => /\Adeleted +true\z/,
    "04-input-items" => /\A\[7 items on 3 pages\]\z/,
    "05-event-loop" => /\A\[completed, and the clock ticked [1-9]\d* times meanwhile\]\z/,
    "06-many-at-once" => /\A500 of 500 streams completed, with \d+ events\z/,
    "07-tools" => /\A\[completed, get_weather was called 1 times\]\z/,
    "09-structured" => /\A\[Event with \d+ participants\]\z/,
    "10-session" => /\A\[completed, turns: 1, connections: 1\]\z/
  }.freeze

  def test_there_is_a_test_for_each
    assert_equal Dir[File.join(DIRECTORY, "*.rb")].map { |file| File.basename(file, ".rb") }.sort, EXPECTED.keys
  end

  EXPECTED.each do |name, last_line|
    define_method("test_#{name}") { assert_match last_line, run_example(name, MODEL).last }
  end

  def test_tools_with_several_calls_and_with_a_bad_one
    assert_equal ["get_weather: Paris", "get_weather: Rome",
                  "The tool answered: 21 degrees in Paris; 21 degrees in Rome",
                  "[completed, get_weather was called 2 times]"], run_example("07-tools", "sandbox-parallel-calls")
    answer, last = run_example("07-tools", "sandbox-broken-arguments")
    assert_match(/\AThe tool answered: {"error":"the arguments are wrong: JSON::ParserError/, answer)
    assert_equal "[completed, get_weather was called 0 times]", last
  end

  def test_a_session_with_several_calls_and_with_a_bad_one
    assert_equal ["get_weather: Paris", "get_weather: Rome",
                  "The tool answered: 21 degrees in Paris; 21 degrees in Rome",
                  "[completed, turns: 2, connections: 1]"], run_example("10-session", "sandbox-parallel-calls")
    assert_equal ["The tool answered: error: no JSON with a city", "[completed, turns: 2, connections: 1]"],
                 run_example("10-session", "sandbox-broken-arguments")
  end

  def test_other_servers
    ["long-ids; no-last-id; plain-content", "long-ids=1000; no-background"].each do |ways|
      %w[03-background 04-input-items].each do |name|
        lines = run_example(name, MODEL, "X-Sandbox-Fault: #{ways}")
        assert_match EXPECTED.fetch(name), lines.last
        assert_match(/Count to a million\.|Number 7\./, lines.join)
      end
    end
  end

  private

  # The lines that an example prints. Slow enough for a clock to tick beside it.
  def run_example(name, model, header = "X-Sandbox-Speed: 100")
    environment = {
      "OPENAI_BASE_URL" => Sandbox.url, "OPENAI_API_KEY" => "key", "RESPONSES_MODEL" => model,
      "OPENAI_CUSTOM_HEADERS" => header
    }
    lib = File.expand_path("../lib", __dir__)
    out, status = Open3.capture2e(environment, RbConfig.ruby, "-w", "-I#{lib}", File.join(DIRECTORY, "#{name}.rb"))
    assert_predicate status, :success?, out
    out.lines.map(&:chomp)
  end
end
