import CPlatform

/// A line for a person, made of words that were compiled in and of what is put between them.
///
/// Written like a `String` with interpolations, and not one: those are made by generic code of the Swift
/// library that takes a fifth of the file, and they bring tables of Unicode that nobody here needs.
package struct Message: ExpressibleByStringInterpolation {
    package private(set) var bytes: [UInt8]

    @inline(never)
    package init(stringLiteral words: StaticString) { bytes = Array(words.buffer) }

    package init(stringInterpolation parts: Parts) { bytes = parts.message.bytes }

    package init(_ words: StaticString) { self.init(stringLiteral: words) }

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Of a function of C.
    package init(cString text: UnsafePointer<CChar>?) {
        let start = UnsafeRawPointer(text)?.assumingMemoryBound(to: UInt8.self)
        bytes = Array(UnsafeBufferPointer(start: start, count: text.map { strlen($0) } ?? 0))
    }

    package var isEmpty: Bool { bytes.isEmpty }

    // MARK: putting together; out of line, as each is used a hundred times

    @inline(never)
    package mutating func append(_ words: StaticString) { bytes.append(contentsOf: words.buffer) }

    @inline(never)
    package mutating func append(_ other: Message) { bytes.append(contentsOf: other.bytes) }

    @inline(never)
    package mutating func append(_ number: Int64) { bytes.append(contentsOf: decimal(number)) }

    @inline(never)
    package mutating func append(_ text: Text?) {
        if let text { bytes.append(contentsOf: text.buffer) }
    }

    package static func + (_ left: Message, _ right: Message) -> Message {
        var both = left
        both.append(right)
        return both
    }

    package static func += (_ left: inout Message, _ right: Message) { left.append(right) }

    package struct Parts: StringInterpolationProtocol {
        package typealias StringLiteralType = StaticString
        fileprivate var message = Message([])

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ words: StaticString) { message.append(words) }
        package mutating func appendInterpolation(_ words: StaticString) { message.append(words) }
        package mutating func appendInterpolation(_ other: Message) { message.append(other) }
        package mutating func appendInterpolation(_ text: Text?) { message.append(text) }
        package mutating func appendInterpolation(_ number: Int64) { message.append(number) }
        package mutating func appendInterpolation(_ number: Int) { message.append(Int64(number)) }
        package mutating func appendInterpolation(_ number: Int32) { message.append(Int64(number)) }
    }
}
