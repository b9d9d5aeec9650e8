# frozen_string_literal: true

require_relative "event"
require_relative "progress"

module Libresponses
  # The events of several turns in one row, as they come. To the engine it is like a call that is waited for.
  #
  # @api private
  class Arrivals
    # A turn, and how far it has come.
    Turn = Struct.new(:call, :progress, :last_kind)
    # With these the server has said itself what went wrong.
    TOLD = [Native::EVENT_ERROR, Native::EVENT_FAILED, Native::EVENT_STEER_FAILED].freeze
    private_constant :Turn, :TOLD

    attr_reader :number, :wake_ups
    attr_accessor :reader

    def initialize(engine)
      @engine = engine
      @number = engine.uninterrupted { engine.next_number }
      @wake_ups = Queue.new
      @reading = Mutex.new
      @turns = []
      @events = []
      @ended = nil
    end

    # @param call [Call] of a turn
    # @param formats [Formats, nil] what its answer is parsed as
    def add(call, formats)
      @engine.listen(self, call) { @turns << Turn.new(call, Progress.new(formats, true)) }
      @ended = nil
    end

    # @return [Boolean] whether a turn is under way, or has events that were not read
    def busy? = @turns.any? || @events.any?

    # @return [Event, nil] the next one of any turn; nil when no turn is under way
    # @raise [Error] why a turn ended, where the server did not say so in an event
    # @raise [BusyError] another thread or fiber is reading
    def next
      reading do
        go_on { |turn| outcome(turn) } while @events.empty? && @turns.any?
        @events.shift
      end
    end

    # Reads to the end of one turn, the next that ends; it may have been read already.
    # @return [Response]
    # @raise [Error] why it ended
    # @raise [UsageError] no turn is under way
    def final
      reading do
        until @ended
          raise UsageError, "no turn is under way" unless busy?

          @events.shift || go_on { nil }
        end
        turn = @ended
        @ended = nil
        turn.call.outcome&.of_stream(turn.progress.formats)
      end
    end

    def ready? = @turns.any? { |turn| turn.call.ready? }
    def unread? = @turns.any? { |turn| turn.call.unread? }
    def fill = @turns.each { |turn| turn.call.fill }

    private

    def reading
      raise BusyError, "another thread or fiber is reading this connection" unless @reading.try_lock

      begin
        yield
      ensure
        @reading.unlock
      end
    end

    # Takes what there is of one turn; yields one that has ended.
    def go_on
      @engine.wait(self) unless ready?
      turn = @turns.find { |one| one.call.ready? }
      batch = turn.call.next_batch
      # The others are next.
      @engine.uninterrupted do
        @turns.delete(turn)
        batch ? @turns << turn : @ended = turn
      end
      batch ? keep(turn, batch) : yield(turn)
    end

    def keep(turn, batch)
      batch.each(turn.progress) { |event| @events << event }
      turn.last_kind = @events.last.kind if @events.any?
    end

    def outcome(turn)
      turn.call.outcome
    rescue Error
      raise unless TOLD.include?(turn.last_kind)
    end
  end
end
