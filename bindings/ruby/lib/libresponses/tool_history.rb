# frozen_string_literal: true

require_relative "record"

module Libresponses
  # What the next request of a tool loop has for its input.
  #
  # All of it, again and again, as every server takes it; but only what is new, if the server has what was before:
  # in a conversation, or because the caller named the response before.
  #
  # @api private
  class ToolHistory
    # The part of reasoning without which it cannot be sent back to a server that stores nothing.
    ENCRYPTED = "reasoning.encrypted_content"
    private_constant :ENCRYPTED

    # @return [Hash] of the next request
    attr_reader :params

    def initialize(params)
      @params = params
      @is_stored = params[:store] != false
      @is_conversation = !params[:conversation].nil?
      @is_chain = @is_stored && !params[:previous_response_id].nil?
      ask_for_reasoning unless @is_stored || @is_conversation
    end

    def asks_for_reasoning? = @asks_for_reasoning == true

    # Takes back what was asked for.
    def ask_no_more
      @asks_for_reasoning = false
      include = @params[:include] - [ENCRYPTED]
      @params = include.empty? ? @params.except(:include) : @params.merge(include: include)
    end

    # Puts in what follows a response whose calls were answered.
    def go_on(response, outputs)
      @params = @params.merge(previous_response_id: response.id) if @is_chain
      input = @is_chain || @is_conversation ? outputs : [*before, *known(response), *outputs]
      @params = @params.merge(input: input)
      choice = @params[:tool_choice]
      @params = @params.merge(tool_choice: after(choice)) if choice
    end

    private

    def ask_for_reasoning
      include = Array(@params[:include]).map(&:to_s)
      return if include.include?(ENCRYPTED)

      @asks_for_reasoning = true
      @params = @params.merge(include: [*include, ENCRYPTED])
    end

    def before
      input = @params[:input]
      input.is_a?(String) ? [{ role: "user", content: input }] : [*input]
    end

    # The items that the server can make something of: not the name of reasoning that it forgot.
    def known(response)
      items = response.to_h[:output]
      return [*items] if @is_stored

      [*items].reject { |item| item[:type] == "reasoning" && item.values_at(:encrypted_content, :content).none? }
    end

    # A tool that had to be called was called; demanded again and again, the loop would never end.
    def after(choice)
      return choice unless choice.is_a?(Hash) || choice.to_s == "required"

      is_list = choice.is_a?(Hash) && (choice[:type] || choice["type"]).to_s == "allowed_tools"
      is_list ? choice.merge(mode: "auto") : "auto"
    end
  end
end
