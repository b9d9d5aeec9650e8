import CPlatform

/// The limits of time of one call. Guarded by the engine's lock; times are in nanoseconds on the
/// monotonic clock, 0 meaning none. docs/guarantees.md has the table of phases and limits.
struct Limits {
    enum Phase {
        /// A pause before the next attempt.
        case sleeping(until: UInt64)
        /// The host is asked for the key of the next attempt, and takes the time that it needs.
        case asking
        /// The host's functions are called, and no limit stands.
        case calling
        /// A turn waits for those before it, or for its session.
        case queued
        /// Sent; neither an event nor the beginning of a document has come.
        case awaiting(since: UInt64)
        /// A document is coming in. All of it is to be here within the limit that began when the request
        /// was sent: one that drips in has no other end.
        case downloading(since: UInt64)
        /// Events are coming in.
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

    private(set) var phase = Phase.sleeping(until: 0)
    /// The limit of the phase `awaiting`. A stream that goes on has begun already: it is `idleLimit` where
    /// that is shorter.
    private var answerLimit: UInt64
    /// When something meaningful last arrived; keepalives and comments are not.
    private var lastProgress: UInt64 = 0
    /// When the last output item ended with no other open; 0 while one is.
    private var itemsDone: UInt64 = 0
    /// When the response must have ended that is asked for again and again in place of its stream.
    private var endOfPolling: UInt64 = 0
    /// See `bringForward`.
    private var isBroughtForward = false

    init(_ frozen: FrozenSettings, _ operation: Operation) {
        func nanoseconds(_ milliseconds: Int64) -> UInt64 {
            UInt64(max(0, milliseconds)) &* 1_000_000
        }
        firstEventLimit = nanoseconds(frozen.values.firstEventTimeout)
        idleLimit = nanoseconds(frozen.values.idleTimeout)
        graceLimit = nanoseconds(frozen.values.completionGrace)
        answerLimit = firstEventLimit
        let now = platform_now()
        var total = frozen.values.timeout > 0 ? now &+ nanoseconds(frozen.values.timeout) : 0
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

    // MARK: what happens to the call

    mutating func attemptBegins(_ now: UInt64, goesOn: Bool) {
        phase = .awaiting(since: now)
        isBroughtForward = false
        answerLimit = firstEventLimit
        if goesOn && idleLimit > 0 && (answerLimit == 0 || idleLimit < answerLimit) {
            answerLimit = idleLimit
        }
        lastProgress = 0
        itemsDone = 0
    }

    mutating func pauseBegins(_ now: UInt64, _ milliseconds: Int64) {
        isBroughtForward = false
        phase = .sleeping(until: now &+ UInt64(max(0, milliseconds)) &* 1_000_000)
    }

    mutating func keyIsAwaited() { phase = .asking }

    mutating func outputsAreAwaited() { phase = .calling }

    mutating func turnWaits() { phase = .queued }

    mutating func failureWasTold(_ now: UInt64) {
        phase = .expectingDetails(until: now &+ 1_000_000_000)
    }

    /// From now on the response is asked for in place of the rest of its stream.
    mutating func pollingBegins(_ now: UInt64) {
        if endOfPolling == 0 && idleLimit > 0 { endOfPolling = now &+ idleLimit }
    }

    mutating func documentBegins(_ now: UInt64) {
        if case .awaiting(let since) = phase { phase = .downloading(since: since) }
        lastProgress = now
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

    /// `now`: the engine's clock. The owner comes for more, so that the time since the last event is the
    /// server's and not that of a reader who was elsewhere.
    mutating func note(_ progress: inout Progress, _ now: UInt64) {
        if !progress.sawEvent { return }
        progress.sawEvent = false
        progress.hasBegun = true
        lastProgress = max(progress.arrival, now)
        itemsDone = progress.sawAllItemsDone ? lastProgress : 0
        if case .awaiting = phase { phase = .receiving }
    }

    /// A limit was reached: whether that is the reader's doing, who has not looked at what is there.
    ///
    /// Bytes that the owner takes and that are no events (comments, keepalives, blank lines) are none of
    /// that, however many they are: the limits go by what was decoded.
    mutating func look(at transfer: Transfer, _ now: UInt64) {
        switch transfer.mode {
        case .events, .bytes:
            if transfer.inbox.isEmpty && !transfer.isPaused { return }
            if transfer.wasTakenFrom {
                transfer.wasTakenFrom = false
                return
            }
            lastProgress = now
            if itemsDone > 0 { itemsDone = now }
            // Whether it has an event is seen when it is read: half of one is none.
            if case .awaiting = phase { phase = .awaiting(since: now) }
        case .body: lastProgress = max(lastProgress, transfer.lastArrival)
        case .undecided:
            // The answer is awaited from the last bytes of the request on.
            if case .awaiting(let since) = phase, transfer.request.stream != nil {
                phase = .awaiting(since: max(since, transfer.outbox.lastTaken))
            }
        default: break
        }
    }

    /// The same for a turn. While its connection is paused, another turn's reader is late.
    mutating func look(at turn: Turn, _ now: UInt64) {
        let isPaused = turn.socket?.transfer.isPaused ?? false
        if turn.inbox.isEmpty && !isPaused && !turn.waitsForOther { return }
        if turn.wasTakenFrom && !turn.inbox.isEmpty {
            turn.wasTakenFrom = false
            return
        }
        lastProgress = now
        if itemsDone > 0 { itemsDone = now }
        if case .awaiting = phase { phase = .awaiting(since: now) }
    }

    // MARK: which limit stands

    /// When to look again: the next limit that stands now.
    var nextDeadline: UInt64 {
        if case .calling = phase { return 0 }
        var deadline = total
        func limit(_ time: UInt64) {
            if time != 0 && (deadline == 0 || time < deadline) { deadline = time }
        }
        limit(endOfPolling)
        switch phase {
        case .asking, .calling, .queued: break
        case .sleeping(let until): limit(until)
        case .awaiting(let since): if answerLimit > 0 { limit(since &+ answerLimit) }
        case .downloading(let since):
            if answerLimit > 0 { limit(since &+ answerLimit) }
            if idleLimit > 0 { limit(lastProgress &+ idleLimit) }
        case .receiving:
            if idleLimit > 0 { limit(lastProgress &+ idleLimit) }
            if graceLimit > 0 && itemsDone > 0 { limit(itemsDone &+ graceLimit) }
        case .expectingDetails(let until): limit(until)
        }
        return deadline
    }

    enum Reached: Equatable { case nothing, pause, answer, idle, grace, details, polling, total }

    /// Which limit has been reached.
    func reached(_ time: UInt64) -> Reached {
        if case .calling = phase { return .nothing }
        let now = isBroughtForward ? max(time, nextDeadline) : time
        if total != 0 && now >= total { return .total }
        if endOfPolling != 0 && now >= endOfPolling { return .polling }
        switch phase {
        case .asking, .calling, .queued: return .nothing
        case .sleeping(let until): return now >= until ? .pause : .nothing
        case .awaiting(let since):
            return answerLimit > 0 && now >= since &+ answerLimit ? .answer : .nothing
        case .downloading(let since):
            if answerLimit > 0 && now >= since &+ answerLimit { return .answer }
            return idleLimit > 0 && now >= lastProgress &+ idleLimit ? .idle : .nothing
        case .receiving:
            if graceLimit > 0 && itemsDone > 0 && now >= itemsDone &+ graceLimit { return .grace }
            return idleLimit > 0 && now >= lastProgress &+ idleLimit ? .idle : .nothing
        case .expectingDetails(let until): return now >= until ? .details : .nothing
        }
    }

    /// In a replay: what was recorded ends at a limit, and the next one that stands is reached now. False: none
    /// stands.
    mutating func bringForward() -> Bool {
        isBroughtForward = nextDeadline != 0
        return isBroughtForward
    }

    /// A limit was reached that stands whatever may be in the bytes that wait to be read.
    func isFirmlyReached(_ now: UInt64) -> Bool {
        if isBroughtForward { return false }
        switch reached(now) {
        case .total, .polling: return true
        default: return false
        }
    }

    /// Events are coming in: what is noted then puts limits off.
    var isReceiving: Bool {
        if case .receiving = phase { return true }
        return false
    }

    var isDownloading: Bool {
        if case .downloading = phase { return true }
        return false
    }

    /// How much of the time that was asked for is left, in milliseconds; nil without a limit.
    func millisecondsLeft(_ now: UInt64) -> Int64? {
        if total == 0 { return nil }
        return total > now ? Int64(clamping: (total &- now) / 1_000_000) : 0
    }
}

extension Call {
    /// The engine says that a deadline has passed: finds out which limit it was and acts on it.
    func limitReached() {
        let now = platform_now()
        let (reached, isDownloading) = engine.locked {
            limits.note(&progress, engine.now)
            return (limits.reached(now), limits.isDownloading)
        }
        switch reached {
        case .nothing, .pause, .details: break
        default: engine.locked { transfer?.recording?.hasTimedOut = true }
        }
        switch reached {
        case .nothing:
            // An event that was read since puts it off.
            engine.locked {
                hasExpired = false
                engine.setDeadline(self, nextDeadline)
            }
        case .pause: startAttempt()
        case .details: failAsServerSaid()
        case .polling:
            fail(
                makeError(
                    .timeout,
                    "idle_timeout_ms: the stream could not be resumed, and the response had not ended "
                        + "after \(settings.idleTimeout) ms", nil, isRetryable: true))
        case .total: totalReached()
        case .answer:
            let what: StaticString =
                isDownloading
                ? "the answer was not complete"
                : request.wantsEvents ? "no event came" : "no answer came"
            let isIdle =
                resumption.hasBegun && settings.idleTimeout > 0
                && (settings.firstEventTimeout == 0
                    || settings.idleTimeout < settings.firstEventTimeout)
            attemptTimedOut(
                isIdle
                    ? "idle_timeout_ms: \(what) within \(settings.idleTimeout) ms"
                    : "first_event_timeout_ms: \(what) within \(settings.firstEventTimeout) ms")
        case .idle:
            let what: StaticString = isDownloading ? "no more data" : "no event"
            let message: Message = "idle_timeout_ms: \(what) came for \(settings.idleTimeout) ms"
            if isDownloading { attemptTimedOut(message) } else { streamStalled(message) }
        case .grace:
            streamStalled(
                "completion_grace_ms: every output item was done, but the stream did not end within "
                    + "\(settings.completionGrace) ms")
        }
    }

    private func totalReached() {
        if !limits.totalIsPatience {
            return fail(.timeout, "timeout_ms: the call took longer than \(settings.timeout) ms")
        }
        var message: Message =
            "timeout_ms: the response had not ended after \(operation.patience) ms"
        if let outage = polling.outage {
            message += "; the last request failed: \(oneLine(outage.array))"
        }
        fail(.timeout, message)
    }
}
