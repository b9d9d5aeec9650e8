# frozen_string_literal: true

require_relative "tool"

module Libresponses
  # Answers the tool calls of a model until it makes no more. See {Resources::Responses#run}.
  #
  # @api private
  class ToolLoop
    # Items of an output that wait for an answer of the program.
    CALLS = %i[
      function_call custom_tool_call computer_call local_shell_call shell_call apply_patch_call mcp_approval_request
    ].freeze
    # The part of reasoning without which it cannot be sent back to a server that stores nothing.
    ENCRYPTED = "reasoning.encrypted_content"
    private_constant :CALLS, :ENCRYPTED

    # @param responses [Resources::Responses]
    def initialize(responses, tools, max_steps)
      raise UsageError, "max_steps: expected 1 or more" unless max_steps.is_a?(Integer) && max_steps.positive?

      @responses = responses
      @declarations = tools
      @tools = tools.grep(Tool).to_h { |tool| [tool.name, tool] }
      @max_steps = max_steps
    end

    def run(params, &block)
      params = with_reasoning(params.merge(tools: @declarations))
      response = nil
      @max_steps.times do
        response = step(params, &block)
        calls = waiting(response)
        return response unless continue?(response, calls)

        params = following(params, response, calls.map { |call| answer(call) })
      end
      raise ToolError.new("the model still calls tools after max_steps (#{@max_steps}) responses", response: response)
    end

    private

    def step(params, &block)
      block ? @responses.stream(**params, &block) : @responses.create(**params)
    end

    # The calls that have no answer yet: those of a server's own shell come with theirs.
    def waiting(response)
      items = response[:output].is_a?(Array) ? response[:output].grep(Record) : []
      answered = items.filter_map { |item| item[:call_id] if item[:type].to_s.end_with?("_output") }
      items.select { |item| CALLS.include?(item[:type]) && !answered.include?(item[:call_id]) }
    end

    # Whether all of the calls can be answered here. An answer that was cut off may end in the middle of a call.
    def continue?(response, calls)
      return false if calls.empty? || ![nil, :completed].include?(response.status)

      calls.all? { |call| call.type == :function_call && call[:status] != :incomplete && !declared?(call.name) }
    end

    # Whether the program named a function without a block: then it answers the call itself.
    def declared?(name) = !@tools.key?(name) && names.include?(name)

    def names
      @names ||= StructuredOutput.take({ tools: @declarations }).first[:tools].filter_map do |tool|
        tool.to_h.values_at(:name, "name").compact.first&.to_s
      end
    end

    # What a tool raises goes to the model, which may try again; so does a name that it made up.
    def answer(call)
      output =
        begin
          @tools.fetch(call.name) { raise ToolError, unknown(call.name) }.call(call.arguments)
        rescue StandardError => e
          JSON.generate(error: e.is_a?(ToolError) ? e.message : "#{e.class}: #{e.message}")
        end
      { type: "function_call_output", call_id: call.call_id, output: output }
    end

    def unknown(name) = "there is no tool #{name}; the tools are #{@tools.keys.join(", ")}"

    # A server that stores nothing wants the model's reasoning back, and gives it only if it is asked for.
    def with_reasoning(params)
      return params unless params[:store] == false

      include = Array(params[:include]).map(&:to_s)
      params.merge(include: include | [ENCRYPTED])
    end

    # The server keeps the conversation, unless it was told not to: then all of it is sent again. A
    # tool that had to be called was called; demanded again and again, the loop would never end.
    def following(params, response, outputs)
      params = params.except(:tool_choice) unless %w[auto none].include?(params[:tool_choice].to_s)
      unless params[:store] == false
        # A conversation has what was said so far.
        return params.merge(input: outputs) if params[:conversation]

        return params.merge(input: outputs, previous_response_id: response.id)
      end

      input = params[:input]
      input = [{ role: "user", content: input }] if input.is_a?(String)
      params.merge(input: [*input, *response.to_h[:output], *outputs])
    end
  end
end
