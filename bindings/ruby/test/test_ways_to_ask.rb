# frozen_string_literal: true

require_relative "helper"
require_relative "scripted"
require_relative "streams"

# The ways in which the two other gems ask for responses: none of them is passed over in silence.
class TestWaysToAsk < TestCase
  include Streams

  def ask = client.responses

  def test_create_with_stream
    stream = ask.create(model: MODEL, input: "a b", stream: true)
    assert_instance_of Libresponses::Stream, stream
    assert_equal "You said: a b", stream.get_output_text
    texts = []
    response = ask.create(model: MODEL, input: "a b") { |event| texts << event.delta if event.text_delta? }
    assert_equal ["You said: a b", :completed], [texts.join, response.status]
    assert_equal :completed, ask.create(model: MODEL, input: "a", stream: false).status
    assert_raises(Libresponses::UsageError) { ask.stream(model: MODEL, input: "a", stream: false) }
  end

  def test_a_proc_gets_every_event
    chunks = []
    types = []
    one = proc { |chunk| chunks << chunk["delta"] if chunk["type"] == "response.output_text.delta" }
    two = proc { |_chunk, type| types << type }
    object = Class.new { define_method(:call) { |chunk, type| types << [chunk.type, type] } }.new
    assert_equal :completed, ask.create(model: MODEL, input: "a", stream: one).status
    assert_equal ["You", " said", ":", " a"], chunks
    ask.create(parameters: { model: MODEL, input: "a", stream: two })
    assert_equal %w[response.created response.completed], types.values_at(0, -1)
    ask.create(model: MODEL, input: "a", stream: object)
    assert_equal [:"response.completed", "response.completed"], types.last
  end

  def test_retrieve_with_stream
    id = ask.create(model: MODEL, input: "#long=5", background: true, stream: true).first.response.id
    assert_equal id, ask.retrieve(id).id
    stream = ask.retrieve(id, stream: true)
    assert_equal 0, stream.first.sequence_number
    assert_raises(Libresponses::UsageError) { ask.retrieve(id, starting_after: 3) }
    assert_raises(Libresponses::UsageError) { ask.retrieve_streaming(id, stream: false) }
  end

  # As programs for ruby-openai are written: `parameters:`, ids as keywords, Strings as keys.
  def test_ruby_openai
    one = Libresponses::Client.new(access_token: "key", uri_base: Sandbox.url.delete_suffix("v1"), request_timeout: 20,
                                   organization_id: "org", extra_headers: { "X-Mine" => "1" })
    assert_equal [Sandbox.url, "key", 20, "org"], [one.base_url, one.api_key, one.timeout, one.organization]
    made = one.responses.create(parameters: { model: MODEL, input: "Hello" })
    assert_equal "You said: Hello", made.dig("output", 0, "content", 0, "text")
    assert_equal %w[message assistant], made["output"].first.to_h.values_at(:type, :role)
    assert_equal %w[response completed message], [made["object"], made["status"], made.dig("output", 0, "type")]
    assert_equal %i[completed message], [made[:status], made.dig(:output, 0, :type)]
    assert_equal made.id, one.responses.retrieve(response_id: made["id"])["id"]
    assert_equal 1, one.responses.input_items(response_id: made.id).data.size
    assert one.responses.delete(response_id: made.id)["deleted"]
    assert_raises(Libresponses::UsageError) { Libresponses::Client.new(access_token: "a", api_key: "b") }
    assert_raises(Libresponses::UsageError) { Libresponses::Client.new(api_key: "b") { |f| f.response :logger } }
  ensure
    one&.close
  end

  def test_configure
    require "libresponses/openai"
    OpenAI.configure do |config|
      config.access_token = "configured"
      config.uri_base = Sandbox.url
    end
    assert_equal ["configured", Sandbox.url], OpenAI::Client.new.then { |one| [one.api_key, one.base_url] }
    assert_equal "mine", OpenAI::Client.new(api_key: "mine").api_key
    assert_raises(NoMethodError) { OpenAI.configuration.nothing_like_this = 1 }
  ensure
    OpenAI.configuration.each_pair { |name, _| OpenAI.configuration[name] = nil }
  end

  def test_readers
    one = client(organization: "org", timeout: 2.5, max_retries: 4)
    assert_equal [Sandbox.url, "key", "org", 2.5, 4], [one.base_url, one.api_key, one.organization, one.timeout,
                                                       one.max_retries]
    other = one.with_options(timeout_ms: 1500, api_key: "other", default_headers: { "X-A" => "1" })
    assert_equal ["other", Sandbox.url, 4], [other.api_key, other.base_url, other.max_retries]
    plain = Libresponses::Client.new(api_key: "k")
    assert_equal [0, 2], [plain.timeout, plain.max_retries]
    refute_includes one.inspect, "key"
  end

  def test_an_option_of_one_name_hides_the_other
    one = client(timeout: 5)
    assert_in_delta 1.5, one.with_options(timeout_ms: 1500).timeout
    assert_in_delta 7, client(timeout_ms: 1500).with_options(timeout: 7).timeout
  end

  def test_conversations
    one = client.conversations
    made = one.create(metadata: { a: "1" }, items: [{ role: "user", content: "Hi" }])
    assert_equal made.id, one.retrieve(made.id).id
    assert_equal "2", one.update(made.id, metadata: { a: "2" })[:metadata][:a]
    added = one.items.create(made.id, items: 3.times.map { |n| { role: "user", content: "n #{n}" } })
    assert_equal 3, added.data.size
    listed = one.items.list(made.id, limit: 1, order: :asc)
    assert_equal 4, listed.count
    item = listed.first
    assert_equal item.id, one.items.retrieve(item.id, conversation_id: made.id).id
    one.items.delete(item.id, conversation_id: made.id)
    assert_equal 3, one.items.list(made.id, include: ["message.output_text.logprobs"]).to_a.size
    assert one.delete(made.id).deleted
    assert_raises(Libresponses::UsageError) { one.items.list("") }
    assert_raises(Libresponses::NotFoundError) { one.retrieve("conv_/?nothing") }
  end

  def test_queries
    assert_equal "a=1&b[]=x%20y&b[]=%C3%BC&c[d]=true".gsub(/[\[\]]/) { |c| { "[" => "%5B", "]" => "%5D" }[c] },
                 Libresponses::Query.encode(a: 1, b: ["x y", "ü", nil], c: { d: true }, e: nil)
    assert_equal "/a%2Fb/c?x=1", Libresponses::Query.path("a/b", "c", query: { x: 1 })
  end

  def test_what_json_does_not_have
    [Object.new, String, -> {}, { deep: [Class.new(Libresponses::BaseModel)] }, $stdout].each do |value|
      error = assert_raises(Libresponses::UsageError) { ask.create(model: MODEL, input: value) }
      refute_includes error.message, "0x"
    end
    assert_equal :completed, ask.create(model: MODEL, input: "x", metadata: { at: Time.at(0), by: :me }).status
  end

  def test_missing_ids
    [-> { ask.retrieve(nil) }, -> { ask.delete }, -> { ask.cancel("") }, lambda {
                                                                           ask.input_items.list(nil)
                                                                         }].each do |call|
      assert_match(/response_id is missing/, assert_raises(Libresponses::UsageError, &call).message)
    end
  end

  def test_what_may_be_missing_is_nil
    Scripted.open(->(*) { { id: "r", object: "response", output: [{ type: "message", content: [] }] } }) do |server|
      response = client(base_url: server.url).responses.create(model: "m", input: "x")
      assert_nil response.incomplete_details
      assert_nil response.output.first.phase
      assert_respond_to response, :usage
      assert_raises(NoMethodError) { response.nothing_like_this }
      assert_raises(NoMethodError) { response.output.first.nothing_like_this }
    end
  end

  def test_ractors
    script = <<~RUBY
      require "libresponses"
      Warning[:experimental] = false
      result = Ractor.new { Libresponses::Client.new(api_key: "k") rescue [$!.class.name, $!.message] }
      puts result.take
    RUBY
    lib = File.expand_path("../lib", __dir__)
    lines = IO.popen([RbConfig.ruby, "-I#{lib}", "-e", script], &:readlines)
    assert_equal "Libresponses::UnsupportedError", lines.first.chomp
    assert_match(/main Ractor/, lines.last)
  end

  def test_marshal
    event = nil
    response = ask.stream(model: MODEL, input: "Hello") { |e| event = e if e.text_delta? }
    [response, ask.create(model: MODEL, input: "Hello")].each do |one|
      kept = Marshal.load(Marshal.dump(one))
      %i[id status output_text json http_status http_version request_id headers attempts history
         to_h].each do |name|
        assert_equal one.public_send(name), kept.public_send(name), name.to_s
      end
      assert_equal [one, one.header("X-Request-Id")], [kept, kept.header("X-Request-Id")]
      assert_equal one.output.first.content.first.text, kept.output.first.content.first.text
    end
    kept = Marshal.load(Marshal.dump([event, response.output.first]))
    assert_equal [event.type, event.delta, event.snapshot, event.json], kept[0].then { |e|
                                                                          [e.type, e.delta, e.snapshot, e.json]
                                                                        }
    assert_equal response.output.first, kept[1]
    error = assert_raises(Libresponses::ResponseFailedError) { ask.stream(model: MODEL, input: "#fail=3").until_done }
    assert_equal error.response.output_text, Marshal.load(Marshal.dump(error)).response.output_text
  end
end
