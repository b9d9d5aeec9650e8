# frozen_string_literal: true

require_relative "helper"

# Preforking servers: the child uses what the parent made.
class TestFork < TestCase
  # Runs a block in a child and returns what it returns.
  def in_child(&block)
    reader, writer = IO.pipe
    pid = fork do
      reader.close
      answer = begin
        block.call
      rescue Exception => e # rubocop:disable Lint/RescueException
        e.full_message
      end
      writer.write(Marshal.dump(answer))
      writer.close
      exit!(0)
    end
    writer.close
    answer = Marshal.load(reader.read) # rubocop:disable Security/MarshalLoad
    Process.wait(pid)
    assert_predicate $?, :success?
    answer
  end

  def test_a_client_opens_anew_in_the_child
    one = client(headers: { "X-Sandbox-Tag" => (mark = tag) })
    two = one.with_options(max_retries: 7)
    one.responses.create(model: MODEL, input: "parent")
    texts = Array.new(3) do |i|
      in_child { [one, two].map { |c| c.responses.create(model: MODEL, input: "child #{i}").output_text } }
    end
    assert_equal(Array.new(3) { |i| ["You said: child #{i}"] * 2 }, texts)
    assert_equal "You said: parent", one.responses.create(model: MODEL, input: "parent").output_text
    ports = Sandbox.requests(mark).map { |request| request[:remote_port] }
    assert_equal ports.first, ports.last, "the parent's connection goes on"
    assert_operator ports.uniq.size, :>=, 4
  end

  def test_a_stream_of_the_parent_says_what_to_do
    one = client
    stream = one.responses.stream(**slow(speed: 500, input: "#long=200"))
    first = stream.each
    first.next
    message = in_child do
      stream.until_done
    rescue Libresponses::ForkedError => e
      stream.close
      e.message
    end
    assert_match(/belongs to process #{Process.pid}, which started it; start one here/, message)
    assert_operator stream.text.count, :>=, 100
  end

  def test_a_fork_beside_a_waiting_thread
    one = client
    reader = Thread.new { one.responses.stream(**slow(speed: 500, input: "#long=300")).text.count }
    sleep 0.1
    assert_equal(["You said: x"] * 2, Array.new(2) do
                                        in_child do
                                          one.responses.create(model: MODEL, input: "x").output_text
                                        end
                                      end)
    assert_operator reader.value, :>=, 300
  end

  def test_a_response_is_still_there_in_the_child
    response = client.responses.create(model: MODEL, input: "Hello")
    assert_equal(["You said: Hello", true], in_child { [response.output_text, response.usage.total_tokens > 1] })
  end

  def test_a_child_that_ends_normally_leaves_the_parent_alone
    one = client
    stream = one.responses.stream(**slow(speed: 500, input: "#long=200"))
    pid = fork do
      Minitest.class_variable_set(:@@after_run, []) # rubocop:disable Style/ClassVars
      $stdout.reopen(File::NULL)
      one.close
      GC.start
    end
    Process.wait(pid)
    assert_operator stream.text.count, :>=, 200
  end
end
