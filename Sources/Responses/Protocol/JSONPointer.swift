/// Finds a value by JSON pointer (RFC 6901).
package enum JSONPointer {
    package enum Outcome {
        case found(JSONValue)
        case nothingThere
        case malformed
    }

    package static func find(_ pointer: UnsafeBufferPointer<UInt8>, in document: JSONValue)
        -> Outcome
    {
        if pointer.isEmpty { return .found(document) }
        if pointer[0] != 0x2F { return .malformed }
        var value = document
        var index = 1
        var token: [UInt8] = []
        while true {
            token.removeAll(keepingCapacity: true)
            while index < pointer.count && pointer[index] != 0x2F {
                var byte = pointer[index]
                if byte == 0x7E {
                    // "~0" is "~", "~1" is "/" (section 4).
                    index += 1
                    guard index < pointer.count, pointer[index] == 0x30 || pointer[index] == 0x31
                    else { return .malformed }
                    byte = pointer[index] == 0x30 ? 0x7E : 0x2F
                }
                token.append(byte)
                index += 1
            }
            guard let next = step(token, in: value) else { return .nothingThere }
            value = next
            if index >= pointer.count { return .found(value) }
            index += 1
        }
    }

    private static func step(_ token: [UInt8], in value: JSONValue) -> JSONValue? {
        switch value.kind {
        case .object: return token.withUnsafeBufferPointer { value.member($0) }
        case .array:
            guard let index = arrayIndex(token) else { return nil }
            return value.element(index)
        default: return nil
        }
    }

    /// Digits without a leading zero (section 4).
    private static func arrayIndex(_ token: [UInt8]) -> Int? {
        guard !token.isEmpty, token.count <= 9, token.count == 1 || token[0] != 0x30 else {
            return nil
        }
        var index = 0
        for byte in token {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            index = index * 10 + Int(byte - 0x30)
        }
        return index
    }
}
