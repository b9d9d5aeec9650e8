/// Goes through the members of an object or the elements of an array, one after the other.
///
/// Not inlined where it is used, which is in many places.
package struct JSONMembers {
    /// Of the member that `next()` came to; nil for an element.
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
    @_optimize(speed) @inline(never)
    package mutating func next() -> Bool {
        guard var p = place, p.pointee != 0x7D, p.pointee != 0x5D else { return false }
        if isObject {
            guard let nameEnd = JSONScanner.valueEnd(p) else { return false }
            name = JSONValue(start: p, end: nameEnd)
            p = JSONScanner.skipSpace(JSONScanner.skipSpace(nameEnd) + 1)
        }
        guard let valueEnd = JSONScanner.valueEnd(p) else { return false }
        value = JSONValue(start: p, end: valueEnd)
        p = JSONScanner.skipSpace(valueEnd)
        if p.pointee == 0x2C { p = JSONScanner.skipSpace(p + 1) }
        place = p
        return true
    }
}
