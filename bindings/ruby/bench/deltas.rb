# frozen_string_literal: true

# What reading the deltas of a long stream costs: this gem, and net/http with JSON.parse for every
# event. CPU time of this process, user and system, without the server's.
#
#     ruby -Ilib bench/deltas.rb [EVENTS]

require "json"
require "net/http"
require "libresponses"

EVENTS = Integer(ARGV.fetch(0, "100000"))
ROUNDS = Integer(ENV.fetch("ROUNDS", "5"))
MODEL = ENV.fetch("RESPONSES_MODEL", "sandbox")
INPUT = "#long=#{EVENTS}".freeze

def request(&block)
  uri = URI("#{ENV.fetch("OPENAI_BASE_URL")}/responses")
  request = Net::HTTP::Post.new(uri, "Content-Type" => "application/json",
                                     "Authorization" => "Bearer #{ENV.fetch("OPENAI_API_KEY")}")
  request.body = JSON.generate(model: MODEL, input: INPUT, stream: true)
  Net::HTTP.start(uri.host, uri.port) { |http| http.request(request, &block) }
end

def size_of_delta(json)
  event = JSON.parse(json)
  event["type"] == "response.output_text.delta" ? event["delta"].bytesize : 0
end

# As it is usually written: events are cut off the front of a buffer.
def with_net_http
  bytes = 0
  buffer = +""
  request do |response|
    response.read_body do |chunk|
      buffer << chunk
      while (stop = buffer.index("\n\n"))
        buffer.slice!(0, stop + 2).each_line do |line|
          bytes += size_of_delta(line.delete_prefix("data: ")) if line.start_with?("data: ")
        end
      end
    end
  end
  bytes
end

# As carefully as it can be done: lines in place, nothing is moved but the rest of a chunk.
def with_careful_net_http
  bytes = 0
  buffer = +""
  request do |response|
    response.read_body do |chunk|
      buffer << chunk
      start = 0
      while (stop = buffer.index("\n", start))
        line = buffer.byteslice(start, stop - start)
        bytes += size_of_delta(line.delete_prefix("data: ")) if line.start_with?("data: ")
        start = stop + 1
      end
      buffer = buffer.byteslice(start..)
    end
  end
  bytes
end

def with_text(client)
  bytes = 0
  client.responses.stream(model: MODEL, input: INPUT).text { |piece| bytes += piece.bytesize }
  bytes
end

def with_events(client)
  bytes = 0
  client.responses.stream(model: MODEL, input: INPUT).each do |event|
    bytes += event.delta.bytesize if event.type == :"response.output_text.delta"
  end
  bytes
end

# The median of some rounds, in seconds of CPU.
def measure
  times = Array.new(ROUNDS) do
    GC.start
    before = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
    yield
    Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - before
  end
  times.sort[ROUNDS / 2]
end

client = Libresponses::Client.new
contenders = {
  "net/http + JSON.parse" => -> { with_net_http },
  "the same, with care" => -> { with_careful_net_http },
  "stream.text" => -> { with_text(client) },
  "stream.each" => -> { with_events(client) }
}
sizes = contenders.transform_values(&:call)
abort "they do not agree: #{sizes}" if sizes.values.uniq.size != 1

baseline = nil
contenders.each do |name, contender|
  seconds = measure(&contender)
  baseline ||= seconds
  puts format("%-22s %8.3f s   %6.2f us an event   %5.1f times less", name, seconds,
              seconds / EVENTS * 1e6, baseline / seconds)
end
