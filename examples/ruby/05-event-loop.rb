# frozen_string_literal: true

# 05-event-loop.rb - a stream beside other work, which goes on while the stream waits
#
# Waiting is done by Ruby: other threads run meanwhile, and under a fiber scheduler (the async gem,
# Falcon) so do other fibers of the same thread. Here a thread with a clock is the other work.
#
#     OPENAI_API_KEY=... ruby 05-event-loop.rb
#
# RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.

require "libresponses"

model = ENV.fetch("RESPONSES_MODEL", "gpt-5")
client = Libresponses::Client.new
$stdout.sync = true

ticks = 0
clock = Thread.new { loop { sleep(0.01) && ticks += 1 } }

stream = client.responses.stream(model: model, input: "What is an event loop?")
stream.text.each { |piece| print piece }
clock.kill

puts "\n[#{stream.get_final_response.status}, and the clock ticked #{ticks} times meanwhile]"
