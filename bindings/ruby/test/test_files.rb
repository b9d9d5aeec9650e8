# frozen_string_literal: true

require_relative "helper"
require_relative "scripted"
require "pathname"
require "stringio"
require "tempfile"

# Files: uploads from what a program may have one in, and downloads.
class TestFiles < TestCase
  DATA = ((0..255).map(&:chr).join.b * 300)

  def answer(path, body)
    return [404, "application/json", '{"error":{"message":"no such file"}}'] if path.include?("missing")
    return [200, "image/png", DATA] if path.end_with?("/content")

    if path.include?("files?") || (path.end_with?("/files") && body.to_s.empty?)
      return { data: [{ id: "file_1" }], has_more: !path.include?("after="), last_id: "file_1" }
    end

    { id: "file_1", deleted: true }
  end

  def with_server(answer = method(:answer))
    Scripted.open(answer) do |server|
      client = Libresponses::Client.new(api_key: "k", base_url: server.url, max_retries: 1, retry_min_ms: 1)
      yield client, server
      client.close
    end
  end

  def test_uploads
    Tempfile.create("a b", binmode: true) do |file|
      file.write(DATA)
      file.flush
      file.seek(100)
      with_server do |client, server|
        { Pathname(file.path) => [File.basename(file.path), DATA], file => [File.basename(file.path), DATA[100..]],
          DATA => ["file", DATA], StringIO.new(DATA) => ["file", DATA],
          { content: DATA, filename: "x\".png", content_type: "image/png" } => ["x%22.png", DATA] }
          .each do |given, told|
          made = client.files.create(file: given, purpose: :user_data, expires_after: { seconds: 3600 })
          assert_equal "file_1", made.id
          body = server.bodies.last.b
          assert_includes body, "name=\"purpose\"\r\n\r\nuser_data\r\n"
          assert_includes body, "name=\"expires_after[seconds]\"\r\n\r\n3600\r\n"
          assert_includes body, "filename=\"#{told[0]}\"\r\n".b
          assert_includes body, "#{"\r\n\r\n".b}#{told[1]}\r\n--"
        end
        assert_includes server.bodies.last, "Content-Type: image/png\r\n"
      end
    end
  end

  def test_what_is_no_file
    with_server do |client, server|
      [nil, 3, Pathname("/no/such/file"), { content: 1 }, { content: "x", filename: "a\0b" }].each do |given|
        assert_raises(Libresponses::UsageError, given.inspect) { client.files.create(file: given, purpose: :x) }
      end
      assert_empty server.seen
    end
  end

  def test_an_upload_is_retried
    failures = 1
    flaky = ->(_, _) { (failures -= 1).negative? ? { id: "file_1" } : [503, "application/json", "{}"] }
    with_server(flaky) do |client, server|
      assert_equal "file_1", client.files.upload(file: DATA, purpose: :x).id
      assert_equal(2, server.bodies.count { |body| body.b.include?(DATA) })
    end
  end

  def test_downloads
    with_server do |client, _|
      assert_equal DATA, client.files.content("file_1").read
      pieces = []
      found = client.files.content("file_1") { |piece| pieces << piece }
      assert_equal DATA, pieces.join
      assert_equal 200, found.http_status
      assert_equal DATA, client.containers.files.content.retrieve("f", container_id: "c/1").read
      assert_raises(ZeroDivisionError) { client.files.content("file_1") { raise ZeroDivisionError } }
      client.files.content("file_1") { break }
      error = assert_raises(Libresponses::NotFoundError) { client.files.content("missing") }
      assert_includes error.message, "no such file"
      threads = Array.new(8) { Thread.new { client.files.content("file_1").read == DATA } }
      assert(threads.all?(&:value))
    end
  end

  def test_the_rest
    with_server do |client, server|
      assert_equal "file_1", client.files.retrieve("file_1").id
      assert client.files.delete("file_1").deleted
      assert_equal(%w[file_1 file_1], client.files.list(limit: 1).map(&:id))
      assert_equal "file_1", client.containers.files.create("c/1", file: DATA).id
      assert_equal "file_1", client.containers.files.create("c", file_id: "file_2").id
      assert_equal "file_1", client.containers.files.retrieve("f", container_id: "c").id
      assert client.containers.files.delete("f", container_id: "c").deleted
      assert_equal(2, client.containers.files.list("c").count)
      assert_includes server.seen.join(" "), "/v1/containers/c%2F1/files"
      assert_raises(Libresponses::UsageError) { client.files.content("") }
    end
  end

  # Breaks off after 1,000 bytes, and goes on where it is asked to.
  def broken(other)
    socket = TCPServer.new("127.0.0.1", 0)
    heads = ["HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: #{DATA.bytesize}\r\n\r\n",
             "HTTP/1.1 206 Partial Content\r\nETag: \"#{other}\"\r\nContent-Length: #{DATA.bytesize - 1000}\r\n" \
             "Content-Range: bytes 1000-#{DATA.bytesize - 1}/#{DATA.bytesize}\r\n\r\n"]
    serving = Thread.new do
      heads.zip([DATA[0, 1000], DATA[1000..]]).each do |head, body|
        connection = socket.accept
        nil until connection.gets == "\r\n"
        connection.write(head, body)
        connection.close
      end
    end
    yield Libresponses::Client.new(api_key: "k", base_url: "http://127.0.0.1:#{socket.addr[1]}/v1")
    serving.join(10)
  ensure
    socket.close
  end

  def test_a_download_that_breaks_off
    broken("1") { |client| assert_equal DATA, client.files.content("file_1").read }
    broken("2") do |client|
      got = +"".b
      assert_raises(Libresponses::Error) { client.files.content("file_1") { |piece| got << piece } }
      assert_equal DATA[0, 1000], got
    end
  end
end
