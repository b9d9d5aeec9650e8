# frozen_string_literal: true

# Uses every part of the gem once, and leaves nothing behind. See valgrind.rb.

$LOAD_PATH.unshift File.expand_path("../lib", __dir__)
require "libresponses"
require "logger"

def use(client)
  responses = client.responses
  id = responses.create(model: "sandbox", input: "Hello").id
  responses.retrieve(id).usage
  responses.input_items.list(id).to_a
  responses.stream(model: "sandbox", input: "#everything").each(&:json)
  responses.stream(model: "sandbox", input: "#long=500").text.first(3)
  responses.stream(model: "sandbox", input: "#huge=200000").get_output_text
  begin
    responses.create(model: "sandbox", input: 5)
  rescue Libresponses::BadRequestError => e
    e.history
  end
  begin
    responses.stream(model: "sandbox", input: "#fail=3").until_done
  rescue Libresponses::ResponseFailedError => e
    e.response.output_text
  end
  responses.delete(id)
end

def take_turns(client)
  client.responses.connect do |connection|
    id = connection.create(model: "sandbox", input: "Hello").id
    connection.stream(model: "sandbox", input: "#everything", previous_response_id: id).each(&:json)
    2.times { |i| connection.response.create(model: "sandbox", input: "Hello", stream_id: i.to_s) }
    connection.each(&:json)
    connection.stream(model: "sandbox", input: "#long=100000")
  end
  # Closed when it is collected.
  client.responses.connect.create(model: "sandbox", input: "Hello")
end

client = Libresponses::Client.new(logger: Logger.new(nil), log_level: :debug)
use(client)
take_turns(client)
Array.new(3) { Thread.new { use(client.with_options(max_retries: 1)) } }.each(&:join)
stopped = Thread.new { client.responses.stream(model: "sandbox", input: "#long=100000").each { sleep 1 } }
sleep 0.5
stopped.kill.join
Process.wait(fork { use(client) && take_turns(client) && exit!(0) })
client.close
client = nil
3.times { GC.start }
puts "done"
