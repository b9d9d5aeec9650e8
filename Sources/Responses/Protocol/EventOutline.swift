import CPlatform

/// JSON without its long texts, which are empty in it, and where those are.
///
/// A large event is little more than a text. What is looked for in it, a dozen times, is looked for here, so that
/// the text is passed over once, and not at all where it is known from before (`ArrivingEvent`).
package final class EventOutline {
    private struct Hole {
        /// In the outline, of the closing quote.
        let place: Int
        /// The text, in what the outline is of.
        let start: Int
        let count: Int
    }

    package enum Outcome { case fine, malformed, noMemory }

    private var outline = ByteBuffer()
    private var holes: [Hole] = []
    private let source: UnsafePointer<UInt8>

    /// Of what begins there; it stays for as long as this is in use.
    package init(of source: UnsafePointer<UInt8>) { self.source = source }

    /// All of it. It ends in NUL, as `JSONScanner` wants it.
    package var text: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: outline.bytes, count: outline.count)
    }

    /// Of text that has been checked.
    package var value: JSONValue? { JSONValue(checked: text) }

    // MARK: making

    /// Takes out texts from a length on. Checks all strings, and of the rest nothing: it is the same in the
    /// outline. `known` tells how many bytes of the text at a place need no check.
    package func make(
        _ count: Int, longText: Int, known: (UnsafePointer<UInt8>) -> Int = { _ in 0 }
    ) -> Outcome {
        let end = source + count
        var from = source
        var p = source
        while p < end {
            guard let quote = memchr(p, 0x22, end - p) else { break }
            let text = UnsafePointer(quote.assumingMemoryBound(to: UInt8.self)) + 1
            var hasEscapes = false
            guard let textEnd = JSONScanner.stringEnd(text + known(text), &hasEscapes),
                textEnd < end
            else { return .malformed }
            p = textEnd + 1
            // A name stays: members are looked for by it.
            if textEnd - text < longText || JSONScanner.skipSpace(p).pointee == 0x3A { continue }
            if !outline.append(from, text - from) { return .noMemory }
            holes.append(
                Hole(place: outline.count, start: text - source, count: textEnd - text))
            from = textEnd
        }
        return outline.append(from, end - from) ? .fine : .noMemory
    }

    // MARK: from the outline to the whole

    package func contains(_ value: JSONValue) -> Bool {
        value.start >= UnsafePointer(outline.bytes)
            && value.end <= UnsafePointer(outline.bytes) + outline.count
    }

    /// A value of the outline, with its texts.
    package func whole(_ value: JSONValue) -> JSONValue {
        JSONValue(start: place(value.start), end: place(value.end))
    }

    private func place(_ p: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        let offset = p - UnsafePointer(outline.bytes)
        let next = firstHole(from: offset &+ 1)
        if next == 0 { return source + offset }
        let hole = holes[next - 1]  // safe: there is one before
        return source + (hole.start &+ hole.count &+ (offset &- hole.place))
    }

    /// The texts that were taken out of a value, with their places in it.
    package func forEachText(
        of value: JSONValue, _ body: (_ place: Int, UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Bool {
        let offset = value.start - UnsafePointer(outline.bytes)
        var index = firstHole(from: offset)
        while index < holes.count, holes[index].place < offset &+ value.count {
            let hole = holes[index]
            let text = UnsafeBufferPointer(start: source + hole.start, count: hole.count)
            if !body(hole.place &- offset, text) { return false }
            index += 1
        }
        return true
    }

    private func firstHole(from offset: Int) -> Int {
        var low = 0
        var high = holes.count
        while low < high {
            let middle = (low + high) / 2
            if holes[middle].place < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
