# frozen_string_literal: true

# Runs test/valgrind_program.rb under valgrind. Ruby itself has much to say there: its garbage collector
# looks at uninitialised memory, and nothing is freed at the end. What counts is what names the library.

require "fileutils"
require "open3"
require "rbconfig"
require "tmpdir"
require_relative "sandbox"

program = File.expand_path("valgrind_program.rb", __dir__)
reports = Dir.mktmpdir # one for each process
command = ["timeout", "300", "valgrind", "--xml=yes", "--xml-file=#{reports}/%p.xml", "--leak-check=full",
           "--show-leak-kinds=definite", "--undef-value-errors=no", "--num-callers=40",
           RbConfig.ruby, program]
environment = { "OPENAI_BASE_URL" => Sandbox.url, "OPENAI_API_KEY" => "key" }
out, status = Open3.capture2e(environment, *command)
Sandbox.stop

errors = Dir["#{reports}/*.xml"].flat_map do |file|
  found = File.read(file).scan(%r{<error>.*?</error>}m)
  # A child leaves what its parent made where it is.
  File.basename(file, ".xml") == status.pid.to_s ? found : found.grep_v(/<kind>Leak_/)
end
FileUtils.rm_r(reports)
abort out unless status.success? && out.include?("done")

# Whose memory it is: the first object of the stack that is not a library which many use.
COMMON = %r{/(vgpreload|libc\.|libcurl|libssl|libcrypto|libffi|ld-)}
ours = errors.select do |error|
  error.scan(/<obj>(.*?)</).flatten.find { |object| !object.match?(COMMON) }.to_s.include?("libresponses")
end
ours.each { |error| puts error[/<kind>(.*?)</, 1], error.scan(/<fn>(.*?)</).flatten }
abort "valgrind: #{ours.size} errors in the library" unless ours.empty?
puts "valgrind: no error and no leak of the library's (#{errors.size} of Ruby's own passed over)"
