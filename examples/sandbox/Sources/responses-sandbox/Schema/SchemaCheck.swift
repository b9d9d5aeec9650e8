/// Walks a value along a schema and throws at the first deviation, naming the place as the real
/// server does: `input[0].content[1].type`.
enum SchemaCheck {
    static func check(_ value: JSON, _ schema: Schema, at path: String) throws {
        switch schema {
        case .any: break
        case .string, .shortString, .name: try checkString(value, schema, at: path)
        case .integer(let minimum, let maximum):
            try checkInteger(value, minimum, maximum, at: path)
        case .number(let minimum, let maximum):
            try checkNumber(value, minimum, maximum, at: path)
        case .bool: if value.bool == nil { throw wrongType(value, schema, at: path) }
        case .choice(let choices): try checkChoice(value, choices, at: path)
        case .anyObject: if value.object == nil { throw wrongType(value, schema, at: path) }
        case .stringMap(let pairs, let key, let text):
            try checkMap(value, pairs: pairs, key: key, text: text, at: path)
        case .object(let fields): try checkObject(value, fields, at: path)
        case .array(let element, let minimum, let maximum):
            try checkArray(value, element, minimum, maximum, at: path)
        case .variants(let variants): try checkVariants(value, variants, at: path)
        case .inputItem: try checkInputItem(value, at: path)
        case .either(let first, let second):
            guard accepts(first, value) || accepts(second, value) else {
                throw wrongType(value, schema, at: path)
            }
            try check(value, accepts(first, value) ? first : second, at: path)
        case .later(let schema): try check(value, schema(), at: path)
        }
    }

    /// The members of an object that stands at the top, where paths have no dot before them.
    static func checkObject(_ value: JSON, _ fields: [Schema.Field], at path: String) throws {
        guard case .object(let object) = value else {
            throw wrongType(value, .anyObject, at: path)
        }
        let prefix = path.isEmpty ? "" : path + "."
        for member in object.members where !fields.contains(where: { $0.name == member.key }) {
            throw APIError.unknownParameter(prefix + member.key)
        }
        for field in fields {
            let value = object[field.name]
            if let value, !(value.isNull && !field.isRequired) {
                try check(value, field.schema, at: prefix + field.name)
            } else if field.isRequired {
                throw APIError.missing(prefix + field.name)
            }
        }
    }

    private static func checkString(_ value: JSON, _ schema: Schema, at path: String) throws {
        guard let text = value.string else { throw wrongType(value, .string, at: path) }
        switch schema {
        case .shortString(let maximum), .name(let maximum):
            let length = text.unicodeScalars.count
            guard length <= maximum else { throw tooLong(path, maximum, length) }
        default: break
        }
        if case .name = schema {
            let isName = text.utf8.allSatisfy {
                $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
                    || Character(Unicode.Scalar($0)).isASCIIAlphanumeric
            }
            guard isName, !text.isEmpty else {
                throw APIError.invalid(
                    "Invalid '\(path)': string does not match pattern. Expected a string that "
                        + "matches the pattern '^[a-zA-Z0-9_-]+$'.", param: path,
                    code: "invalid_value")
            }
        }
    }

    private static func tooLong(_ path: String, _ maximum: Int, _ length: Int) -> APIError {
        .invalid(
            "Invalid '\(path)': string too long. Expected a string with maximum length "
                + "\(maximum), but got a string with length \(length) instead.", param: path,
            code: "string_above_max_length")
    }

    private static func checkInteger(
        _ value: JSON, _ minimum: Int?, _ maximum: Int?, at path: String
    ) throws {
        guard let number = value.integer else {
            throw wrongType(value, .anyInteger, at: path)
        }
        if let minimum, number < minimum {
            throw APIError.invalid(
                "Invalid '\(path)': integer below minimum value. Expected a value >= \(minimum), "
                    + "but got \(number) instead.", param: path, code: "integer_below_min_value")
        }
        if let maximum, number > maximum {
            throw APIError.invalid(
                "Invalid '\(path)': integer above maximum value. Expected a value <= \(maximum), "
                    + "but got \(number) instead.", param: path, code: "integer_above_max_value")
        }
    }

    private static func checkNumber(
        _ value: JSON, _ minimum: Double?, _ maximum: Double?, at path: String
    ) throws {
        guard let number = value.number else {
            throw wrongType(value, .number(minimum: nil, maximum: nil), at: path)
        }
        if let minimum, number < minimum {
            throw APIError.invalid(
                "Invalid '\(path)': decimal below minimum value. Expected a value >= "
                    + "\(shown(minimum)), but got \(value.text) instead.", param: path,
                code: "decimal_below_min_value")
        }
        if let maximum, number > maximum {
            throw APIError.invalid(
                "Invalid '\(path)': decimal above maximum value. Expected a value <= "
                    + "\(shown(maximum)), but got \(value.text) instead.", param: path,
                code: "decimal_above_max_value")
        }
    }

    private static func shown(_ bound: Double) -> String {
        bound == bound.rounded() ? String(Int(bound)) : String(bound)
    }

    private static func checkChoice(_ value: JSON, _ choices: [String], at path: String) throws {
        guard let text = value.string else { throw wrongType(value, .string, at: path) }
        guard choices.contains(text) else { throw badChoice(text, choices, at: path) }
    }

    private static func badChoice(
        _ text: String, _ choices: [String], at path: String
    ) -> APIError {
        .invalid(
            "Invalid value: '\(text)'. Supported values are: \(listed(choices)).", param: path,
            code: "invalid_value")
    }

    /// `'a', 'b', and 'c'`
    private static func listed(_ choices: [String]) -> String {
        let quoted = choices.map { "'\($0)'" }
        switch quoted.count {
        case 0: return ""
        case 1: return quoted[0]
        case 2: return quoted[0] + " and " + quoted[1]
        default:
            return quoted.dropLast().joined(separator: ", ") + ", and " + quoted[quoted.count - 1]
        }
    }

    private static func checkMap(
        _ value: JSON, pairs: Int, key: Int, text: Int, at path: String
    ) throws {
        guard let object = value.object else { throw wrongType(value, .anyObject, at: path) }
        guard object.count <= pairs else {
            throw APIError.invalid(
                "Invalid '\(path)': too many properties. Expected an object with at most \(pairs) "
                    + "properties, but got an object with \(object.count) properties instead.",
                param: path, code: "object_above_max_properties")
        }
        for member in object.members {
            let place = "\(path).\(member.key)"
            let length = member.key.unicodeScalars.count
            guard length <= key else { throw tooLong(place, key, length) }
            try check(member.value, .shortString(maximum: text), at: place)
        }
    }

    private static func checkArray(
        _ value: JSON, _ element: Schema, _ minimum: Int, _ maximum: Int?, at path: String
    ) throws {
        guard let elements = value.array else {
            throw wrongType(value, .array(of: element, minimum: 0, maximum: nil), at: path)
        }
        if elements.count < minimum {
            throw APIError.invalid(
                "Invalid '\(path)': empty array. Expected an array with minimum length \(minimum), "
                    + "but got an empty array instead.", param: path, code: "empty_array")
        }
        if let maximum, elements.count > maximum {
            throw APIError.invalid(
                "Invalid '\(path)': array too long. Expected an array with maximum length "
                    + "\(maximum), but got an array with length \(elements.count) instead.",
                param: path, code: "array_above_max_length")
        }
        for (index, one) in elements.enumerated() {
            try check(one, element, at: "\(path)[\(index)]")
        }
    }

    private static func checkVariants(
        _ value: JSON, _ variants: [Schema.Variant], at path: String
    ) throws {
        guard value.object != nil else { throw wrongType(value, .anyObject, at: path) }
        guard let kind = value["type"] else { throw APIError.missing("\(path).type") }
        guard let name = kind.string else { throw wrongType(kind, .string, at: "\(path).type") }
        guard let variant = variants.first(where: { $0.types.contains(name) }) else {
            throw badChoice(name, variants.flatMap(\.types), at: "\(path).type")
        }
        try checkObject(value, variant.fields, at: path)
    }

    /// An item without `type` is a message if it has a role, a reference if it has only an id.
    private static func checkInputItem(_ value: JSON, at path: String) throws {
        guard let object = value.object else { throw wrongType(value, .anyObject, at: path) }
        let kind = object["type"].flatMap { $0.isNull ? nil : $0 }
        if kind == nil, object["role"] == nil, object["id"] != nil {
            return try checkObject(value, ItemSchemas.reference, at: path)
        }
        if kind == nil || kind == .string("message") {
            return try checkMessage(value, at: path)
        }
        try checkVariants(value, ItemSchemas.variants, at: path)
    }

    private static func checkMessage(_ value: JSON, at path: String) throws {
        let isAssistant = value["role"] == .string("assistant")
        try checkObject(
            value, isAssistant ? ItemSchemas.assistantMessage : ItemSchemas.message, at: path)
    }

    /// Whether the value is of the schema's JSON type; its inside may still be wrong.
    private static func accepts(_ schema: Schema, _ value: JSON) -> Bool {
        switch schema {
        case .any: return true
        case .string, .shortString, .name, .choice: return value.string != nil
        case .integer: return value.integer != nil
        case .number: return value.number != nil
        case .bool: return value.bool != nil
        case .anyObject, .stringMap, .object, .variants, .inputItem: return value.object != nil
        case .array: return value.array != nil
        case .either(let first, let second): return accepts(first, value) || accepts(second, value)
        case .later(let schema): return accepts(schema(), value)
        }
    }

    private static func wrongType(_ value: JSON, _ schema: Schema, at path: String) -> APIError {
        .invalid(
            "Invalid type for '\(path)': expected \(expected(schema)), but got "
                + "\(described(value)) instead.", param: path, code: "invalid_type")
    }

    private static func expected(_ schema: Schema) -> String {
        switch schema {
        case .any: return "a value"
        case .string, .shortString, .name, .choice: return "a string"
        case .integer: return "an integer"
        case .number: return "a decimal"
        case .bool: return "a boolean"
        case .anyObject, .stringMap, .object, .variants, .inputItem: return "an object"
        case .array(let element, _, _):
            switch element {
            case .string, .shortString, .name, .choice: return "an array of strings"
            case .any: return "an array"
            default: return "an array of objects"
            }
        case .either(let first, let second):
            return "one of \(expected(first)) or \(expected(second))"
        case .later(let schema): return expected(schema())
        }
    }

    private static func described(_ value: JSON) -> String {
        switch value {
        case .null: return "null"
        case .bool: return "a boolean"
        case .integer: return "an integer"
        case .decimal: return "a decimal"
        case .string: return "a string"
        case .array: return "an array"
        case .object: return "an object"
        }
    }
}

extension Character {
    var isASCIIAlphanumeric: Bool { isASCII && (isLetter || isNumber) }
}
