# frozen_string_literal: true

require_relative "helper"

# JSON schemas of Ruby types, and values of these types from JSON.
class TestSchema < TestCase
  class Place < Libresponses::BaseModel
    required :city, String, doc: "its name"
    required :code, String, nil?: true
  end

  class Node < Libresponses::BaseModel
    required :name, String
    required :next, Node, nil?: true, doc: "the one after it"
    required :children, Libresponses::ArrayOf[Node]
  end

  class Tree < Libresponses::BaseModel
    required :root, Node
    required :place, Place, doc: "where it stands"
  end

  class Everything < Libresponses::BaseModel
    required :where, Libresponses::UnionOf[String, Place], nil?: true, doc: "where"
    required :counts, Libresponses::HashOf[Integer]
    required :words, Libresponses::ArrayOf[String, nil?: true, doc: "words"]
    required :colour, Libresponses::EnumOf[:red, :green, nil]
    required :size, Libresponses::EnumOf[1, 2.5]
    required :kind, :fixed
    required :tag, Symbol
    required :later, -> { Place }
    required :nothing, NilClass
    optional :ratio, Float
  end

  JSON_OF_EVERYTHING = {
    where: { city: "Ulm", code: nil }, counts: { a: 1 }, words: ["a", nil], colour: "red", size: 2.5, kind: "fixed",
    tag: "t", later: { city: "Rom", code: "I" }, nothing: nil, ratio: 2
  }.freeze

  def properties(type) = type.json_schema[:properties]

  def test_schemas
    found = properties(Everything)
    place = Place.json_schema
    assert_equal({ anyOf: [{ type: "string" }, place, { type: "null" }], description: "where" }, found[:where])
    assert_equal({ type: "object", additionalProperties: { type: "integer" } }, found[:counts])
    assert_equal({ type: "array", items: { type: %w[string null], description: "words" } }, found[:words])
    assert_equal({ type: %w[string null], enum: ["red", "green", nil] }, found[:colour])
    assert_equal({ type: %w[integer number], enum: [1, 2.5] }, found[:size])
    assert_equal [{ const: "fixed" }, { type: "string" }, place, { type: "null" }],
                 found.values_at(:kind, :tag, :later, :nothing)
    assert_equal({ type: %w[number null] }, found[:ratio])
    assert_equal({ type: %w[string null] }, properties(Place)[:code])
    refute Libresponses::Schema.strict?(Everything)
    assert Libresponses::Schema.strict?(Tree)
    assert_raises(Libresponses::UsageError) { Class.new(Libresponses::BaseModel) { required :x, String, nul?: true } }
  end

  # A reference has nothing beside it, which the API refuses.
  def test_schemas_that_contain_themselves
    reference = { "$ref": "#/$defs/TestSchema_Node" }
    schema = Tree.json_schema
    assert_equal reference, schema[:properties][:root]
    assert_equal "where it stands", schema[:properties][:place][:description]
    node = schema[:$defs].fetch(:TestSchema_Node)[:properties]
    assert_equal({ anyOf: [reference, { type: "null" }], description: "the one after it" }, node[:next])
    assert_equal reference, node[:children][:items]
    assert_equal ["object", [:TestSchema_Node]], Node.json_schema.then { |found| [found[:type], found[:$defs].keys] }
    assert_equal "b", Node.coerce({ name: "a", next: nil, children: [{ name: "b", next: nil, children: [] }] })
                          .children.first.name
  end

  def test_values
    made = Everything.coerce(JSON_OF_EVERYTHING)
    assert_equal [Place.new(city: "Ulm"), { a: 1 }, ["a", nil], :red, 2.5, "fixed", :t, "Rom", nil, 2.0],
                 [made.where, made.counts, made.words, made.colour, made.size, made.kind, made.tag, made.later.city,
                  made.nothing, made.ratio]
    assert_equal "here", Everything.coerce(JSON_OF_EVERYTHING.merge(where: "here")).where
    assert_nil Everything.coerce(JSON_OF_EVERYTHING.except(:where)).where
    assert_equal({ city: "Ulm", code: nil }, made.deep_to_h[:where])
    tagged = Libresponses::UnionOf[:kind, { "place" => Place, "node" => Node }]
    assert_equal "Ulm", tagged.coerce({ kind: "place", city: "Ulm", code: "D" }).city
    assert_raises(Libresponses::ConversionError) { tagged.coerce({ kind: "other" }) }
  end

  def test_values_that_do_not_fit
    { counts: { a: "1" }, words: "a", colour: "blue", size: 3, tag: 1, later: { code: "I" }, ratio: "x",
      where: 7, nothing: 1 }.each do |name, value|
      error = assert_raises(Libresponses::ConversionError, name.to_s) do
        Everything.coerce(JSON_OF_EVERYTHING.merge(name => value))
      end
      assert_match(/\A#{name}/, error.message)
    end
    assert_match(/later.city is missing/, assert_raises(Libresponses::ConversionError) do
      Everything.coerce(JSON_OF_EVERYTHING.merge(later: { code: "I" }))
    end.message)
    assert_raises(Libresponses::ConversionError) { Everything.coerce([1]) }
    assert_raises(Libresponses::UsageError) { Place.new(town: "Ulm") }
  end

  def test_an_answer_that_does_not_fit
    plain = client.responses.create(model: MODEL, input: "x", text: { format: { type: :json_schema, schema: Tree } })
    assert_kind_of Tree, plain.output_parsed
    params, = Libresponses::StructuredOutput.take({ text: { format: Everything, verbosity: :low } })
    format = params[:text][:format]
    assert_equal ["Everything", false, :low], [format[:name], format[:strict], params[:text][:verbosity]]
  end
end
