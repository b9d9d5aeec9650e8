# frozen_string_literal: true

require_relative "helper"
require "rbs"
require "libresponses/openai"

# sig/ against the classes: every signature has its method, and every public method its signature.
# That the types are right is checked by running all the other tests under rbs/test.
class TestSignatures < TestCase
  # What is for this gem alone has no signature.
  PRIVATE = %i[Native Engine Call Batch Session Options Parameters Log StructuredOutput ToolLoop ToolHistory Headers
               Document Progress Formats Names Query Builder Keys Buffer LargeDocument Turns Arrivals Many Download
               Source Attempts].freeze

  # Methods that are not for users, by what they belong to.
  INTERNAL = {
    "Libresponses::Client" => %i[perform start download connect session],
    "Libresponses::Connection" => %i[open],
    "Libresponses::Response" => %i[of_stream http_answer],
    "Libresponses::Output" => %i[formats=],
    "Libresponses::Event" => %i[define class_at],
    "Libresponses::Record" => %i[hash eql? attach],
    "Libresponses::BaseModel" => %i[hash eql?],
    "Libresponses::Pace" => %i[estimate learn],
    "Libresponses::Tool" => %i[answer refusal],
    "Libresponses::Schema" => %i[take_nil],
    "OpenAI::Models::Responses" => %i[define]
  }.freeze

  EVERYWHERE = %i[
    initialize respond_to_missing? method_missing take copy hash schema marshal_dump marshal_load
  ].freeze

  def environment
    loader = RBS::EnvironmentLoader.new
    loader.add(path: Pathname(File.expand_path("../sig", __dir__)))
    RBS::Environment.from_loader(loader).resolve_type_names
  end

  def test_every_method
    builder = RBS::DefinitionBuilder.new(env: environment)
    constants = modules(Libresponses)
    assert_operator constants.size, :>, 30
    constants.each { |mod| look_at(mod, builder) }
  end

  # That all of its names are there is seen to by tools/openai_signatures.rb.
  def test_every_method_below_openai
    builder = RBS::DefinitionBuilder.new(env: environment)
    modules = names_below(OpenAI)
    assert_operator modules.size, :>, 100
    modules.each { |mod| look_at(mod, builder) }
  end

  # What Struct.new gives to each class that it makes.
  OF_STRUCTS = %i[keyword_init? members [] inspect new].freeze

  def names_below(from)
    found = from.constants(false).map { |name| [name, from.const_get(name)] }.select do |name, value|
      value.is_a?(Module) && value.name == "#{from}::#{name}"
    end
    [from, *found.flat_map { |_, mod| names_below(mod) }]
  end

  def look_at(mod, builder)
    name = RBS::TypeName.new(name: mod.name.split("::").last.to_sym,
                             namespace: RBS::Namespace.parse("::#{mod.name.split("::")[0..-2].join("::")}"))
    definition = builder.build_instance(name)
    signed = definition.methods.select do |_, method|
      method.defined_in == name && method.accessibility == :public
    end.keys
    compare(mod, signed - %i[initialize], mod.public_instance_methods(false))
    signed = builder.build_singleton(name).methods.select { |_, method| method.defined_in == name }.keys
    compare(mod, signed - %i[new], mod.singleton_methods(false) - (mod < Struct ? OF_STRUCTS : []))
  end

  def modules(from)
    from.constants.reject { |name| PRIVATE.include?(name) }.map { |name| from.const_get(name) }.grep(Module)
        .select { |mod| mod.name.start_with?("Libresponses::") }.flat_map { |mod| [mod, *modules(mod)] }
  end

  def compare(mod, signed, defined)
    hidden = INTERNAL.fetch(mod.name, []) + EVERYWHERE
    there = ->(name) { mod.method_defined?(name) || mod.respond_to?(name) }
    assert_empty signed.reject(&there), "#{mod}: signatures without a method"
    assert_empty defined - signed - hidden, "#{mod}: methods without a signature"
  end
end
