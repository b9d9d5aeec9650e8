/// Makes a value that satisfies a JSON Schema, the same one every time.
struct SchemaSampler {
    private let root: JSON
    /// Goes into free text where there is room for it.
    private let hint: String
    /// Makes several calls with one schema differ where the schema leaves a choice.
    private var variant: Int
    /// Depth of references: beyond it only what is required is filled in.
    private var depth = 0
    /// Values that may still be made: a schema that contains itself twice grows without end.
    private var remaining = 20_000

    private static let comfortableDepth = 4
    private static let deepest = 40

    init(root: JSON, hint: String, variant: Int = 0) {
        self.root = root
        self.hint = hint
        self.variant = variant
    }

    mutating func sample() -> JSON { value(root, name: "") }

    private mutating func value(_ schema: JSON, name: String) -> JSON {
        depth += 1
        defer { depth -= 1 }
        remaining -= 1
        guard depth < Self.deepest, remaining > 0 else { return .null }
        if let reference = schema["$ref"]?.string { return value(resolve(reference), name: name) }
        if let constant = schema["const"] { return constant }
        if let choices = schema["enum"]?.array, !choices.isEmpty {
            return choices[variant % choices.count]
        }
        if let parts = schema["allOf"]?.array { return value(merged(schema, parts), name: name) }
        for key in ["anyOf", "oneOf"] {
            if let choices = schema[key]?.array, !choices.isEmpty {
                return value(merged(schema, [best(of: choices)]), name: name)
            }
        }
        switch type(of: schema) {
        case "object": return object(schema)
        case "array": return array(schema, name: name)
        case "string": return .string(StringSampler.sample(schema, name: name, hint: hint))
        case "integer": return integer(schema)
        case "number": return .number(number(schema, isInteger: false))
        case "boolean": return .bool(variant % 2 == 0)
        case "null": return .null
        default: return .object([:])
        }
    }

    private func type(of schema: JSON) -> String {
        if let type = schema["type"]?.string { return type }
        // Of several types the first that is not null, unless depth forbids more.
        if let types = schema["type"]?.array?.compactMap(\.string), !types.isEmpty {
            let isDeep = depth > Self.comfortableDepth * 2
            if isDeep, types.contains("null") { return "null" }
            return types.first { $0 != "null" } ?? "null"
        }
        if schema["properties"] != nil { return "object" }
        if schema["items"] != nil { return "array" }
        if schema["minimum"] != nil || schema["maximum"] != nil { return "number" }
        return schema.object?.isEmpty ?? true ? "object" : "string"
    }

    /// Keeps recursive schemas finite: a branch without references, or null, when deep inside.
    private func best(of choices: [JSON]) -> JSON {
        let isDeep = depth > Self.comfortableDepth
        let simple = choices.first { choice in
            !choice.text.contains("$ref") && (choice["type"]?.string != "null" || isDeep)
        }
        if isDeep, let null = choices.first(where: { $0["type"]?.string == "null" }) {
            return null
        }
        return isDeep ? simple ?? choices[0] : choices[variant % choices.count]
    }

    private func resolve(_ reference: String) -> JSON {
        guard reference.hasPrefix("#") else { return [:] }
        return reference.dropFirst().split(separator: "/").reduce(root) { place, step in
            let key = unescaped(String(step))
            if let index = Int(key), let elements = place.array, elements.indices.contains(index) {
                return elements[index]
            }
            return place[key] ?? [:]
        }
    }

    /// `~1` and `~0` of a JSON pointer.
    private func unescaped(_ step: String) -> String {
        var text = ""
        var rest = Substring(step)
        while let character = rest.popFirst() {
            guard character == "~", let code = rest.popFirst() else {
                text.append(character)
                continue
            }
            text.append(code == "1" ? "/" : "~")
        }
        return text
    }

    /// The schema and its parts as one: members of the parts, properties and required united.
    private func merged(_ schema: JSON, _ parts: [JSON]) -> JSON {
        var result = schema
        for key in ["allOf", "anyOf", "oneOf"] { result.remove(key) }
        for part in parts {
            let part = part["$ref"]?.string.map(resolve) ?? part
            for member in part.object?.members ?? [] {
                result.set(member.key, united(result[member.key], member))
            }
        }
        return result
    }

    private func united(_ old: JSON?, _ member: JSONObject.Member) -> JSON {
        switch (member.key, old, member.value) {
        case ("properties", .object(var properties)?, .object(let more)):
            for property in more.members { properties[property.key] = property.value }
            return .object(properties)
        case ("required", .array(let names)?, .array(let more)): return .array(names + more)
        default: return member.value
        }
    }

    private mutating func object(_ schema: JSON) -> JSON {
        let required = Set(schema["required"]?.array?.compactMap(\.string) ?? [])
        var object = JSONObject()
        for property in schema["properties"]?.object?.members ?? []
        where required.contains(property.key) || depth <= Self.comfortableDepth {
            object.append(property.key, value(property.value, name: property.key))
        }
        for name in required.sorted() where object[name] == nil {
            object.append(name, value(schema["additionalProperties"] ?? [:], name: name))
        }
        let fewest = schema["minProperties"]?.integer ?? 0
        while object.count < min(fewest, 64) {
            let name = "key\(object.count + 1)"
            object.append(name, value(schema["additionalProperties"] ?? [:], name: name))
        }
        return .object(object)
    }

    private mutating func array(_ schema: JSON, name: String) -> JSON {
        if let tuple = schema["prefixItems"]?.array {
            return .array(tuple.map { value($0, name: name) })
        }
        let fewest = schema["minItems"]?.integer ?? 0
        let most = schema["maxItems"]?.integer ?? Int.max
        let wanted = depth > Self.comfortableDepth ? fewest : max(fewest, min(2, most))
        let isUnique = schema["uniqueItems"]?.bool ?? false
        var elements: [JSON] = []
        for index in 0..<min(wanted, 1024) {
            let usual = variant
            if isUnique { variant += index }
            let element = value(schema["items"] ?? ["type": "string"], name: name)
            variant = usual
            if isUnique, elements.contains(element), elements.count >= fewest { break }
            elements.append(element)
        }
        return .array(elements)
    }

    /// Beyond what an integer holds the number is written with an exponent.
    private func integer(_ schema: JSON) -> JSON {
        let value = number(schema, isInteger: true)
        return abs(value) < 9e15 ? .integer(Int(value)) : .number(value)
    }

    private func number(_ schema: JSON, isInteger: Bool) -> Double {
        let asked = schema["multipleOf"]?.number ?? 0
        let step = asked > 0 ? asked : isInteger ? 1 : 0.5
        var low = schema["minimum"]?.number
        var high = schema["maximum"]?.number
        if let bound = schema["exclusiveMinimum"]?.number { low = bound + step / 2 }
        if let bound = schema["exclusiveMaximum"]?.number { high = bound - step / 2 }
        let wanted = Double(42 + variant)
        let inside = min(max(wanted, low ?? -.infinity), high ?? .infinity)
        let isStepped = isInteger || schema["multipleOf"] != nil
        guard isStepped else { return inside }
        let down = (inside / step).rounded(.down) * step
        return low.map { down < $0 } ?? false ? (inside / step).rounded(.up) * step : down
    }
}

/// Strings that fit their schema.
enum StringSampler {
    static func sample(_ schema: JSON, name: String, hint: String) -> String {
        if let pattern = schema["pattern"]?.string { return PatternSampler.sample(pattern) }
        if let text = formats[schema["format"]?.string ?? ""] { return text }
        let free = hint.isEmpty || hint.count > 80 ? "sandbox" : hint
        var text = name.isEmpty ? free : "\(name): \(free)"
        let longest = schema["maxLength"]?.integer ?? Int.max
        let shortest = schema["minLength"]?.integer ?? 0
        let missing = min(shortest, 1 << 20) - text.unicodeScalars.count
        if missing > 0 { text += String(repeating: " sandbox", count: missing / 8 + 1) }
        if text.unicodeScalars.count > longest {
            text = String(String.UnicodeScalarView(text.unicodeScalars.prefix(longest)))
        }
        return text
    }

    private static let formats = [
        "date": "2026-01-15", "time": "12:30:00Z", "date-time": "2026-01-15T12:30:00Z",
        "duration": "P1DT2H", "email": "sandbox@example.com", "hostname": "sandbox.example.com",
        "ipv4": "192.0.2.1", "ipv6": "2001:db8::1",
        "uuid": "123e4567-e89b-42d3-a456-426614174000", "uri": "https://example.com/sandbox",
    ]
}
