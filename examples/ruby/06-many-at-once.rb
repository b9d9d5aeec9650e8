# frozen_string_literal: true

# 06-many-at-once.rb - 500 streams at the same time, on one thread
#
# With a fiber scheduler each stream has a fiber, which reads as if it were alone. Any scheduler does;
# this is the async gem's.
#
#     OPENAI_API_KEY=... ruby 06-many-at-once.rb 20
#
# RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server; the argument is
# another number of streams.

require "async"
require "libresponses"

model = ENV.fetch("RESPONSES_MODEL", "gpt-5")
streams = Integer(ARGV.fetch(0, "500"))
client = Libresponses::Client.new
completed = 0
events = 0

Async do |task|
  streams.times do |i|
    task.async do
      client.responses.stream(model: model, input: "Who is number #{i}?") { events += 1 }
      completed += 1
    rescue Libresponses::Error => e
      warn "#{e.class}: #{e.message}"
    end
  end
  puts "#{streams} streams are under way"
end

puts "#{completed} of #{streams} streams completed, with #{events} events"
exit completed == streams
