# frozen_string_literal: true

require "net/http"

# net/http, which comes with Ruby, and JSON.parse for every event.
class WithNetHTTP
  HEADERS = { "Authorization" => "Bearer sk-bench", "Content-Type" => "application/json" }.freeze

  def initialize(port)
    @port = port.to_i
    @http = connection
    @measure = Measure.new
  end

  # As it is usually written: events are cut off the front of a buffer.
  def stream(model, _count)
    read_all(model, :each_event)
  end

  # As carefully as it can be done: lines in place, nothing is moved but the rest of a chunk.
  def careful(model, _count)
    read_all(model, :each_event_carefully)
  end

  def first(model, _count)
    each_event(@http, model) { Measure.first_event }
  end

  def create(model, count)
    bytes = 0
    answer(model)
    @measure.begin
    count.times { bytes += answer(model).dig("output", 0, "content", 0, "text").bytesize }
    @measure.end(count, bytes)
  end

  def image(model, _count)
    @measure.begin
    @measure.end(1, answer(model).dig("output", 0, "result").bytesize)
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

  def connection = Net::HTTP.start("127.0.0.1", @port)

  def request(model, stream:)
    Net::HTTP::Post.new("/v1/responses", HEADERS).tap do |request|
      request.body = JSON.generate(Measure.body(model, stream: stream))
    end
  end

  def answer(model) = JSON.parse(@http.request(request(model, stream: false)).body)

  def read_all(model, how)
    events = bytes = 0
    @measure.begin
    send(how, @http, model) do |event|
      if event["type"] == Measure::DELTA
        events += 1
        bytes += event["delta"].bytesize
      end
    end
    @measure.end(events, bytes)
  end

  def each_event(http, model)
    buffer = +""
    http.request(request(model, stream: true)) do |response|
      response.read_body do |chunk|
        buffer << chunk
        while (stop = buffer.index("\n\n"))
          buffer.slice!(0, stop + 2).each_line do |line|
            yield JSON.parse(line.delete_prefix("data: ")) if line.start_with?("data: ")
          end
        end
      end
    end
  end

  def each_event_carefully(http, model)
    buffer = +""
    http.request(request(model, stream: true)) do |response|
      response.read_body do |chunk|
        buffer << chunk
        start = 0
        while (stop = buffer.index("\n", start))
          line = buffer.byteslice(start, stop - start)
          yield JSON.parse(line.delete_prefix("data: ")) if line.start_with?("data: ")
          start = stop + 1
        end
        buffer = buffer.byteslice(start..)
      end
    end
  end

  def read_paced(model)
    events = 0
    each_event(connection, model) do |event|
      next unless event["type"] == Measure::DELTA

      @measure.paced(event["delta"])
      events += 1
      @measure.stream_begun if events == 10
    end
    events
  end
end
