# frozen_string_literal: true

require "securerandom"
require_relative "outcome"
require_relative "pace"
require_relative "parameters"

module Libresponses
  # Makes many responses at once. One thread takes requests from where they come, so that a source that waits holds
  # up no outcome; others make the calls, which share the connections of the client.
  #
  # @api private
  class Many
    # A server that asks for a longer pause than so many seconds is not asked again.
    LONGEST_PAUSE = 120.0
    private_constant :LONGEST_PAUSE

    # @param responses [Resources::Responses]
    # @param retries [Integer] those of the client
    def initialize(responses, retries, requests, concurrency, pace)
      @responses = responses
      @retries = retries
      @requests = requests
      @pace = pace
      @turn = Mutex.new
      @room = Queue.new
      concurrency.times { @room << true }
      @todo = Queue.new
      @done = Queue.new
      @threads = []
      @idle = 0
    end

    # Yields each outcome as it comes. Whatever ends it, no thread and no call stays behind.
    def each
      reader = start { read }
      while (found = @done.pop)
        raise found if found.is_a?(Exception)

        @room << true
        yield found
      end
    ensure
      [reader, *@threads].compact.each(&:kill).each(&:join)
    end

    private

    def start(&block)
      Thread.new(&block).tap { |thread| thread.report_on_exception = false }
    end

    # What the source raises comes after the outcomes of what it gave.
    def read
      problem = nil
      begin
        take_all
      rescue StandardError => e
        problem = e
      end
      @todo.close
      @threads.each(&:join)
      @done << problem
    end

    def take_all
      index = -1
      @requests.each do |request|
        @room.pop
        @todo << [index += 1, request]
        # With room for a request there is a thread less at work than there may be.
        @threads << start { work } if @todo.num_waiting.zero?
      end
    end

    def work
      while (index, request = @todo.pop)
        response = error = nil
        begin
          response = make(request)
        rescue StandardError => e
          error = e
        end
        @done << Outcome.new(index, request, response, error)
      end
    rescue Exception => e # rubocop:disable Lint/RescueException -- the program is told where it waits
      @done << e
    end

    def make(request)
      params, options = Parameters.take(request, {})
      raise UsageError, "map makes whole responses: stream: is not for it" if params[:stream]
      return @responses.create(params, request_options: options) unless @pace

      options = { idempotency_key: "libresponses-#{SecureRandom.uuid}" }.merge(options)
      paced(params, options.merge(max_retries: 0), options.fetch(:max_retries, @retries))
    end

    # The pace is asked each time that a request is sent: the library sends each once.
    def paced(params, options, retries)
      tokens = estimate(params)
      attempts = 0
      begin
        wait_for_turn(tokens)
        attempts += 1
        response = @responses.create(params, request_options: options)
        heed(response.headers)
        settle(response, tokens)
        response
      rescue APIError => e
        pause = refused(e, tokens, attempts)
        raise if !e.retryable? || attempts > retries || pause > LONGEST_PAUSE

        sleep(pause)
        retry
      end
    end

    # @return [Float] how long to wait before it is sent again
    def refused(error, tokens, attempts)
      heed(error.headers)
      @pace.spend(-tokens) if tokens.positive?
      pause = error.retry_after || ([8.0, 0.5 * (2**[attempts - 1, 10].min)].min * (1 - (rand / 4)))
      hold(error, pause)
      pause
    end

    # One thread waits for its turn, and the others for that one, so that a pause is one for all.
    def wait_for_turn(tokens)
      @turn.synchronize do
        wait = tokens.positive? ? @pace.reserve(1, tokens) : @pace.reserve(1)
        while wait.positive?
          sleep(wait)
          wait = @pace.respond_to?(:held) ? @pace.held : 0
        end
      end
    end

    def heed(headers)
      @pace.heed(headers) if @pace.respond_to?(:heed) && headers.any?
    end

    def hold(error, pause)
      is_told = error.http_status == 429 || (error.http_status == 503 && error.retry_after)
      @pace.hold(pause) if is_told && @pace.respond_to?(:hold) && pause <= LONGEST_PAUSE
    end

    def estimate(params)
      return 0 unless @pace.respond_to?(:counts_tokens?) && @pace.counts_tokens?

      size = [params[:input], params[:instructions]].compact.sum { |part| part.to_s.bytesize }
      @pace.estimate(size, params[:max_output_tokens])
    end

    # Makes good what was estimated.
    def settle(response, tokens)
      return unless tokens.positive? && (usage = response.usage)

      @pace.learn(usage.output_tokens) if usage.output_tokens
      @pace.spend(usage.total_tokens - tokens) if usage.total_tokens
    end
  end
end
