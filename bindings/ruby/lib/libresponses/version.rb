# frozen_string_literal: true

module Libresponses
  # The version of this gem; the library it carries has the same.
  VERSION = "0.1.0"
end
