import CPlatform

/// A value inside JSON text that has been checked: where it is, and how to look into it.
///
/// It borrows the text, which must stay while it is in use.
package struct JSONValue {
    package enum Kind: Int32 {
        case null = 0
        case `false` = 1
        case `true` = 2
        case number = 3
        case string = 4
        case array = 5
        case object = 6
    }

    package let start: UnsafePointer<UInt8>
    package let end: UnsafePointer<UInt8>

    package var count: Int { end - start }

    /// Checks text that ends in NUL, as `JSONScanner` wants it; nil when it is not one JSON value.
    package init?(checking text: UnsafePointer<UInt8>, count: Int) {
        let start = JSONScanner.skipSpace(text)
        guard let end = JSONScanner.valueEnd(start),
            JSONScanner.skipSpace(end) == text + count
        else { return nil }
        self.start = start
        self.end = end
    }

    /// Of text that has been checked, with spaces around it at the most; nil when it is empty.
    package init?(checked text: UnsafeBufferPointer<UInt8>) {
        guard let base = text.baseAddress, text.count > 0 else { return nil }
        start = JSONScanner.skipSpace(base)
        var end = base + text.count
        while end > start && end[-1] <= 0x20 { end -= 1 }
        if end == start { return nil }
        self.end = end
    }

    package init(start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
        self.start = start
        self.end = end
    }

    package var kind: Kind {
        switch start.pointee {
        case 0x22: return .string
        case 0x7B: return .object
        case 0x5B: return .array
        case 0x74: return .true
        case 0x66: return .false
        case 0x6E: return .null
        default: return .number
        }
    }

    package var integer: Int64? { kind == .number ? JSONScanner.integer(start) : nil }

    /// The text between the quotes of a string, escapes and all.
    package var rawText: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: start + 1, count: end - start - 2)
    }

    // MARK: members and elements

    /// Calls `body` with every member of an object or element of an array until it returns false. The
    /// name is nil for elements.
    package func forEach(_ body: (_ name: JSONValue?, _ value: JSONValue) -> Bool) {
        var members = JSONMembers(of: self)
        while members.next() {
            if !body(members.name, members.value) { return }
        }
    }

    /// How many members or elements there are; nil for what has none.
    package var memberCount: Int32? {
        guard kind == .array || kind == .object else { return nil }
        var count: Int32 = 0
        forEach { _, _ in
            count = count == .max ? count : count &+ 1
            return true
        }
        return count
    }

    /// The member of that name; of several, the last, as other readers of JSON take it.
    package func member(_ name: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        guard kind == .object else { return nil }
        var found: JSONValue?
        forEach { candidate, value in
            if let candidate, candidate.isText(name) { found = value }
            return true
        }
        return found
    }

    /// Three members in one pass.
    package func members(_ first: StaticString, _ second: StaticString, _ third: StaticString)
        -> (JSONValue?, JSONValue?, JSONValue?)
    {
        var found: (JSONValue?, JSONValue?, JSONValue?) = (nil, nil, nil)
        guard kind == .object else { return found }
        forEach { name, value in
            if let name {
                if name.isText(first) {
                    found.0 = value
                } else if name.isText(second) {
                    found.1 = value
                } else if name.isText(third) {
                    found.2 = value
                }
            }
            return true
        }
        return found
    }

    package func member(_ name: StaticString) -> JSONValue? {
        member(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    package func element(_ index: Int) -> JSONValue? {
        guard kind == .array else { return nil }
        var left = index
        var found: JSONValue?
        forEach { _, value in
            if left == 0 {
                found = value
                return false
            }
            left -= 1
            return true
        }
        return found
    }

    /// The member as text, nil unless it is a string.
    package func text(_ name: StaticString) -> [UInt8]? { text(name.buffer) }

    package func text(_ name: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard let value = member(name), value.kind == .string else { return nil }
        return value.unescaped()
    }

    /// A string without quotes and escapes equals `text`.
    package func isText(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard kind == .string else { return false }
        let raw = rawText
        // Escapes make a text longer.
        if raw.count < text.count { return false }
        guard let other = text.baseAddress else { return raw.isEmpty }
        if raw.count == text.count { return memcmp(start + 1, other, raw.count) == 0 }
        // Most differ in their first byte already.
        if let first = text.first, start[1] != first && start[1] != 0x5C { return false }
        if memchr(start + 1, 0x5C, raw.count) == nil { return false }
        // Not by `unescaped()`: that cuts, and the rest would not count.
        var plain = ByteBuffer()
        guard JSONEscape.decode(raw, into: &plain) else { return false }
        return equal(UnsafeBufferPointer(start: plain.bytes, count: plain.count), text)
    }

    package func isText(_ text: StaticString) -> Bool {
        isText(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// It is the text of one of these.
    @inline(never)
    package func isOne(of words: Words) -> Bool {
        for word in words where isText(word) { return true }
        return false
    }

    /// A string's text, for small ones: a name, a code. What is longer than `maximumText` is cut, because
    /// an array of a size that a server chooses could not fail gracefully.
    package func unescaped() -> [UInt8] {
        if kind != .string { return [] }
        let some = UnsafeBufferPointer(rebasing: rawText.prefix(JSONValue.maximumText))
        // Nearly all have no escape, and need no memory that could be missing.
        if !some.contains(0x5C) { return Array(some) }
        var buffer = ByteBuffer()
        guard JSONEscape.decode(some, into: &buffer) else { return [] }
        return Array(UnsafeBufferPointer(start: buffer.bytes, count: buffer.count))
    }

    package static let maximumText = 64 * 1024

    /// The value as it stands in the text.
    package var raw: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }
}
