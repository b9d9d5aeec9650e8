# frozen_string_literal: true

# The same work with Ruby's net/http: net_http.rb WORKLOAD PORT MODEL [COUNT]
require "json"
require "net/http"

workload, port, model, count = ARGV
http = Net::HTTP.start("127.0.0.1", port.to_i)
headers = { "Authorization" => "Bearer sk-bench", "Content-Type" => "application/json" }
body = JSON.generate(model: model, stream: workload != "create", input: "Say hello.")
events = bytes = 0
begun = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)

(count || 1).to_i.times do
  request = Net::HTTP::Post.new("/v1/responses", headers)
  request.body = body
  if workload == "create"
    JSON.parse(http.request(request).body)
    events += 1
    next
  end
  http.request(request) do |answer|
    rest = +""
    answer.read_body do |chunk|
      rest << chunk
      while (line = rest.slice!(/\A[^\n]*\n/))
        next unless line.start_with?("data: ")

        if workload == "first"
          puts 0
          exit!(0)
        end
        event = JSON.parse(line[6..])
        next unless event["type"] == "response.output_text.delta"

        events += 1
        bytes += event["delta"].bytesize
      end
    end
  end
end

cpu = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - begun
puts JSON.generate(cpu_us: (cpu * 1e6).to_i, events: events, bytes: bytes)
