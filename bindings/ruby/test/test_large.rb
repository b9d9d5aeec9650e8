# frozen_string_literal: true

require_relative "helper"
require_relative "scripted"

# Of a large answer only what is asked for is parsed. It reads as any other.
class TestLarge < TestCase
  IMAGE = "iVBORw0KGgo=" * 200_000
  TEXT = "\u00fc\u{1f600}\"\\/\n\t\0" * 20_000
  ANSWER = {
    id: "resp_1", object: "response", status: "completed", "a/b~c": 1, error: nil, temperature: 0.5, background: false,
    output: [
      { id: "ig_1", type: "image_generation_call", status: "completed", result: IMAGE },
      { id: "msg_1", type: "message", role: "assistant", status: "completed",
        content: [{ type: "output_text", text: TEXT, annotations: Array.new(5000) do |n|
                                                                    { type: "file_path", index: n }
                                                                  end }] }
    ],
    usage: { total_tokens: 7 }
  }.freeze

  def answer(body = JSON.generate(ANSWER))
    Scripted.open(->(*) { [200, "application/json", body] }) do |server|
      client(base_url: server.url).responses.create(model: "m", input: "x")
    end
  end

  def test_it_reads_as_any_other
    response = answer
    assert_equal [IMAGE, TEXT], [response.output[0].result, response.output[1].content[0].text]
    assert_equal [Encoding::UTF_8] * 2, [IMAGE, TEXT].map(&:encoding)
    assert_equal [:image_generation_call, :completed, "image_generation_call"],
                 [response.output[0].type, response.output[0].status, response.output[0]["type"]]
    assert_equal [7, 1, 0.5, false, nil], [response.usage.total_tokens, response[:"a/b~c"], response.temperature,
                                           response.background, response.error]
    assert_equal [true, true, false], [response.key?(:error), response.respond_to?(:usage), response.key?(:nothing)]
    assert_nil response[:nothing]
    assert_nil response.incomplete_details
    assert_raises(NoMethodError) { response.nothing_like_this }
    assert_equal 4999, response.dig(:output, 1, :content, 0, :annotations, 4999, :index)
    assert_pattern { response => { output: [_, { type: :message, content: [{ text: String }] }] } }
    assert_equal TEXT, response.output_text
  end

  def test_all_of_it
    response = answer
    assert_equal IMAGE, response.output[0].result
    assert_equal ANSWER, response.to_h
    assert_equal ANSWER[:output][0], response.output[0].to_h
    assert_equal response, Marshal.load(Marshal.dump(response))
    assert_equal response.output, answer.output
  end

  def test_parts_of_it_have_classes_of_their_own
    require "libresponses/openai"
    assert_instance_of OpenAI::Responses::ImageGenerationCall, answer.output[0]
    assert_instance_of OpenAI::Responses::ResponseOutputMessage, answer.output[1]
  end

  # Whatever comes where the text is cut: escapes, characters of several bytes, ends of strings, long names.
  def test_it_is_cut_through_nothing
    parts = ["\\", '"', "\u00fc", "\u{1f600}", "\n", "\0", "a", ":", ",", "{", "\u2028", "x" * 70_000, "y" * 200_000]
    25.times do |seed|
      random = Random.new(seed)
      long = -> { Array.new(random.rand(1..12)) { parts.sample(random: random) * random.rand(1..4) }.join }
      value = { "a" => long.call, long.call => [long.call, { "b" => [1, nil, long.call] }], "c" => long.call }
      json = JSON.generate(value, ascii_only: random.rand(2).zero?)
      read = ->(place, length) { json.byteslice(place, length).b }
      parsed = Libresponses::LargeDocument.new(json.bytesize, &read).parse
      assert JSON.parse(json, symbolize_names: true) == parsed, "seed #{seed}"
      assert_equal [Encoding::UTF_8, true], [parsed[:a].encoding, parsed[:a].valid_encoding?]
    end
  end

  def test_many_items
    items = Array.new(20) { |n| { id: "item_#{n}", text: "x" * 100_000 } }
    response = answer(JSON.generate(object: "list", data: items))
    assert_equal items.map { |item| item[:id] }, response.data.map(&:id)
  end

  # The document, and the text that was taken out of it.
  def test_memory
    script = <<~'RUBY'
      require "libresponses"
      require "./scripted"
      body = %({"id":"r","output":[{"type":"image_generation_call","result":"#{"A" * 30_000_000}"}]})
      Scripted.open(->(*) { [200, "application/json", body] }) do |server|
        client = Libresponses::Client.new(base_url: server.url, api_key: "k")
        response = client.responses.create(model: "m", input: "x")
        GC.start
        peak = -> { File.read("/proc/self/status")[/VmHWM:\s+(\d+)/, 1].to_i * 1024 }
        File.write("/proc/self/clear_refs", "5")
        before = peak.call
        size = response.output[0].result.bytesize
        puts size, peak.call - before
      end
    RUBY
    lib = File.expand_path("../lib", __dir__)
    size, more = IO.popen([RbConfig.ruby, "-I#{lib}", "-e", script, { chdir: __dir__ }], &:readlines).map(&:to_i)
    assert_equal 30_000_000, size
    assert_operator more, :<, 1.3 * size
  end
end
