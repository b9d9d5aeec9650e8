/// The events of one response, in order.
///
/// A background stream keeps them all, for readers that come later or come back; any other stream
/// has one reader, and what that has read is forgotten.
struct EventLog {
    private(set) var events: [StreamEvent] = []
    /// Sequence number of the first event still here.
    private(set) var firstSequence = 0
    private(set) var nextSequence = 0
    let keepsAll: Bool

    init(keepsAll: Bool) { self.keepsAll = keepsAll }

    mutating func append(_ draft: EventDraft) {
        events.append(StreamEvent(draft: draft, sequence: nextSequence))
        nextSequence += 1
    }

    /// Events with a sequence number of at least this, at most so many of them.
    func events(from sequence: Int, limit: Int) -> ArraySlice<StreamEvent> {
        let start = min(max(0, sequence - firstSequence), events.count)
        return events[start..<min(events.count, start + limit)]
    }

    /// Forgets what lies before the sequence number, unless everything is kept.
    mutating func forget(before sequence: Int) {
        guard !keepsAll, sequence > firstSequence else { return }
        let count = min(sequence - firstSequence, events.count)
        events.removeFirst(count)
        firstSequence += count
    }

    mutating func forgetAll() {
        firstSequence += events.count
        events.removeAll(keepingCapacity: true)
    }
}
