# frozen_string_literal: true

require_relative "helper"
require "logger"
require "pp" # rubocop:disable Lint/RedundantRequireStatement -- PP.pp is not loaded by itself
require "stringio"

# A key, a proxy's password and other values of the caller are in nothing that is shown to people.
class TestSecrets < TestCase
  CANARY = "CANARY-5ecret"

  # Everything that people see of an object without asking for the secret itself.
  def shown(value)
    parts = [value.inspect, value.to_s, PP.pp(value, +"")]
    if value.is_a?(Exception)
      parts << value.full_message(highlight: false)
      parts << value.detailed_message if value.respond_to?(:detailed_message)
      parts.concat(value.instance_variables.map { |name| value.instance_variable_get(name).inspect })
      parts << shown(value.cause) if value.cause
    end
    parts.join("\n")
  end

  def secretive(value) = refute_includes(shown(value), CANARY)

  def test_clients_and_what_they_raise
    [
      { api_key: CANARY }, { headers: { "X-Secret" => CANARY } }, { default_query: { key: CANARY } },
      { proxy: "http://user:#{CANARY}@127.0.0.1:9", no_proxy: "" }
    ].each do |secret|
      log = StringIO.new
      one = client(api_key: "key", **secret, max_retries: 1, logger: Logger.new(log), log_level: :debug)
      [one, one.with_options(timeout: 5)].each do |each|
        items = each.responses.input_items
        stream = each.responses.stream(model: MODEL, input: "x")
        [each, each.responses, items, items.list("resp_1"), stream, each.session].each { |value| secretive(value) }
        ["status=401", "status=503; retry-after-ms=1", "no-response=rst", "bad-json"].each do |spec|
          secretive(assert_raises(Libresponses::Error) do
            each.responses.create(model: MODEL, input: "x", request_options: fault(spec))
          end)
        end
        stream.close
      end
      refute_empty log.string
      refute_includes log.string, CANARY
    end
  end

  def test_arguments_that_are_refused
    nul = "#{CANARY}\0"
    [
      { api_key: "#{CANARY}\n" }, { api_key: nul }, { base_url: -> { CANARY } }, { organization: "#{CANARY}\n" },
      { project: "#{CANARY}\r" }, { timeout: CANARY }, { max_retries: CANARY }, { headers: { "A" => "#{CANARY}\n" } },
      { headers: { "#{CANARY}:" => "a" } }, { headers: { "A" => nul } }, { headers: { nul => "a" } },
      { CANARY.to_sym => 1 }, { nul.to_sym => 1 }, { idle_timeout_ms: CANARY }, { idle_timeout: CANARY },
      { http_version: CANARY }, { tls_verify: CANARY }, { max_event_bytes: CANARY },
      { auth_header: "#{CANARY}\n" }, { log_level: CANARY.to_sym, logger: Logger.new(nil) }
    ].each do |arguments|
      secretive(assert_raises(Libresponses::UsageError, arguments.inspect) { client(**arguments) })
    end
    [CANARY, "ftp://user:#{CANARY}@host", "http://#{CANARY}\0"].each do |url|
      secretive(assert_raises(Libresponses::UsageError) { Libresponses::Client.new(base_url: url, api_key: "k") })
    end
  end

  def test_arguments_of_calls_that_are_refused
    responses = client.responses
    asked = { model: MODEL, input: "x" }
    [
      -> { responses.retrieve("#{CANARY}\0") },
      -> { responses.create(model: CANARY, input: Float::NAN) },
      -> { responses.create(model: MODEL, input: "#{CANARY}\xff") },
      -> { responses.create(**asked, request_options: { extra_headers: { CANARY => "#{CANARY}\n" } }) },
      -> { responses.create(**asked, request_options: { timeout: CANARY }) },
      -> { responses.create(**asked, request_options: { CANARY.to_sym => 1 }) },
      -> { client.request(:get, "/#{CANARY}\n") },
      -> { client.request(:get, "/#{CANARY}\0") },
      -> { client.request(:get, CANARY) },
      -> { client.request(CANARY, "/models") }
    ].each_with_index { |call, i| secretive(assert_raises(Libresponses::UsageError, "number #{i}", &call)) }
  end
end
