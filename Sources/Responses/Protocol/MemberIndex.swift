import CPlatform

/// A document that has been checked, with the places of its members: found in the same pass, because a document
/// can be large and is asked often.
package struct MemberIndex: ~Copyable {
    private struct Place {
        let name: JSONValue
        let value: JSONValue
    }

    /// Nil when the text is no JSON.
    package private(set) var document: JSONValue?
    /// `Place` by `Place`, of an object.
    private var places = ByteBuffer()
    private var count = 0
    /// All of them are in it: not so in a document with very many, or when memory is out.
    private var isWhole = false

    /// More than responses have; of others the rest is looked for anew each time.
    private static let most = 128

    package init() {}

    /// Nothing is known of the members of a document that others have checked.
    init(of document: JSONValue?) { self.document = document }

    /// Checks text that ends in NUL, as `JSONScanner` wants it.
    package init(checking text: UnsafePointer<UInt8>, count length: Int) {
        let start = JSONScanner.skipSpace(text)
        guard start.pointee == 0x7B else {
            document = JSONValue(checking: text, count: length)
            return
        }
        isWhole = places.reserveExactly(48 * MemoryLayout<Place>.stride)
        guard let end = takeMembers(start), JSONScanner.skipSpace(end) == text + length else {
            return
        }
        document = JSONValue(start: start, end: end)
    }

    /// To the closing bracket and behind it.
    @_optimize(speed) @inline(never)
    private mutating func takeMembers(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
        var p = JSONScanner.skipSpace(start + 1)
        if p.pointee == 0x7D { return p + 1 }
        while true {
            guard let value = JSONScanner.valueStart(ofMember: p),
                let end = JSONScanner.memberEnd(value, inside: 1)
            else { return nil }
            note(p, value, end)
            let next = JSONScanner.skipSpace(end)
            if next.pointee == 0x7D { return next + 1 }
            if next.pointee != 0x2C { return nil }
            p = JSONScanner.skipSpace(next + 1)
        }
    }

    @inline(__always)
    private mutating func note(
        _ name: UnsafePointer<UInt8>, _ value: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) {
        let stride = MemoryLayout<Place>.stride
        guard isWhole, count < MemberIndex.most, places.extendWithRoom(by: stride) else {
            isWhole = false
            return
        }
        // Behind its quote: mostly two bytes before the value, with the colon between them.
        var nameEnd = value - 1
        while nameEnd[-1] != 0x22 { nameEnd -= 1 }
        UnsafeMutableRawPointer(places.bytes).storeBytes(
            of: Place(
                name: JSONValue(start: name, end: nameEnd),
                value: JSONValue(start: value, end: end)),
            toByteOffset: count &* stride, as: Place.self)
        count += 1
    }

    /// The member of that name; of several, the last.
    @inline(never)
    func member(_ name: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        if !isWhole { return document?.member(name) }
        let list = UnsafeRawPointer(places.bytes)
        let first = name.first ?? 0x22  // the quote behind a name without text
        var index = count
        while index > 0 {
            index -= 1
            let place = list.load(
                fromByteOffset: index &* MemoryLayout<Place>.stride, as: Place.self)
            // A name that is shorter is another; one that is longer may have escapes. Most differ in their
            // first byte already.
            let begin = place.name.start[1]
            if place.name.count &- 2 >= name.count && (begin == first || begin == 0x5C)
                && place.name.isText(name)
            {
                return place.value
            }
        }
        return nil
    }
}
