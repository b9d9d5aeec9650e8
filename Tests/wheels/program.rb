# frozen_string_literal: true

# One answer and a stream, for the tests of gems.
require "libresponses"

loaded = File.read("/proc/self/maps")[%r{/\S*libresponses\.so\S*}]
abort "not the one of the gem: #{loaded}" unless loaded.start_with?(File.realpath(ENV.fetch("GEM_HOME")))
Libresponses::Client.open(max_retries: 0) do |client|
  text = client.responses.create(model: "any", input: "Hello").output_text
  abort "it answered #{text}" unless text == "Hello, world!"
  pieces = client.responses.stream(model: "any", input: "Hello").text.to_a
  abort "it streamed #{pieces}" unless pieces.size > 1
end
puts "answered, by #{loaded}"
