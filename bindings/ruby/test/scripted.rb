# frozen_string_literal: true

require "json"
require "socket"

# A server that answers with what a test hands it.
class Scripted
  attr_reader :url, :seen, :bodies
  # How many connections there have been.
  attr_reader :accepted

  # Yields it, and stops it afterwards.
  # @param answer [Proc] makes of a request's target and body a status, a content type, a body and, if it likes,
  #   headers, or something to send as JSON
  def self.open(answer)
    server = new(answer)
    yield server
  ensure
    server&.stop
  end

  def initialize(answer)
    @answer = answer
    @seen = []
    @bodies = []
    @accepted = 0
    @socket = TCPServer.new("127.0.0.1", 0)
    @url = "http://127.0.0.1:#{@socket.addr[1]}/v1"
    @threads = []
    @acceptor = Thread.new { loop { @threads << serve(@socket.accept.tap { @accepted += 1 }) } }
    @acceptor.report_on_exception = false
  end

  def stop
    @acceptor.kill.join
    @threads.each { |thread| thread.kill.join }
    @socket.close
  end

  private

  def serve(connection)
    Thread.new do
      while (line = connection.gets)
        respond(connection, line.split[1], connection.read(length(connection)))
      end
    rescue SystemCallError, IOError
      nil # the client went away
    ensure
      connection.close
    end
  end

  def length(connection)
    size = 0
    while (line = connection.gets.to_s.chomp) != ""
      size = line[/\d+/].to_i if line.downcase.start_with?("content-length:")
    end
    size
  end

  def respond(connection, target, body)
    @seen << target
    @bodies << body
    made = @answer.call(target, body)
    made = [200, "application/json", JSON.generate(made)] unless made.is_a?(Array)
    status, type, text, headers = made
    lines = { "Content-Type" => type, "Content-Length" => text.bytesize }.merge(headers.to_h)
    connection.write("HTTP/1.1 #{status} X\r\n#{lines.map { |line| "#{line.join(": ")}\r\n" }.join}\r\n#{text}")
  end
end
