# frozen_string_literal: true

require_relative "tool"

module Libresponses
  # Answers the tool calls of a model until it makes no more. See {Resources::Responses#run}.
  #
  # @api private
  class ToolLoop
    # @param responses [Resources::Responses]
    def initialize(responses, tools, max_steps)
      @responses = responses
      @declarations = tools.map(&:to_h)
      @tools = tools.grep(Tool).to_h { |tool| [tool.name, tool] }
      @max_steps = max_steps
    end

    def run(params, &block)
      params = params.merge(tools: @declarations)
      @max_steps.times do
        response = step(params, &block)
        calls = response.tool_calls.select { |call| call.type == :function_call }
        return response if calls.empty?

        params = following(params, response, calls.map { |call| answer(call) })
      end
      raise ToolError, "the model still calls tools after max_steps (#{@max_steps}) responses"
    end

    private

    def step(params, &block)
      block ? @responses.stream(**params, &block) : @responses.create(**params)
    end

    # What a tool raises goes to the model, which may try again; what is raised by the tool's absence,
    # to the caller.
    def answer(call)
      tool = @tools.fetch(call.name) { raise ToolError, "the model called #{call.name}, which is not in tools" }
      output =
        begin
          tool.call(call.arguments)
        rescue StandardError => e
          JSON.generate(error: "#{e.class}: #{e.message}")
        end
      { type: "function_call_output", call_id: call.call_id, output: output }
    end

    # The server keeps the conversation, unless it was told not to: then all of it is sent again. A
    # tool that had to be called was called; demanded again and again, the loop would never end.
    def following(params, response, outputs)
      params = params.except(:tool_choice)
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
