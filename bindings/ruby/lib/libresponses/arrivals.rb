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
    end

    # @param call [Call] of a turn
    # @param formats [Formats, nil] what its answer is parsed as
    def add(call, formats)
      @engine.listen(self, call) { @turns << Turn.new(call, Progress.new(formats, true)) }
    end

    # @return [Event, nil] the next one of any turn; nil when no turn is under way
    # @raise [Error] why a turn ended, where the server did not say so in an event
    # @raise [BusyError] another thread or fiber is reading
    def next
      raise BusyError, "another thread or fiber is reading this connection" unless @reading.try_lock

      begin
        go_on while @events.empty? && @turns.any?
        @events.shift
      ensure
        @reading.unlock
      end
    end

    def ready? = @turns.any? { |turn| turn.call.ready? }
    def unread? = @turns.any? { |turn| turn.call.unread? }
    def fill = @turns.each { |turn| turn.call.fill }

    private

    def go_on
      @engine.wait(self) unless ready?
      turn = @turns.find { |one| one.call.ready? }
      batch = turn.call.next_batch
      # The others are next.
      @engine.uninterrupted do
        @turns.delete(turn)
        @turns << turn if batch
      end
      batch ? keep(turn, batch) : finish(turn)
    end

    def keep(turn, batch)
      batch.each(turn.progress) { |event| @events << event }
      turn.last_kind = @events.last.kind if @events.any?
    end

    def finish(turn)
      turn.call.outcome
    rescue Error
      raise unless TOLD.include?(turn.last_kind)
    end
  end
end
