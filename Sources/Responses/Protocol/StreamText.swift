/// The text of a stream as it came, beside the events that are read from it: of those that were accepted it is
/// handed over, of the others it is left out.
package final class StreamText {
    private var bytes = ByteBuffer()
    /// How many of the bytes belong to accepted events.
    package private(set) var ready = 0
    private var lent = 0
    /// What ended with the CR at the end has its LF already, or was left out: should it come, it is of no use.
    private var hasLineFeed = false

    package init() {}

    /// False when memory is out.
    package func arrived(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        let known = hasLineFeed && count > 0 && bytes[0] == 0x0A ? 1 : 0
        if count > 0 { hasLineFeed = false }
        return self.bytes.append(bytes + known, count &- known)
    }

    /// All text but the last `behind` bytes is that of accepted events, and of the comments before them.
    package func accept(_ behind: Int) {
        if behind == 0 && endsInCarriageReturn { hasLineFeed = bytes.append(0x0A) }
        ready = max(ready, bytes.count &- behind)
    }

    /// The blank line behind the event, where lines end in CRLF, but for its LF.
    private var endsInCarriageReturn: Bool {
        let count = bytes.count
        guard count >= 3 else { return false }
        let end = bytes.bytes + (count &- 3)
        return end[0] == 0x0D && end[1] == 0x0A && end[2] == 0x0D
    }

    /// The same text is that of an event that was not accepted.
    package func skip(_ behind: Int) {
        let end = bytes.count &- behind
        if end <= ready { return }
        if behind == 0 && endsInCarriageReturn { hasLineFeed = true }
        if ready == 0 { return bytes.consume(end) }
        bytes.cut(ready, to: end)
    }

    /// The stream is over; of its last event no more comes.
    package func breakOff() {
        bytes.truncate(to: ready)
        hasLineFeed = false
    }

    /// What is to be handed over now; it stays until `takeBack`.
    package func lend() -> UnsafeBufferPointer<UInt8> {
        lent = ready
        return UnsafeBufferPointer(start: bytes.bytes, count: lent)
    }

    package func takeBack() {
        bytes.consume(lent)
        ready = ready &- lent
        lent = 0
        if bytes.isEmpty { bytes.reset(keeping: ByteBufferLimits.kept) }
    }
}
