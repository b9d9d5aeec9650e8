/// A list of words that were compiled in, as one text in which "|" parts them.
///
/// An array of them would be a table of addresses, each of which the loader has to set: 24 bytes of data and 24
/// of relocation for a word, in every process that loads the library.
package struct Words: ExpressibleByStringLiteral, Sequence {
    private let text: StaticString

    package init(stringLiteral text: StaticString) { self.text = text }

    package func makeIterator() -> Iterator {
        Iterator(place: text.utf8Start, end: text.utf8Start + text.utf8CodeUnitCount)
    }

    package struct Iterator: IteratorProtocol {
        fileprivate var place: UnsafePointer<UInt8>
        fileprivate let end: UnsafePointer<UInt8>

        @inline(never)
        package mutating func next() -> UnsafeBufferPointer<UInt8>? {
            if place >= end { return nil }
            let start = place
            while place < end && place.pointee != 0x7C { place += 1 }
            let word = UnsafeBufferPointer(start: start, count: place - start)
            place += 1
            return word
        }
    }

    @inline(never)
    package func contains(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
        for known in self where equal(known, word) { return true }
        return false
    }

    package func contains(_ word: [UInt8]) -> Bool {
        word.withUnsafeBufferPointer { contains($0) }
    }

    /// Letters of either case are one.
    @inline(never)
    package func containsIgnoringCase(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
        for known in self where equalIgnoringCase(known, word) { return true }
        return false
    }
}
