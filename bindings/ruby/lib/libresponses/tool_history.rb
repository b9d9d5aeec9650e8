# frozen_string_literal: true

require_relative "record"

module Libresponses
  # What the next request of a tool loop has for its input.
  #
  # All of it, again and again, as every server takes it; but only what is new, if the server has what was before:
  # in a conversation, because the caller named the response before, or over a connection that has it at hand.
  #
  # @api private
  class ToolHistory
    # The part of reasoning without which it cannot be sent back to a server that stores nothing.
    ENCRYPTED = "reasoning.encrypted_content"
    private_constant :ENCRYPTED

    # @return [Hash] of the next request
    attr_reader :params

    # @param is_at_hand [Boolean] whether the server has the response before at hand, stored or not
    def initialize(params, is_at_hand: false)
      @params = params
      @is_stored = params[:store] != false
      @is_conversation = !params[:conversation].nil?
      @begins_with = params[:previous_response_id]
      @is_chain = !@is_conversation && (is_at_hand || (@is_stored && !@begins_with.nil?))
      @all = params[:input]
      ask_for_reasoning unless @is_stored || @is_conversation
    end

    def asks_for_reasoning? = @asks_for_reasoning == true

    # Takes back what was asked for.
    def ask_no_more
      @asks_for_reasoning = false
      include = @params[:include] - [ENCRYPTED]
      @params = include.empty? ? @params.except(:include) : @params.merge(include: include)
    end

    # Has all of it sent next, because the server has lost the response before.
    # @return [Boolean] whether that can be done, and was not done already
    def send_all
      return false unless @begins_with.nil? && @params.key?(:previous_response_id)

      @params = @params.except(:previous_response_id).merge(input: @all)
      true
    end

    # Puts in what follows a response whose calls were answered.
    def go_on(response, outputs)
      @all = [*before, *known(response), *outputs]
      @params = @params.merge(previous_response_id: response.id) if @is_chain
      @params = @params.merge(input: @is_chain || @is_conversation ? outputs : @all)
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

    def before = @all.is_a?(String) ? [{ role: "user", content: @all }] : [*@all]

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
