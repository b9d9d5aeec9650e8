# frozen_string_literal: true

require "json"
require "net/http"

# A sandbox server for all tests of a process.
module Sandbox
  PROGRAM = ENV.fetch("SANDBOX") { File.expand_path("../../../build/bin/responses-sandbox", __dir__) }

  def self.url
    @url ||= begin
      abort "#{PROGRAM} is missing: make sandbox" unless File.executable?(PROGRAM)
      # Nothing of the user's own set-up is meant for it.
      %w[OPENAI_ORG_ID OPENAI_PROJECT_ID OPENAI_CUSTOM_HEADERS http_proxy all_proxy].each { |n| ENV.delete(n) }
      @owner = Process.pid
      @server = IO.popen([PROGRAM, "--port", "0", { err: File::NULL }])
      @server.gets.strip
    end
  end

  # Ends the server; a child of the process that started it does not.
  def self.stop
    return unless @owner == Process.pid

    Process.kill(:TERM, @server.pid)
    @server.close
  end

  # @return [Array<Hash>] the requests that were sent with a tag
  def self.requests(tag)
    address = URI("#{url.delete_suffix("/v1")}/sandbox/requests?tag=#{tag}")
    JSON.parse(Net::HTTP.get(address), symbolize_names: true)[:data]
  end
end
