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
    package init(of container: JSONValue) { self.init(at: container.start) }

    /// Of a value whose end is not known yet: it is `behind` the last member.
    package init(at start: UnsafePointer<UInt8>) {
        value = JSONValue(start: start, end: start)
        isObject = start.pointee == 0x7B
        let isContainer = isObject || start.pointee == 0x5B
        place = isContainer ? JSONScanner.skipSpace(start + 1) : nil
    }

    /// Goes on to the next; false when there is none.
    @inline(__always)
    package mutating func next() -> Bool {
        guard let start = begin() else { return false }
        skip(start)
        return true
    }

    /// Goes on to where the next value begins, for who reads that value by himself: `end(at:)` or `skip`
    /// follows. Nil when there is none.
    @_optimize(speed) @inline(never)
    package mutating func begin() -> UnsafePointer<UInt8>? {
        guard let p = place, p.pointee != 0x7D, p.pointee != 0x5D, p.pointee != 0 else {
            return nil
        }
        if !isObject { return p }
        let nameEnd = CheckedJSON.stringEnd(p)
        name = JSONValue(start: p, end: nameEnd)
        let colon = JSONScanner.skipSpace(nameEnd)
        return colon.pointee == 0x3A ? JSONScanner.skipSpace(colon + 1) : nil
    }

    /// As `next`, where the ends of large values are known; `known` is of the same container.
    mutating func next(_ known: inout LargeValues.Cursor) -> Bool {
        guard let start = begin() else { return false }
        if let end = known.end(of: start) {
            value = JSONValue(start: start, end: end)
            self.end(at: end)
        } else {
            skip(start)
        }
        return true
    }

    /// Finds the end of the value that begins there.
    @inline(__always)
    package mutating func skip(_ start: UnsafePointer<UInt8>) {
        let end = CheckedJSON.valueEnd(start)
        value = JSONValue(start: start, end: end)
        self.end(at: end)
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
