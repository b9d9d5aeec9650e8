# frozen_string_literal: true

# For tests of connections with many turns.
module TakesTurns
  # @param spec [String, nil] of what the server is to do wrong
  def connect(spec = nil, **options, &block)
    extra = spec ? { request_options: fault(spec) } : {}
    client(**options).responses.connect(**extra, &block)
  end

  def say(input, **more) = { model: TestCase::MODEL, input: input, **more }

  # A turn that goes on for much longer than any test.
  def long_turn(**more) = say("#long=100000", metadata: { sandbox_speed: "20" }, **more)

  # The turns that the sandbox got, with a tag.
  def turns(tag) = Sandbox.requests(tag).select { |one| one[:method] == "WEBSOCKET" }.map { |one| one[:body] }
end
