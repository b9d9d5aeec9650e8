import CPlatform

/// Finds a value by JSON pointer (RFC 6901).
package enum JSONPointer {
    package enum Outcome {
        case found(JSONValue)
        case nothingThere
        case malformed
        case noMemory
    }

    package static func find(_ pointer: UnsafeBufferPointer<UInt8>, in document: JSONValue)
        -> Outcome
    {
        find(pointer, in: document, MemberIndex(of: document), LargeValues())
    }

    /// The member inside of which it looks; nil where it is a member itself, or has a name with an escape.
    static func outermost(
        _ pointer: UnsafeBufferPointer<UInt8>, _ members: borrowing MemberIndex
    ) -> JSONValue? {
        guard let start = pointer.baseAddress, pointer.count > 1, start.pointee == 0x2F,
            let slash = memchr(start + 1, 0x2F, pointer.count - 1)
        else { return nil }
        let count = UnsafeRawPointer(slash) - UnsafeRawPointer(start) - 1
        if memchr(start + 1, 0x7E, count) != nil { return nil }
        return members.member(UnsafeBufferPointer(start: start + 1, count: count))
    }

    package static func find(
        _ pointer: UnsafeBufferPointer<UInt8>, in document: JSONValue,
        _ members: borrowing MemberIndex, _ known: borrowing LargeValues
    ) -> Outcome {
        if pointer.isEmpty { return .found(document) }
        if pointer[0] != 0x2F { return .malformed }
        var value: JSONValue? = document
        var plain = ByteBuffer()
        var index = 1
        while true {
            let isFirst = index == 1
            let start = index
            var hasEscapes = false
            while index < pointer.count && pointer[index] != 0x2F {
                hasEscapes = hasEscapes || pointer[index] == 0x7E
                index += 1
            }
            var token = UnsafeBufferPointer(rebasing: pointer[start..<index])
            if hasEscapes {
                plain.removeAll()
                guard plain.append(token) else { return .noMemory }
                guard unescape(&plain) else { return .malformed }
                token = UnsafeBufferPointer(start: plain.bytes, count: plain.count)
            }
            // Where nothing is, the rest must be a pointer all the same.
            if let outer = value {
                value =
                    isFirst && outer.kind == .object
                    ? members.member(token) : inner(token, of: outer, known)
            }
            if index >= pointer.count { return value.map { .found($0) } ?? .nothingThere }
            index += 1
        }
    }

    /// "~0" is "~", "~1" is "/" (section 4); false when something else follows a "~".
    private static func unescape(_ token: inout ByteBuffer) -> Bool {
        let bytes = token.bytes
        var count = 0
        var index = 0
        while index < token.count {
            var byte = bytes[index]
            if byte == 0x7E {
                // Behind the last there is a zero.
                index += 1
                guard bytes[index] == 0x30 || bytes[index] == 0x31 else { return false }
                byte = bytes[index] == 0x30 ? 0x7E : 0x2F
            }
            bytes[count] = byte
            count += 1
            index += 1
        }
        token.truncate(to: count)
        return true
    }

    @inline(never)
    private static func inner(
        _ token: UnsafeBufferPointer<UInt8>, of value: JSONValue, _ known: borrowing LargeValues
    ) -> JSONValue? {
        switch value.kind {
        case .object: return value.member(token, known)
        case .array:
            guard let index = arrayIndex(token) else { return nil }
            return value.element(index, known)
        default: return nil
        }
    }

    /// Digits without a leading zero (section 4).
    private static func arrayIndex(_ token: UnsafeBufferPointer<UInt8>) -> Int? {
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

    /// The pointer to the innermost value around a place in the document.
    package static func path(to place: UnsafePointer<UInt8>, in document: JSONValue) -> [UInt8] {
        var path: [UInt8] = []
        var value: JSONValue? = document
        while let outer = value {
            value = nil
            var index: Int64 = 0
            outer.forEach { name, inner in
                if place >= inner.start && place < inner.end {
                    path.append(0x2F)
                    path += name.map { escaped($0.unescaped()) } ?? decimal(index)
                    value = inner
                }
                index += 1
                return value == nil && inner.end <= place
            }
        }
        return path
    }

    /// "~" is "~0" and "/" is "~1" (section 3).
    private static func escaped(_ name: [UInt8]) -> [UInt8] {
        var token: [UInt8] = []
        for byte in name {
            switch byte {
            case 0x7E: token += [0x7E, 0x30]
            case 0x2F: token += [0x7E, 0x31]
            default: token.append(byte)
            }
        }
        return token
    }
}
