/// Goes through the members of an object or the elements of an array, one after the other.
///
/// Not inlined where it is used, which is in many places.
package struct JSONMembers {
    /// Of the member that `next()` or `begin()` came to; nil for an element.
    package private(set) var name: JSONValue?
    package private(set) var value: JSONValue
    /// The next name, value or closing bracket; nil behind the last.
    private var place: UnsafePointer<UInt8>?
    private let isObject: Bool

    /// Any other value has none.
    package init(of container: JSONValue) {
        value = container
        isObject = container.start.pointee == 0x7B
        let isContainer = isObject || container.start.pointee == 0x5B
        place = isContainer ? JSONScanner.skipSpace(container.start + 1) : nil
    }

    /// Goes on to the next; false when there is none.
    @inline(__always)
    package mutating func next() -> Bool {
        guard let start = begin() else { return false }
        return skip(start)
    }

    /// Goes on to where the next value begins, for who reads that value by himself: `end(at:)` or `skip`
    /// follows. Nil when there is none.
    @_optimize(speed) @inline(never)
    package mutating func begin() -> UnsafePointer<UInt8>? {
        guard let p = place, p.pointee != 0x7D, p.pointee != 0x5D else { return nil }
        if !isObject { return p }
        guard let nameEnd = JSONScanner.valueEnd(p) else { return nil }
        name = JSONValue(start: p, end: nameEnd)
        return JSONScanner.skipSpace(JSONScanner.skipSpace(nameEnd) + 1)
    }

    /// Finds the end of the value that begins there.
    @inline(__always)
    package mutating func skip(_ start: UnsafePointer<UInt8>) -> Bool {
        guard let end = JSONScanner.memberEnd(start, inside: 0) else { return false }
        value = JSONValue(start: start, end: end)
        self.end(at: end)
        return true
    }

    /// The value ends there.
    @inline(__always)
    package mutating func end(at end: UnsafePointer<UInt8>) {
        let p = JSONScanner.skipSpace(end)
        place = p.pointee == 0x2C ? JSONScanner.skipSpace(p + 1) : p
    }

    /// Behind the closing bracket, when there is no other.
    @inline(__always)
    package var behind: UnsafePointer<UInt8>? { place.map { $0 + 1 } }
}
