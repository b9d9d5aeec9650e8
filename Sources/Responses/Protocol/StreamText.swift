/// The text of a stream as it came, beside the events that are read from it: of those that were accepted it is
/// handed over, of the others it is left out.
package final class StreamText {
    private var bytes = ByteBuffer()
    /// How many of the bytes belong to accepted events.
    package private(set) var ready = 0
    private var lent = 0

    package init() {}

    /// False when memory is out.
    package func arrived(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        self.bytes.append(bytes, count)
    }

    /// All text but the last `behind` bytes is that of accepted events, and of the comments before them.
    package func accept(_ behind: Int) { ready = max(ready, bytes.count &- behind) }

    /// The same text is that of an event that was not accepted.
    package func skip(_ behind: Int) {
        let end = bytes.count &- behind
        if end <= ready { return }
        if ready == 0 { return bytes.consume(end) }
        bytes.cut(ready, to: end)
    }

    /// The stream is over; of its last event no more comes.
    package func breakOff() { bytes.truncate(to: ready) }

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
