import CPlatform

/// The limits of time of one call. Guarded by the engine's lock; times are in nanoseconds on the
/// monotonic clock, 0 meaning none.
struct Limits {
    enum Phase {
        /// A pause before the next attempt.
        case sleeping(until: UInt64)
        /// Sent; neither an event nor a document has come.
        case awaiting(since: UInt64)
        /// Events or the bytes of a document are coming in.
        case receiving
        /// The stream told a failure; a little time for its details.
        case expectingDetails(until: UInt64)
    }

    private let firstEventLimit: UInt64
    private let idleLimit: UInt64
    private let graceLimit: UInt64
    /// When all of the call must be over, and the option that says so.
    let total: UInt64
    let totalIsPatience: Bool

    var phase = Phase.sleeping(until: 0)
    /// When something meaningful last arrived; keepalives and comments are not.
    private var lastProgress: UInt64 = 0
    /// When the last output item ended with no other open; 0 while one is.
    private var itemsDone: UInt64 = 0

    init(_ settings: Settings, _ operation: Operation) {
        func nanoseconds(_ milliseconds: Int64) -> UInt64 {
            UInt64(max(0, milliseconds)) &* 1_000_000
        }
        firstEventLimit = nanoseconds(settings.firstEventTimeout)
        idleLimit = nanoseconds(settings.idleTimeout)
        graceLimit = nanoseconds(settings.completionGrace)
        let now = platform_now()
        var total = settings.timeout > 0 ? now &+ nanoseconds(settings.timeout) : 0
        var isPatience = false
        if operation.patience >= 0 {
            let end = max(1, now &+ nanoseconds(operation.patience))
            if total == 0 || end <= total {
                total = end
                isPatience = true
            }
        }
        self.total = total
        totalIsPatience = isPatience
    }

    /// What the owner has seen since the last look.
    struct Progress {
        /// When the bytes that it reads now arrived.
        var arrival: UInt64 = 0
        var sawEvent = false
        var sawAllItemsDone = false
        /// An event was noted in this attempt: from then on another limit stands.
        fileprivate var hasBegun = false

        /// To be noted now. Anything else only puts a limit off: should that one be reached first, it is
        /// looked at again.
        var bringsLimitForward: Bool { sawEvent && (!hasBegun || sawAllItemsDone) }
    }

    mutating func note(_ progress: inout Progress) {
        if !progress.sawEvent { return }
        progress.sawEvent = false
        progress.hasBegun = true
        lastProgress = progress.arrival
        itemsDone = progress.sawAllItemsDone ? progress.arrival : 0
        switch phase {
        case .awaiting: phase = .receiving
        default: break
        }
    }

    /// Bytes that the owner has not read yet are progress: it is the reader who is slow.
    mutating func look(at transfer: Transfer, _ now: UInt64) {
        switch transfer.mode {
        case .events:
            if !transfer.inbox.isEmpty || transfer.isPaused {
                lastProgress = now
                itemsDone = 0
                if case .awaiting = phase { phase = .receiving }
            }
        case .body:
            if case .awaiting = phase { phase = .receiving }
            lastProgress = max(lastProgress, transfer.lastArrival)
        default: break
        }
    }

    /// When to look again: the next limit that stands now.
    var nextDeadline: UInt64 {
        var deadline = total
        func limit(_ time: UInt64) {
            if time != 0 && (deadline == 0 || time < deadline) { deadline = time }
        }
        switch phase {
        case .sleeping(let until): limit(until)
        case .awaiting(let since): if firstEventLimit > 0 { limit(since &+ firstEventLimit) }
        case .receiving:
            if idleLimit > 0 { limit(lastProgress &+ idleLimit) }
            if graceLimit > 0 && itemsDone > 0 { limit(itemsDone &+ graceLimit) }
        case .expectingDetails(let until): limit(until)
        }
        return deadline
    }

    enum Reached { case nothing, pause, firstEvent, idle, grace, details, total }

    /// Which limit has been reached.
    func reached(_ now: UInt64) -> Reached {
        if total != 0 && now >= total { return .total }
        switch phase {
        case .sleeping(let until): return now >= until ? .pause : .nothing
        case .awaiting(let since):
            return firstEventLimit > 0 && now >= since &+ firstEventLimit ? .firstEvent : .nothing
        case .receiving:
            if graceLimit > 0 && itemsDone > 0 && now >= itemsDone &+ graceLimit { return .grace }
            return idleLimit > 0 && now >= lastProgress &+ idleLimit ? .idle : .nothing
        case .expectingDetails(let until): return now >= until ? .details : .nothing
        }
    }
}

extension Call {
    /// The engine says that a deadline has passed: finds out which limit it was and acts on it.
    func limitReached() {
        let now = platform_now()
        let reached = engine.locked {
            limits.note(&progress)
            return limits.reached(now)
        }
        switch reached {
        case .nothing: engine.locked { engine.setDeadline(self, limits.nextDeadline) }
        case .pause: startAttempt()
        case .details: failAsServerSaid()
        case .total:
            if limits.totalIsPatience {
                fail(
                    .timeout,
                    "timeout_ms: the response had not ended after \(operation.patience) ms")
            } else {
                fail(.timeout, "timeout_ms: the call was not over after \(settings.timeout) ms")
            }
        case .firstEvent:
            let what = request.wantsEvents ? "no event" : "no answer"
            attemptTimedOut(
                "first_event_timeout_ms: \(what) came within \(settings.firstEventTimeout) ms")
        case .idle:
            let what = request.wantsEvents ? "no event" : "nothing more"
            streamStalled("idle_timeout_ms: \(what) came for \(settings.idleTimeout) ms")
        case .grace:
            streamStalled(
                "completion_grace_ms: every output item was done, but the stream did not end within "
                    + "\(settings.completionGrace) ms")
        }
    }
}
