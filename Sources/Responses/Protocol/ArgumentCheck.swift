import CPlatform

/// Whether the arguments of a function call fit the schema of the function: a model has written them.
///
/// Of JSON Schema it knows `type`, `required`, `properties`, `items`, `enum` of texts, and
/// `additionalProperties: false`, which is what models get wrong. What else a schema says is the function's to check.
package struct ArgumentCheck {
    private var problem: Message?
    private var depth = 0
    /// What is deeper is not looked at: the host's stack may be small.
    private static let maximumDepth = 32

    /// What is wrong, for the model; nil when nothing is.
    package static func problem(of arguments: JSONValue, against schema: JSONValue) -> Message? {
        var check = ArgumentCheck()
        check.look(at: arguments, "the arguments", schema)
        return check.problem
    }

    /// `place` names the value.
    private mutating func look(at value: JSONValue, _ place: Message, _ schema: JSONValue) {
        if problem != nil || schema.kind != .object || depth == ArgumentCheck.maximumDepth {
            return
        }
        depth &+= 1
        defer { depth &-= 1 }
        if let type = schema.member("type"), !fits(value, type) {
            problem = "\(place) must be \(words(for: type)), not \(ArgumentCheck.word(for: value))"
            return
        }
        if let words = schema.member("enum"), !isAmong(value, words) {
            problem = "\(place) must be one of \(Message(Array(words.raw.prefix(1024))))"
            return
        }
        if value.kind == .object { lookAtMembers(of: value, place, schema) }
        if value.kind == .array, let items = schema.member("items") {
            var index = 0
            value.forEach { _, element in
                look(at: element, "element \(index) of \(place)", items)
                index &+= 1
                return problem == nil
            }
        }
    }

    private mutating func lookAtMembers(of value: JSONValue, _ place: Message, _ schema: JSONValue)
    {
        schema.member("required")?.forEach { _, name in
            if name.kind == .string, value.member(named: name) == nil {
                problem = "\(ArgumentCheck.quoted(name)) is missing in \(place)"
            }
            return problem == nil
        }
        let properties = schema.member("properties")
        let isClosed = schema.member("additionalProperties")?.kind == .false
        value.forEach { name, inner in
            guard let name, problem == nil else { return false }
            if let known = properties?.member(named: name) {
                look(at: inner, ArgumentCheck.quoted(name), known)
            } else if isClosed {
                problem = "\(place) must not have \(ArgumentCheck.quoted(name))"
            }
            return true
        }
    }

    // MARK: types

    private func fits(_ value: JSONValue, _ type: JSONValue) -> Bool {
        if type.kind == .string { return isOf(value, type) }
        if type.kind != .array { return true }
        var fits = false
        type.forEach { _, one in
            fits = fits || isOf(value, one)
            return !fits
        }
        return fits
    }

    private func isOf(_ value: JSONValue, _ type: JSONValue) -> Bool {
        if type.isText("integer") { return value.kind == .number && ArgumentCheck.isWhole(value) }
        if type.isText("boolean") { return value.kind == .true || value.kind == .false }
        // A type that nobody knows is not ours to judge.
        if !type.isOne(of: "string|number|object|array|null") { return true }
        return type.isText(ArgumentCheck.word(for: value))
    }

    /// 1, 1.0 and 1e2, as JSON Schema has it (6.1.1 of its validation).
    private static func isWhole(_ number: JSONValue) -> Bool {
        var fraction: [UInt8] = []
        var exponent = 0
        var hasExponent = false
        var isNegative = false
        var isInFraction = false
        for byte in number.raw {
            switch byte {
            case 0x2E: isInFraction = true
            case 0x45, 0x65:
                hasExponent = true
                isInFraction = false
            case 0x2D: isNegative = hasExponent
            case 0x30...0x39:
                if hasExponent {
                    exponent = min(exponent &* 10 &+ Int(byte &- 0x30), 10_000)
                } else if isInFraction && fraction.count < 10_000 {
                    fraction.append(byte)
                }
            default: if byte >= 0x41 { return false }  // NaN and the infinities
            }
        }
        while fraction.last == 0x30 { fraction.removeLast() }
        if isNegative { return exponent == 0 && fraction.isEmpty }
        return fraction.count <= exponent
    }

    private func isAmong(_ value: JSONValue, _ words: JSONValue) -> Bool {
        if words.kind != .array { return true }
        var isFound = false
        words.forEach { _, word in
            // Whether two numbers or objects are equal is another question: they pass.
            let isText = word.kind == .string && value.kind == .string
            isFound = isText ? word.isSameText(as: value) : word.kind == value.kind
            return !isFound
        }
        return isFound
    }

    // MARK: words

    private func words(for type: JSONValue) -> Message {
        if type.kind == .string { return "of type \(Message(type.unescaped()))" }
        return "of one of the types \(Message(Array(type.raw.prefix(200))))"
    }

    private static func word(for value: JSONValue) -> StaticString {
        switch value.kind {
        case .null: return "null"
        case .true, .false: return "boolean"
        case .number: return "number"
        case .string: return "string"
        case .array: return "array"
        case .object: return "object"
        }
    }

    private static func quoted(_ name: JSONValue) -> Message {
        Message([0x22] + Array(name.unescaped().prefix(200)) + [0x22])
    }
}

extension JSONValue {
    /// The member that has the text of a string for its name.
    fileprivate func member(named name: JSONValue) -> JSONValue? {
        name.withText { member($0) } ?? nil
    }

    package func isSameText(as other: JSONValue) -> Bool {
        other.withText { isText($0) } ?? false
    }

    /// Hands over the text of a string. Nil when memory is out.
    package func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result? {
        if memchr(start, 0x5C, count) == nil { return body(rawText) }
        var plain = ByteBuffer()
        guard JSONEscape.decode(rawText, into: &plain) else { return nil }
        return body(UnsafeBufferPointer(start: plain.bytes, count: plain.count))
    }
}
