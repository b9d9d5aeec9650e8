# frozen_string_literal: true

module Libresponses
  # @api private
  class ToolLoop
  end
end
