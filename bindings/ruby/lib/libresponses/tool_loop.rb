# frozen_string_literal: true

require_relative "tool"
require_relative "tool_history"

module Libresponses
  # Answers the tool calls of a model until it makes no more. See {Resources::Responses#run}, and docs/tools.md,
  # which has the rules.
  #
  # @api private
  class ToolLoop
    UNFINISHED = %i[queued in_progress].freeze
    private_constant :UNFINISHED

    # @param responses [Resources::Responses, Connection]
    # @param raises [Boolean] whether what a tool raises ends the loop
    def initialize(responses, tools, max_steps, raises)
      raise UsageError, "max_steps: expected 1 or more" unless max_steps.is_a?(Integer) && max_steps.positive?

      @responses = responses
      @declarations = tools
      @tools = tools.grep(Tool).to_h { |tool| [tool.name, tool] }
      @max_steps = max_steps
      @raises = raises
      @names = names
    end

    def run(params, &block)
      is_at_hand = !@responses.is_a?(Resources::Responses)
      @history = ToolHistory.new(params.merge(tools: @declarations), is_at_hand: is_at_hand)
      @knows_all = knows_all?(params)
      (1..@max_steps).each do |number|
        response = step(&block)
        calls = waiting(response)
        return response unless continue?(response, calls)
        raise ToolError.new(too_many, response: response) if number == @max_steps

        @history.go_on(response, calls.map { |call| answer(call) })
      end
    end

    private

    def too_many = "the model still calls tools after max_steps (#{@max_steps}) responses"

    # The names of the functions that are declared, with a block or without.
    def names
      named = StructuredOutput.take({ tools: @declarations }).first[:tools].filter_map do |tool|
        tool.to_h.values_at(:name, "name").compact.first&.to_s
      end
      raise UsageError, "two tools have the same name" if named.uniq.size < named.size

      named
    end

    # A prompt of the server, and what a search finds, have tools that are not named here.
    def knows_all?(params)
      params[:prompt].nil? && @declarations.none? { |tool| tool.is_a?(Hash) && type_of(tool) == "tool_search" }
    end

    def type_of(tool) = (tool[:type] || tool["type"]).to_s

    # @return [Response] the next one; of what goes on in the background, its end
    def step(&block)
      response = create(&block)
      options = @history.params[:request_options].to_h
      response = @responses.wait(response, request_options: options) while UNFINISHED.include?(response.status)
      response
    end

    def create(&block)
      params = @history.params
      block ? @responses.stream(**params, &block) : @responses.create(**params)
    rescue BadRequestError, NotFoundError => e
      raise unless mend(e)

      retry
    end

    # @return [Boolean] whether the same turn may succeed now
    def mend(error)
      return @history.send_all if error.code == "previous_response_not_found"
      # Models that do not reason refuse to be asked for their reasoning.
      return false unless @history.asks_for_reasoning? && error.message.downcase.include?("encrypted")

      @history.ask_no_more
      true
    end

    # The calls that have no answer yet: those of a server's own shell come with theirs.
    def waiting(response)
      items = response[:output].is_a?(Array) ? response[:output].grep(Record) : []
      answered = items.filter_map { |item| item[:call_id] if item[:type].to_s.end_with?("_output") }
      items.select { |item| call?(item) && !answered.include?(item[:call_id]) }
    end

    def call?(item)
      item[:type] == :mcp_approval_request || (item[:type].to_s.end_with?("_call") && !item[:call_id].nil?)
    end

    # Whether all of the calls can be answered here. An answer that was cut off may end in the middle of a call.
    def continue?(response, calls)
      return false if calls.empty? || ![nil, :completed].include?(response.status)

      calls.all? { |call| call[:type] == :function_call && call[:status] != :incomplete && ours?(call[:name]) }
    end

    # Whether a function has a block here, or is one that nobody has.
    def ours?(name) = @tools.key?(name) || (@knows_all && !@names.include?(name))

    # What a tool raises goes to the model, which may try again; so does a name that it made up.
    def answer(call)
      tool = @tools[call[:name]]
      output = tool ? tool.answer(call[:arguments].to_s, raises: @raises) : Tool.refusal(unknown(call[:name]))
      answer = { type: "function_call_output", call_id: call[:call_id] || call[:id], output: output }
      call.key?(:caller) ? answer.merge(caller: call.to_h[:caller]) : answer
    end

    def unknown(name)
      "there is no tool #{name.to_s.inspect}; the tools are: #{@tools.empty? ? "none" : @tools.keys.join(", ")}"
    end
  end
end
