/// Where the owner of a call is in reading it.
struct Reading {
    /// The interrupts of the client that are no news for this call: those from before it was made, and
    /// those that have ended a wait.
    var interruptsSeen: UInt64
    /// An event was read by `wait` and not handed over yet.
    var hasEventInHand = false
    /// The last `next` gave an event, which is the reader's until the next one.
    var hasLentEvent = false
    /// `next` said "again", and until there is news it will say so again.
    var hasNothingToRead = false
    /// The last event was large, and something may refer to its bytes.
    var mustSettle = false
    /// A limit was reached, and what had come by then was taken in: it had no event.
    var hasLookedAgain = false

    init(interruptsSeen: UInt64) { self.interruptsSeen = interruptsSeen }
}

/// How far a stream has come.
struct StreamState {
    /// The number of the last event that was taken in: the cursor.
    var lastSequence: Int64
    /// Events that were taken in, keepalives not counted.
    var takenEvents = 0
    /// The terminal event was read; what is left is to say so.
    var hasTerminalEvent = false

    init(lastSequence: Int64) { self.lastSequence = lastSequence }
}

/// What a stream has told of a failure.
struct ToldFailure {
    /// The failure; more of its details may still follow.
    var details: ServerFailure?
    /// The event that told it, at most `ResponsesError.maximumBody` bytes of it.
    var body: Text?
    /// An event that may have told one, were the stream to end now.
    var suspicion: (told: ServerFailure, body: Text?)?

    /// The failure was told, and with more than that it happened.
    var saysSomething: Bool { details?.isEmpty == false }
}

/// A response that is asked for again and again until it has ended.
struct Polling {
    /// The next pause, in milliseconds; it grows.
    private var interval: Int64
    /// What went wrong since the last answer.
    var outage: Text?
    /// An answer has come, so that the server was there.
    var wasAnswered = false

    init(interval: Int64) { self.interval = interval }

    /// The pause before the response is asked for again.
    mutating func nextPause() -> Int64 {
        let pause = interval
        interval = max(interval, min((interval * 3 + 1) / 2, 5000))
        return pause
    }
}
