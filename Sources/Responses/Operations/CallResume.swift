import CCurl
import CPlatform

/// The state of resuming a broken stream: after which event, and how often that was tried.
struct Resumption {
    /// The stream was resumed at least once: from then on every event must be the next one.
    private(set) var hasBegun = false
    /// The cursor when the stream was last resumed. Progress is an event that moves it.
    private var cursor: Int64 = -2
    /// How often it was resumed since the cursor moved.
    private(set) var withoutProgress = 0
    /// How often at one cursor the server sent other events than the next ones, or another response.
    private(set) var misplacements = 0
    private var misplacedAt: Int64 = -2
    /// How many connections in a row broke soon after they began.
    private var shortLived = 0
    private var lastBegin: UInt64 = 0

    /// The number after those of keepalives: keepalives are not events of the response, and a server that
    /// counts them does not send them again.
    var afterKeepalives: Int64 = -1
    /// The server left out numbers on an unbroken connection: its numbers only have to increase.
    var hasHoles = false

    /// What is asked of the server.
    enum Source {
        /// The events after the cursor.
        case stream
        /// The response, once, because the stream ended without new events.
        case look
        /// The response, until it has ended, because its stream is not available.
        case poll
    }
    var source = Source.stream

    /// Notes that the stream will be resumed. Returns the pause before that, in milliseconds; nil when
    /// there were too many attempts.
    mutating func begin(
        after cursor: Int64, limit: Int, _ backoff: RetryRule.Backoff, _ now: UInt64
    ) -> Int64? {
        if isExhausted(at: cursor, limit) { return nil }
        if cursor != self.cursor {
            self.cursor = cursor
            withoutProgress = 0
        }
        let isShort = hasBegun && now &- lastBegin < 1_000_000_000
        shortLived = isShort ? shortLived &+ 1 : 0
        lastBegin = now
        hasBegun = true
        withoutProgress &+= 1
        if withoutProgress > 1 {
            return backoff.milliseconds(retry: withoutProgress - 2)
        }
        // At once: most breaks are over when they are noticed. A server that breaks off after every event
        // is asked at a rate that it can bear.
        return shortLived < 16 ? 0 : Int64(10) << Int64(min(shortLived - 16, 6))
    }

    /// There were too many attempts since the cursor moved.
    func isExhausted(at cursor: Int64, _ limit: Int) -> Bool {
        (hasMoved(cursor) ? 0 : withoutProgress) >= limit
    }

    func hasMoved(_ cursor: Int64) -> Bool { cursor != self.cursor }

    mutating func noteMisplacement(_ cursor: Int64) {
        if cursor != misplacedAt { misplacements = 0 }
        misplacedAt = cursor
        misplacements &+= 1
    }

    /// The response is asked for once.
    mutating func lookAtResponse() {
        source = .look
        hasBegun = true
    }

    /// From now on the server is asked for the response instead of its stream.
    mutating func giveUpStream() {
        source = .poll
        hasBegun = true
    }
}

/// Broken streams: which event is the next one, and how the rest is requested.
extension Call {
    // MARK: the place of an event

    /// Whether the event is accepted: it was not delivered before, and, after the stream was resumed, it is
    /// the next event of the same response. Moves the cursor.
    @inline(never)
    func isInPlace(_ json: UnsafeBufferPointer<UInt8>) -> Bool {
        let number = fields.sequence
        if event.kind.isKeepalive || isSignOfLife {
            let next = max(stream.lastSequence &+ 1, resumption.afterKeepalives)
            if number == next && number < Int64.max { resumption.afterKeepalives = number &+ 1 }
            // What the server repeats was a sign of life once.
            return number < 0 || number >= next || !mustFollow
        }
        let isNext =
            number >= 0
            && (number == stream.lastSequence &+ 1 || number == resumption.afterKeepalives)
        if !mustFollow {
            if number > stream.lastSequence {
                if !isNext && stream.lastSequence >= 0 { resumption.hasHoles = true }
                stream.lastSequence = number
            }
            return true
        }
        // A failure is told by whoever notices it, which may be a gateway that does not count.
        if event.kind == .error {
            if isNext { stream.lastSequence = number }
            return true
        }
        if number < 0 {
            // What cannot be placed may be a repetition. A type that nobody knows may be a gateway's sign
            // of life, and a terminal event may have the whole response.
            let isPlaceless =
                event.kind == .other || !resumption.hasBegun
                || event.kind.isTerminal && makesUpForTheRest(json)
            if !isPlaceless {
                return notInPlace("sent events without sequence numbers")
            }
            return isOfSameResponse(json) || notInPlace("sent another response")
        }
        if number <= stream.lastSequence { return false }
        if !isNext && !resumption.hasHoles {
            return notInPlace("sent event \(number), so events are missing")
        }
        if !isOfSameResponse(json) { return notInPlace("sent another response") }
        stream.lastSequence = number
        return true
    }

    /// A terminal event has all that came before it, or no more is to be had.
    private func makesUpForTheRest(_ json: UnsafeBufferPointer<UInt8>) -> Bool {
        // One that was made of a document is all that the server has.
        if transfer?.mode == .body || stream.lastSequence < 0 { return true }
        guard event.kind != .failed, let start = json.baseAddress,
            let document = JSONValue(checking: start, count: json.count)
        else { return true }
        let response = document.member("response")
        let output = response?.member("output")
        let isWhole = output?.element(0) != nil || output != nil && accumulator.items.isEmpty
        return isWhole || response.map { Refusal.hasFailed($0) } ?? false
    }

    /// Returns false: the event is not accepted, and the attempt has ended.
    private func notInPlace(_ what: Message) -> Bool {
        misplaced(what)
        return false
    }

    /// After a cursor, every event must be the next one.
    private var mustFollow: Bool { resumption.hasBegun || operation.startingAfter >= 0 }

    /// The event contains no response, or the one that the stream began with.
    private func isOfSameResponse(_ json: UnsafeBufferPointer<UInt8>) -> Bool {
        guard mustFollow, fields.delta.start == nil, let start = json.baseAddress,
            let document = JSONValue(checking: start, count: json.count),
            let response = document.member("response")
        else { return true }
        return isSameResponse(response)
    }

    private func isSameResponse(_ response: JSONValue) -> Bool {
        guard let id = response.member("id"), id.kind == .string, !id.rawText.isEmpty else {
            return true
        }
        if let known = accumulator.responseID { return id.isText(known.buffer) }
        // Behind a cursor of the caller's no event may have said it yet; the caller did.
        return operation.responseID.isEmpty
            || operation.responseID.withUnsafeBufferPointer { id.isText($0) }
    }

    /// The server did not send the requested events. It is asked once more.
    func misplaced(_ what: Message, _ kind: Message = "misplaced", body: Text? = nil) {
        if failure.details != nil { return failAsServerSaid() }
        resumption.noteMisplacement(stream.lastSequence)
        attemptEnded(
            .misplaced, noted: kind,
            else: Failing(
                .truncated,
                "the stream could not be resumed after event \(stream.lastSequence): the server \(what)",
                nil,
                isRetryable: true, body: body))
    }

    // MARK: the end of a connection

    /// The stream ended without a terminal event.
    func streamEnded(_ message: Message) {
        if failure.details != nil { return failAsServerSaid() }
        let isLast =
            !canResume
            || resumption.isExhausted(at: stream.lastSequence, settings.resumeAttempts)
        if isLast && endsWithLastWords() { return }
        let message = message + strayWords
        attemptEnded(
            .streamEnded(inOrder: transfer?.result == CURLE_OK), noted: "truncated",
            else: Failing(.truncated, message, nil, isRetryable: true))
    }

    /// No event came for too long.
    func streamStalled(_ message: Message) {
        attemptEnded(
            .streamStalled, noted: "timeout",
            else: Failing(.timeout, message, nil, isRetryable: true))
    }

    var canResume: Bool { judge().canResume }

    /// The server stores the response, even if nobody reads its stream.
    ///
    /// A server ends the work for a stream whose connection broke, but for a background response. A turn's connection is
    /// that of others as well: what is stored goes on to its end.
    var isStored: Bool {
        operation.isResumable || accumulator.isBackground
            || operation.turn != nil && accumulator.isKept
    }

    /// The id of the streamed response; nil while the server has sent none that can be used in a request.
    var streamID: [UInt8]? {
        if !operation.responseID.isEmpty { return operation.responseID }
        guard let id = accumulator.responseID, Path.isUsable(id.buffer) else { return nil }
        return id.array
    }

    // MARK: asking for the rest

    /// Requests what `resumption.source` says; for a stream, the events after the cursor. `wish`: the pause
    /// that the server asked for, in milliseconds, or -1. `reason`: the message of the error if there were
    /// too many attempts.
    func resume(_ reason: Text?, _ wish: Int64) {
        let now = platform_now()
        if download != nil { return resumeDownload(reason, wish, now) }
        guard
            var pause = resumption.begin(
                after: stream.lastSequence, limit: settings.resumeAttempts, settings.backoff,
                now)
        else {
            return fail(
                ResponsesError(.truncated, message: reason, makeDetails(nil, isRetryable: true)))
        }
        // A server may ask for a longer pause, and not for being asked without one.
        pause = max(pause, min(wish, RetryRule.longestWish))
        log.warning("resuming after event \(stream.lastSequence) in \(pause) ms")
        ask(in: pause)
    }

    func ask(in pause: Int64) {
        guard let id = streamID else {
            return fail(
                .truncated, "the stream broke and cannot be resumed: the server sent no response id"
            )
        }
        do throws(ResponsesError) {
            request = try id.withUnsafeBufferPointer { id throws(ResponsesError) in
                resumption.source == .stream
                    ? try Operation.resume(
                        id, after: stream.lastSequence, operation.streamQuery, frozen)
                    : HTTPRequest(
                        .get, at: Path.one, url: frozen.url(try Path.fill(Path.one, id)))
            }
        } catch {
            return fail(error)
        }
        request = placed(request)
        goesOn(resumption.source == .stream ? .resume : .poll, in: pause)
        if pause == 0 { startAttempt() } else { sleep(pause) }
    }

    // MARK: the response in place of its stream

    func beginPolling() {
        resumption.giveUpStream()
        let now = platform_now()
        engine.locked { limits.pollingBegins(now) }
    }

    /// A response arrived: in a poll, or as a document instead of events.
    func responseCame(_ document: JSONValue, _ transfer: Transfer) {
        if operation.kind == .stream && mustFollow && !isSameResponse(document) {
            return misplaced("sent another response")
        }
        let isUnderWay = isUnderWay(document)
        let isWhole = operation.kind == .poll ? isResponse(document) : hasEnded(document)
        if !isUnderWay && !isWhole { return unreadable(transfer, Call.noResponse) }
        // It says whether the server keeps it.
        let isFirst = isUnderWay && operation.kind == .stream && resumption.source != .look
        if isFirst && accumulator.isEmpty { _ = accumulator.takeDocument(document, isFinal: false) }
        switch judge().verdict(on: .response(hasEnded: !isUnderWay)) {
        case .finish: finish(transfer)
        case .deliverEnd: makeTerminalEvent(of: document)
        case .pollAgain:
            attemptSucceeded()
            pollAgain()
        case .resume:
            attemptSucceeded()
            resumption.source = .stream
            resume(Text("the stream ended before its terminal event"), -1)
        case .poll:
            beginPolling()
            attemptSucceeded()
            ask(in: polling.nextPause())
        default:
            fail(.truncated, "the server sent a response that has not ended instead of a stream")
        }
    }

    func isUnderWay(_ document: JSONValue) -> Bool {
        guard let status = document.member("status") else { return false }
        return status.isOne(of: "queued|in_progress")
    }

    static var noResponse: Message { "the answer is JSON, but not a response" }

    /// It has something that only a response has.
    func isResponse(_ document: JSONValue) -> Bool {
        for name in "id|status|output" as Words where document.member(name) != nil {
            return true
        }
        return false
    }

    /// It is a response that has ended: by its status, or, for servers that send no status, because it has
    /// output.
    private func hasEnded(_ document: JSONValue) -> Bool {
        if let status = document.member("status"), status.kind == .string, !status.rawText.isEmpty {
            return true
        }
        return document.member("output")?.element(0) != nil || Refusal.saysError(document)
    }
}
