# frozen_string_literal: true

require "libresponses"

# The gem.
class WithLibresponses
  EVENT = Measure::DELTA.to_sym

  def initialize(port)
    @responses = Libresponses::Client.new(base_url: "http://127.0.0.1:#{port}/v1",
                                          api_key: "sk-bench").responses
    @measure = Measure.new
  end

  # Type and delta of every event.
  def stream(model, _count)
    events = bytes = 0
    @measure.begin
    @responses.stream(model: model, input: "Say hello.").each do |event|
      if event.type == EVENT
        events += 1
        bytes += event.delta.bytesize
      end
    end
    @measure.end(events, bytes)
  end

  # The text alone.
  def text(model, _count)
    events = bytes = 0
    @measure.begin
    @responses.stream(model: model, input: "Say hello.").text do |piece|
      events += 1
      bytes += piece.bytesize
    end
    @measure.end(events, bytes)
  end

  def first(model, _count)
    @responses.stream(model: model, input: "Say hello.").each { Measure.first_event }
  end

  def create(model, count)
    bytes = 0
    @responses.create(model: model, input: "Say hello.")
    @measure.begin
    count.times do
      bytes += @responses.create(model: model, input: "Say hello.").output_text.bytesize
    end
    @measure.end(count, bytes)
  end

  def image(model, _count)
    @measure.begin
    response = @responses.create(model: model, input: "Say hello.")
    @measure.end(1, response.output[0].result.bytesize)
  end

  # Streams at once, a fiber for each in one thread.
  def paced(model, count)
    require "async"
    events = []
    @measure.begin(count)
    Async { count.times { Async { events << read_paced(model) } } }
    @measure.end(events.sum)
  end

  private

  def read_paced(model)
    events = 0
    @responses.stream(model: model, input: "Say hello.").each do |event|
      next unless event.type == EVENT

      @measure.paced(event.delta)
      events += 1
      @measure.stream_begun if events == 10
    end
    events
  end
end
