/// How far the owner of a call has read it.
struct Reading {
    /// The interrupts of the client that this call ignores: those from before it was made, and those that
    /// have already ended a wait.
    var interruptsSeen: UInt64
    /// `wait` has read an event that was not delivered yet.
    var hasEventInHand = false
    /// The last `next` returned an event, which stays valid until the next call of it.
    var hasLentEvent = false
    /// `next` returned "again", and will do so until new data arrive.
    var hasNothingToRead = false
    /// The last event was large, and stored texts may refer to its bytes.
    var mustSettle = false
    /// The last event had the shape of the one before it, and with that its type.
    var lastWasAlike = false
    /// Of a call that is fed: nothing more will come.
    var isFedToEnd = false
    /// A limit was reached, and the bytes that had arrived by then contained no event.
    var hasLookedAgain = false

    init(interruptsSeen: UInt64) { self.interruptsSeen = interruptsSeen }
}

/// The progress of a stream.
struct StreamState {
    /// The number of the last accepted event: the cursor.
    var lastSequence: Int64
    /// Accepted events, not counting keepalives.
    var takenEvents = 0
    /// The terminal event was read; the next call of `next` reports the end.
    var hasTerminalEvent = false

    init(lastSequence: Int64) { self.lastSequence = lastSequence }
}

/// A failure that the stream has reported.
struct ToldFailure {
    /// The failure; more of its details may still follow.
    var details: ServerFailure?
    /// The event that reported it, at most `max_error_bytes`.
    var body: Text?
    /// An event that counts as a failure if the stream ends after it.
    var suspicion: (told: ServerFailure, body: Text?)?

    /// The failure was reported with details.
    var saysSomething: Bool { details?.isEmpty == false }
}

/// Polling a response until it has ended.
struct Polling {
    /// The next pause, in milliseconds; it grows.
    private var interval: Int64
    /// The failure since the last answer.
    var outage: Text?
    /// The server has answered before.
    var wasAnswered = false

    init(interval: Int64) { self.interval = interval }

    /// The pause before the response is asked for again.
    mutating func nextPause() -> Int64 {
        let pause = interval
        interval = max(interval, min((interval * 3 + 1) / 2, 5000))
        return pause
    }
}
