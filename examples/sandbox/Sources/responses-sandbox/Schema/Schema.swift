/// The shape of a request value, as data: one walker turns every deviation into the error that the
/// real server answers.
indirect enum Schema: Sendable {
    case any
    case string
    /// A string of bounded length.
    case shortString(maximum: Int)
    /// A name: `^[a-zA-Z0-9_-]+$`, at most so many characters.
    case name(maximum: Int)
    case integer(minimum: Int?, maximum: Int?)
    case number(minimum: Double?, maximum: Double?)
    case bool
    case choice([String])
    case anyObject
    /// Up to so many pairs of bounded strings.
    case stringMap(maximumPairs: Int, maximumKey: Int, maximumValue: Int)
    case object([Field])
    case array(of: Schema, minimum: Int, maximum: Int?)
    /// An object whose `type` chooses its fields. The names are listed in errors.
    case variants([Variant])
    /// A message, an item reference, or a variant: input items may leave `type` out.
    case inputItem
    case either(Schema, Schema)
    /// A schema that is only looked up when needed: schemas may contain themselves.
    case later(@Sendable () -> Schema)

    struct Field: Sendable {
        var name: String
        var schema: Schema
        var isRequired: Bool
    }

    struct Variant: Sendable {
        var types: [String]
        var fields: [Field]
    }

    static let anyInteger = Schema.integer(minimum: nil, maximum: nil)
    static let strings = Schema.array(of: .string, minimum: 0, maximum: nil)
    static let anyArray = Schema.array(of: .any, minimum: 0, maximum: nil)

    static func list(_ element: Schema) -> Schema {
        .array(of: element, minimum: 0, maximum: nil)
    }
}

extension Schema.Field {
    static func required(_ name: String, _ schema: Schema) -> Self {
        Self(name: name, schema: schema, isRequired: true)
    }

    /// May be left out, and may be null.
    static func optional(_ name: String, _ schema: Schema) -> Self {
        Self(name: name, schema: schema, isRequired: false)
    }
}

extension Schema.Variant {
    /// The fields besides `type`.
    static func type(_ types: String..., fields: [Schema.Field]) -> Self {
        Self(types: types, fields: [.required("type", .choice(types))] + fields)
    }
}
