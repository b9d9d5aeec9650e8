# frozen_string_literal: true

# Writes the signatures of what `require "libresponses/openai"` names to standard output, or sees whether a file has
# them: openai_signatures.rb [FILE]. A class of its own is declared as a class; another name of a class of this gem
# as a constant, since rbs has aliases of classes from 3.0 on and Debian 12 has 2.1.

$LOAD_PATH.unshift File.expand_path("../lib", __dir__)
require "libresponses/openai"

# The signatures of a module and what is in it.
class OpenAISignatures
  # Those with methods, which are in sig/openai.rbs.
  BY_HAND = %w[OpenAI::Client OpenAI::Configuration].freeze

  def text
    "# Made by tools/openai_signatures.rb: do not edit. `make signatures`\n\n#{declare(OpenAI, 0)}"
  end

  private

  def declare(mod, depth)
    inner = mod.constants(false).sort.map { |name| member(mod, name, depth + 1) }.join
    margin = "  " * depth
    inner.empty? ? "#{margin}#{head(mod)}\n#{margin}end\n" : "#{margin}#{head(mod)}\n#{inner}#{margin}end\n"
  end

  def head(mod)
    name = mod.name.split("::").last
    mod.is_a?(Class) ? "class #{name} < ::#{mod.superclass}" : "module #{name}"
  end

  def member(mod, name, depth)
    value = mod.const_get(name)
    path = "#{mod}::#{name}"
    return "" if BY_HAND.include?(path)
    return declare(value, depth) if value.is_a?(Module) && value.name == path

    "#{"  " * depth}#{name}: #{value.is_a?(Module) ? "singleton(::#{value})" : value.inspect}\n"
  end
end

made = OpenAISignatures.new.text
if ARGV.empty?
  puts made
elsif File.read(ARGV.first) != made
  abort "#{ARGV.first} is not what lib/libresponses/openai.rb has: make signatures"
end
