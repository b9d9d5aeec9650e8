# frozen_string_literal: true

require_relative "errors"

module Libresponses
  # How many requests and tokens a minute are sent, evenly, by all who share this object: any number of
  # {Resources::Responses#map}, clients and threads of one process.
  #
  # A smaller limit that the server names in x-ratelimit-limit-* is kept as well, so that a pace without limits of
  # its own follows such a server. Once the server says that nothing is left, nothing is sent until there is, and so
  # it is while a Retry-After lasts. Tokens are estimated before they are known, and made good afterwards.
  #
  # @since 0.1
  class Pace
    # The longest that one answer's x-ratelimit-* hold up others, in seconds: what they count may be a day.
    LONGEST = 60.0
    # Tokens of an answer before there has been one.
    OUTPUT_TOKENS = 256.0
    UNITS = { "ms" => 0.001, "s" => 1.0, "m" => 60.0, "h" => 3600.0, "d" => 86_400.0, nil => 1.0 }.freeze
    private_constant :LONGEST, :OUTPUT_TOKENS, :UNITS

    # So many a minute, one behind the other with the same distance. Where nobody asked for a while, one second is
    # made up for.
    Rate = Struct.new(:per_minute, :next) do
      def take(amount, now)
        return 0.0 if per_minute.nil? || amount.zero?

        at = self.next ? [self.next, now - 1.0].max : now
        self.next = at + (amount * 60.0 / per_minute)
        at - now
      end

      def move(amount)
        self.next += amount * 60.0 / per_minute if per_minute && self.next
      end
    end
    private_constant :Rate

    # @return [Numeric, nil] the limits that it was made with
    attr_reader :requests_per_minute, :tokens_per_minute

    # @param requests_per_minute [Numeric, nil] nil for no limit but the server's
    # @param tokens_per_minute [Numeric, nil] the same
    # @raise [UsageError] a limit is not a number above 0
    def initialize(requests_per_minute: nil, tokens_per_minute: nil)
      @requests_per_minute = limit("requests_per_minute", requests_per_minute)
      @tokens_per_minute = limit("tokens_per_minute", tokens_per_minute)
      @lock = Mutex.new
      @rates = { "requests" => Rate.new(@requests_per_minute), "tokens" => Rate.new(@tokens_per_minute) }
      @held_until = 0.0
      @output = OUTPUT_TOKENS
    end

    # @return [Boolean] whether there is a limit of tokens
    def counts_tokens? = !@rates["tokens"].per_minute.nil?

    # Takes room for requests.
    # @param count [Integer]
    # @param tokens [Numeric] of all of them
    # @return [Float] in how many seconds the first of them may be sent
    def reserve(count = 1, tokens = 0)
      @lock.synchronize do
        now = self.now
        [0.0, @held_until - now, @rates["requests"].take(count, now), @rates["tokens"].take(tokens, now)].max
      end
    end

    # Counts tokens that were not reserved, or, below 0, that were and are not needed.
    # @return [nil]
    def spend(tokens)
      @lock.synchronize { @rates["tokens"].move(tokens) }
      nil
    end

    # Holds all requests up for so many seconds.
    # @return [nil]
    def hold(seconds)
      @lock.synchronize { @held_until = [@held_until, now + seconds].max }
      nil
    end

    # @return [Float] for how many seconds requests are held up, also those that have their room
    def held = [0.0, @held_until - now].max

    # Follows the x-ratelimit-* of an answer.
    # @param headers [Hash{String => String}]
    # @return [nil]
    def heed(headers)
      @rates.each do |name, rate|
        limit = number(headers["x-ratelimit-limit-#{name}"])
        next if limit.nil? || limit.zero?

        @lock.synchronize { rate.per_minute = [rate.per_minute, limit].compact.min }
        look_at(limit, number(headers["x-ratelimit-remaining-#{name}"]), duration(headers["x-ratelimit-reset-#{name}"]))
      end
      nil
    end

    # @api private
    # @param size [Integer] bytes of a request
    # @param most [Integer, nil] tokens that its answer has at most
    # @return [Float] tokens
    def estimate(size, most) = (size / 4.0) + [@output, most].compact.min

    # @api private
    # Takes note of how many tokens an answer had.
    def learn(output) = @output += (output - @output) / 8

    private

    def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

    def limit(name, value)
      return value if value.nil? || (value.is_a?(Numeric) && value.real? && value.positive? && value.to_f.finite?)

      raise UsageError, "#{name}: expected a number above 0, or nil for no limit, not #{value.inspect}"
    end

    def number(text)
      found = Float(text.to_s, exception: false)
      found if found&.finite? && !found.negative?
    end

    # "6m0s", "120ms" or "2.5", in seconds.
    def duration(text)
      text = text.to_s.strip
      return unless text.match?(/\A(\d+(\.\d+)?(ms|s|m|h|d)?)+\z/)

      text.scan(/(\d+(?:\.\d+)?)(ms|s|m|h|d)?/).sum { |amount, unit| amount.to_f * UNITS.fetch(unit) }
    end

    def look_at(limit, left, reset)
      hold(pause(limit, left, reset)) if left && reset && left <= limit / 100
    end

    # For how long to send nothing, where next to nothing is left. `reset` is when all of the limit is there again:
    # a bucket that is filled all the time has room for one long before that; one that is filled each minute has none.
    def pause(limit, left, reset)
      is_bucket = reset >= 0.9 * 60 * (1 - (left / limit))
      [LONGEST, is_bucket ? reset / limit : reset].min
    end
  end
end
