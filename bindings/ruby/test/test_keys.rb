# frozen_string_literal: true

require_relative "helper"
require_relative "scripted"

# Keys that are procs are asked for each attempt.
class TestKeys < TestCase
  ANSWER = { id: "resp_1", object: "response", status: "completed", output: [] }.freeze

  # Yields the address of a server that notes the keys that it gets, and these.
  # @param refused [Array<String>] keys that are answered with 401
  def noting(failures: 0, refused: [])
    keys = []
    server = TCPServer.new("127.0.0.1", 0)
    thread = Thread.new do
      loop do
        connection = server.accept
        keys << take_request(connection)
        status = refused.include?(keys.last) ? 401 : 200
        status = 503 if keys.size <= failures
        body = JSON.generate(ANSWER)
        connection.write("HTTP/1.1 #{status} X\r\nretry-after-ms: 5\r\nContent-Type: application/json\r\n" \
                         "Connection: close\r\nContent-Length: #{body.bytesize}\r\n\r\n#{body}")
        connection.close
      end
    end
    yield "http://127.0.0.1:#{server.addr[1]}/v1", keys
  ensure
    thread&.kill&.join
    server&.close
  end

  def take_request(connection)
    head = connection.gets("\r\n\r\n")
    connection.read(head[/content-length: (\d+)/i, 1].to_i)
    head[/authorization: Bearer (.*?)\r/i, 1]
  end

  def counting
    number = 0
    -> { "k#{number += 1}" }
  end

  def ask(url, key, **options) = client(base_url: url, api_key: key, **options).responses.create(model: "m", input: "x")

  def test_every_attempt_has_its_own
    noting(failures: 2) do |url, keys|
      assert_equal "resp_1", ask(url, counting).id
      assert_equal %w[k1 k2 k3], keys
    end
  end

  def test_a_key_that_was_refused_is_asked_for_again
    noting(refused: ["k1"]) do |url, keys|
      assert_equal "resp_1", ask(url, counting, max_retries: 0).id
      assert_equal %w[k1 k2], keys
    end
  end

  def test_derived_clients
    noting do |url, keys|
      one = client(base_url: url, api_key: counting)
      one.with_options(timeout: 20).responses.create(model: "m", input: "x")
      one.responses.create(model: "m", input: "x", request_options: { timeout: 20 })
      one.with_options(api_key: "text").responses.create(model: "m", input: "x")
      one.responses.create(model: "m", input: "x", request_options: { api_key: -> { "other" } })
      one.responses.create(model: "m", input: "x")
      assert_equal %w[k1 k2 text other k3], keys
      assert_respond_to one.api_key, :call
    end
  end

  class Locked < StandardError; end

  def test_what_the_proc_raises_is_raised
    noting do |url, keys|
      assert_raises(Locked) { ask(url, -> { raise Locked, "vault" }) }
      error = assert_raises(Libresponses::UsageError) { ask(url, -> { 7 }) }
      assert_match(/expected text from the proc, not a Integer/, error.message)
      error = assert_raises(Libresponses::UsageError) { ask(url, -> { "secret\nkey" }) }
      refute_includes error.message, "secret"
      assert_empty keys
    end
  end

  # It may take its time: other calls of the client go on, and Timeout ends the wait for it.
  def test_a_slow_proc
    noting do |url, keys|
      slow = Queue.new
      one = client(base_url: url, api_key: -> { slow.pop })
      waiting = Thread.new { one.responses.create(model: "m", input: "x").id }
      other = one.with_options(api_key: "text").responses.create(model: "m", input: "x").id
      assert_raises(Timeout::Error) { Timeout.timeout(0.05) { one.responses.create(model: "m", input: "x") } }
      2.times { slow << "late" }
      assert_equal %w[resp_1 resp_1], [other, waiting.value]
      assert_equal %w[text late], keys
    end
  end

  def test_a_key_after_the_client_was_closed
    noting do |url, keys|
      slow = Queue.new
      one = client(base_url: url, api_key: -> { slow.pop })
      waiting = Thread.new { one.responses.create(model: "m", input: "x").id }
      eventually("the key is asked for") { slow.num_waiting == 1 }
      one.close
      GC.start
      slow << "late"
      assert_equal ["resp_1", ["late"]], [waiting.value, keys]
    end
  end
end
