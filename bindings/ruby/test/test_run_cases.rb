# frozen_string_literal: true

require_relative "helper"
require_relative "scripted"

# The cases that the tool loops of all languages are held to: Tests/runs/README.md says what they mean.
class TestRunCases < TestCase
  CASES = JSON.parse(File.read(File.expand_path("../../../Tests/runs/cases.json", __dir__)))

  # A server that answers with the answers of a case, as streams where it is asked for those.
  class Answers
    def initialize(answers) = @answers = answers.dup

    def call(_target, body)
      one = @answers.shift
      return [one["status"], "application/json", JSON.generate(one)] unless one["response"]
      return one["response"] unless JSON.parse(body)["stream"]

      [200, "text/event-stream", stream(one["response"])]
    end

    private

    def stream(response)
      items = response["output"].each_with_index.map do |item, index|
        { type: "response.output_item.done", output_index: index, item: item }
      end
      [{ type: "response.created", response: response.merge("status" => "in_progress", "output" => []) }, *items,
       { type: "response.#{response["status"] || "completed"}", response: response }]
        .each_with_index.map { |event, number| "data: #{JSON.generate(sequence_number: number, **event)}\n\n" }.join
    end
  end

  def test_there_are_cases = assert_operator(CASES.size, :>, 30)

  CASES.each_with_index do |one, number|
    [false, true].each do |streamed|
      define_method("test_#{number}_#{one["name"].tr(" ", "_")}#{"_streamed" if streamed}") { play(one, streamed) }
    end
  end

  private

  def play(one, streamed)
    called = []
    Scripted.open(Answers.new(one["answers"])) do |server|
      check_end(one["end"], *ended { run_case(one, server, called, streamed) })
      check_sent(one["sent"], server.bodies.map { |body| JSON.parse(body) }, streamed)
    end
    assert_equal one["called"], called
  end

  def run_case(one, server, called, streamed)
    params = one["body"].transform_keys(&:to_sym)
    params[:max_steps] = one["max_steps"] if one["max_steps"]
    params[:tools] = one["tools"].map { |name| tool(name, called) }
    on_event = ->(event) { assert_match(/^response\./, event.type.to_s) } if streamed
    client(base_url: server.url, max_retries: 0).responses.run(**params, &on_event)
  end

  # @return [Array(Response, String)] the last response, and the words of the error if there was one
  def ended
    [yield, nil]
  rescue Libresponses::ToolError => e
    [e.response, e.message]
  end

  def check_end(wanted, response, problem)
    assert_equal wanted["id"], response.id
    assert_equal wanted["status"], response.status.to_s if wanted["status"]
    return assert_nil(problem) unless wanted["error"]

    assert_includes problem, wanted["error"]
  end

  def check_sent(wanted, bodies, streamed)
    assert_equal wanted.size, bodies.size
    wanted.zip(bodies) do |members, body|
      assert_equal streamed, body["stream"] == true
      members.each do |name, value|
        next refute_includes(body.keys, name) if value == "<absent>"

        assert as_asked?(body[name], value), "#{name}: #{body}"
      end
    end
  end

  def as_asked?(found, wanted)
    case wanted
    when /\A~/ then found.is_a?(String) && found.include?(wanted[1..])
    when Array
      found.is_a?(Array) && found.size == wanted.size && found.zip(wanted).all? { |pair| as_asked?(*pair) }
    when Hash
      found.is_a?(Hash) && found.keys.sort == wanted.keys.sort &&
        wanted.all? { |name, value| as_asked?(found[name], value) }
    else found == wanted
    end
  end

  # The tools of the cases, which note that they were called.
  TOOLS = {
    "get_weather" => [{ city: String }, ->(city:) { "21 degrees in #{city}" }],
    "add" => [{ a: Integer, b: Integer }, ->(a:, b:) { a + b }],
    "broken" => [{}, -> { raise IOError, "the sensor is broken" }],
    "photo" => [{}, -> { [{ type: "input_image", image_url: "data:image/png;base64,AA==" }] }]
  }.freeze

  def tool(name, called)
    parameters, function = TOOLS[name]
    return { type: "function", name: name, parameters: { type: "object", properties: {} } } unless function

    Libresponses::Tool.new(name, parameters: parameters) do |**arguments|
      called << name
      function.call(**arguments)
    end
  end
end
