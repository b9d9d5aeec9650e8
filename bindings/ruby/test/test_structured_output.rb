# frozen_string_literal: true

require_relative "helper"

class TestStructuredOutput < TestCase
  class Person < Libresponses::BaseModel
    required :name, String
    optional :age, Integer, doc: "in years"
  end

  class CalendarEvent < Libresponses::BaseModel
    description "A meeting"
    required :title, String
    required :people, Libresponses::ArrayOf[Person]
    required :kind, Libresponses::EnumOf[:work, :play]
    required :is_private, Libresponses::Boolean
    required :hours, Float
  end

  def test_the_schema_of_a_class
    schema = CalendarEvent.json_schema
    assert_equal %w[title people kind is_private hours], schema[:required]
    assert_equal [false, "A meeting"], schema.values_at(:additionalProperties, :description)
    person = schema[:properties][:people][:items]
    assert_equal({ type: %w[integer null], description: "in years" }, person[:properties][:age])
    assert_equal({ type: "string", enum: %w[work play] }, schema[:properties][:kind])
    assert_raises(Libresponses::UsageError) { Libresponses::Schema.of(Object) }
  end

  def test_an_answer_of_a_class
    response = client.responses.create(model: MODEL, input: "When do we meet?", text: CalendarEvent)
    event = response.output_parsed
    assert_instance_of CalendarEvent, event
    assert_kind_of String, event.title
    assert_includes %i[work play], event.kind
    assert_kind_of Person, event.people.first if event.people.any?
    assert_includes [true, false], event.is_private
    assert_equal event.title, event[:title]
    assert_equal event, response.output_parsed
    title = case event
            in { title: String => found } then found
            end
    assert_equal title, event.title
  end

  def test_an_answer_of_a_stream
    event = client.responses.stream(model: MODEL, input: "x", text: { format: CalendarEvent, verbosity: "low" })
                  .get_final_response.output_parsed
    assert_instance_of CalendarEvent, event
  end

  def test_a_schema_by_hand
    schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"], additionalProperties: false }
    parsed = client.responses.create(model: MODEL, input: "x",
                                     text: { schema: schema, name: "my number" }).output_parsed
    assert_kind_of Integer, parsed[:n]
    format = { type: "json_schema", name: "n", schema: schema, strict: true }
    parsed = client.responses.create(model: MODEL, input: "x", text: { format: format }).output_parsed
    assert_kind_of Integer, parsed[:n]
  end

  def test_an_answer_that_is_cut_off
    response = client.responses.create(model: MODEL, input: "x", text: CalendarEvent, max_output_tokens: 16)
    assert_nil response.output_parsed if response.status == :incomplete
    plain = client.responses.create(model: MODEL, input: "no JSON")
    assert_raises(Libresponses::ProtocolError) { plain.output_parsed }
  end
end
