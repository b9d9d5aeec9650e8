# frozen_string_literal: true

# What reading the deltas of a long stream costs: this gem, and net/http with JSON.parse for every
# event. CPU time of this process, user and system, without the server's; the median of ROUNDS.
#
#     ruby -Ilib bench/deltas.rb [EVENTS]

require "json"
require "net/http"
require "libresponses"

EVENTS = Integer(ARGV.fetch(0, "100000"))
ROUNDS = Integer(ENV.fetch("ROUNDS", "7"))
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

# Seconds of CPU.
def measure
  GC.start
  before = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
  yield
  Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - before
end

def median(values) = values.sort[values.size / 2]

client = Libresponses::Client.new
contenders = {
  "net/http + JSON.parse" => -> { with_net_http },
  "the same, with care" => -> { with_careful_net_http },
  "stream.each" => -> { with_events(client) },
  "stream.text" => -> { with_text(client) }
}
sizes = contenders.transform_values(&:call)
abort "they do not agree: #{sizes}" if sizes.values.uniq.size != 1

# They take turns, as other work on the machine comes and goes: what is compared is of one round.
rounds = Array.new(ROUNDS) { contenders.transform_values { |contender| measure(&contender) } }
puts "#{EVENTS} events, median of #{ROUNDS} rounds (least to most)   us an event   times less"
contenders.each_key do |name|
  times = rounds.map { |round| round[name] / EVENTS * 1e6 }
  ratios = rounds.map { |round| round.first.last / round[name] }
  puts format("%-24s %6.2f (%.2f to %.2f)   %5.1f (%.1f to %.1f)", name,
              median(times), *times.minmax, median(ratios), *ratios.minmax)
end
