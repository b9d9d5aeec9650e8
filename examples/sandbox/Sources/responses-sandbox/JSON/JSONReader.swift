import CJansson

extension JSON {
    /// What a client sent. Nil when it is no JSON (RFC 8259), when it is nested more than 512 deep,
    /// and when a member's name has a NUL in it, which jansson cannot hold.
    init?(reading bytes: Bytes) {
        var numbers: [JSON] = []
        guard let tree = Numbers.takeOut(of: bytes, into: &numbers).load() else { return nil }
        defer { json_decref(tree) }
        self.init(tree, numbers, depth: 1)
    }

    private init?(_ tree: UnsafeMutablePointer<json_t>, _ numbers: [JSON], depth: Int) {
        guard depth <= 512 else { return nil }
        switch tree.pointee.type {
        case JSON_OBJECT:
            var object = JSONObject()
            var place = json_object_iter(tree)
            while let member = place {
                guard let name = json_object_iter_key(member),
                    let value = JSON(json_object_iter_value(member), numbers, depth: depth + 1)
                else { return nil }
                object.append(String(cString: name), value)
                place = json_object_iter_next(tree, member)
            }
            self = .object(object)
        case JSON_ARRAY:
            var elements: [JSON] = []
            for index in 0..<json_array_size(tree) {
                guard let value = JSON(json_array_get(tree, index), numbers, depth: depth + 1)
                else { return nil }
                elements.append(value)
            }
            self = .array(elements)
        case JSON_STRING:
            let text = UnsafeRawBufferPointer(
                start: json_string_value(tree), count: json_string_length(tree))
            self = .string(String(decoding: text, as: UTF8.self))
        case JSON_INTEGER: self = numbers[Int(json_integer_value(tree))]
        case JSON_TRUE: self = true
        case JSON_FALSE: self = false
        default: self = .null
        }
    }
}

/// A number comes back as it was sent: 1.50, 1e400, and integers of any length. jansson would hold
/// the first as 1.5 and refuse the others, so what it reads has in place of each number the index
/// of the real one.
private enum Numbers {
    /// A copy of the text without its numbers. What is none stays, and is no JSON either.
    static func takeOut(of bytes: Bytes, into numbers: inout [JSON]) -> Bytes {
        var copy = Bytes()
        copy.reserveCapacity(bytes.count)
        var copied = 0
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position = endOfString(bytes, from: position)
            } else if byte == UInt8(ascii: "-") || isDigit(byte) {
                let text = bytes[position...].prefix(while: isInNumber)
                if isNumber(text) {
                    copy.append(contentsOf: bytes[copied..<position])
                    copy.append(decimal: numbers.count)
                    numbers.append(number(String(decoding: text, as: UTF8.self)))
                    copied = text.endIndex
                }
                position = text.endIndex
            } else {
                position += 1
            }
        }
        copy.append(contentsOf: bytes[copied...])
        return copy
    }

    private static func endOfString(_ bytes: Bytes, from start: Int) -> Int {
        var position = start + 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return position + 1
    }

    private static func number(_ text: String) -> JSON {
        Int(text).map { .integer($0) } ?? .decimal(text)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private static func isInNumber(_ byte: UInt8) -> Bool {
        isDigit(byte) || "+-.eE".utf8.contains(byte)
    }

    /// RFC 8259, section 6.
    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        func skip(_ signs: String) -> Bool {
            guard let first = rest.first, signs.utf8.contains(first) else { return false }
            rest.removeFirst()
            return true
        }
        func digits() -> Int {
            let count = rest.prefix(while: isDigit).count
            rest.removeFirst(count)
            return count
        }
        _ = skip("-")
        if !skip("0"), digits() == 0 { return false }
        if skip("."), digits() == 0 { return false }
        if skip("eE") {
            _ = skip("+-")
            if digits() == 0 { return false }
        }
        return rest.isEmpty
    }
}

extension Bytes {
    /// A new reference.
    fileprivate func load() -> UnsafeMutablePointer<json_t>? {
        withUnsafeBytes {
            json_loadb($0.baseAddress, $0.count, size_t(JSON_DECODE_ANY | JSON_ALLOW_NUL), nil)
        }
    }
}
