import CCurl
import CPlatform

/// What happens from one request to the next: sending, judging how it ended, trying again, resuming.
extension Call {
    // MARK: sending

    func startAttempt() {
        endTransfer(released: false)
        resetDecoder()
        failure.body = nil
        failure.suspicion = nil
        reading.hasLookedAgain = false
        download?.attemptBegins()
        images?.reset()
        progress = Limits.Progress()
        if !tellOfAttempt() { return }
        if isTurn { return sendTurn() }
        if let source = settings.keySource, settings.replay == nil {
            askForKey(source)
        } else {
            sendAttempt()
        }
    }

    func sendAttempt() {
        if isTurn { return useKeyForSession() }
        var recorded: Playback.Recorded?
        let isReady = settings.replay != nil ? findRecording(&recorded) : beginBody()
        if !isReady { return }
        journal.attemptStarted()
        attemptBegins()
        guard let transfer = Transfer(request, frozen, engine, self) else {
            return fail(.noMemory, ResponsesError.noMemoryMessage)
        }
        log.info("attempt \(journal.attempts): \(request.summary)")
        transfer.handsOverDocument = images != nil
        bodyBeginnings = 0
        if let recorded {
            transfer.play(recorded, keepsPace: settings.replaysAtOriginalPace)
        } else if settings.recorder != nil {
            transfer.recording = Recording(maximumBytes: settings.maximumResponseBytes)
        }
        let isSetUp = transfer.playback != nil || transfer.setUp()
        let hasStarted = engine.locked {
            self.transfer = transfer
            hasExpired = false
            limits.attemptBegins(
                platform_now(), goesOn: resumption.hasBegun && resumption.source == .stream)
            guard isSetUp, engine.start(transfer) else { return false }
            engine.setDeadline(self, nextDeadline)
            return true
        }
        // Its arguments are right; memory is all that can be missing.
        if hasStarted { return }
        let failure = engine.locked { engine.failure }
        fail(failure?.status ?? .noMemory, failure?.message ?? ResponsesError.noMemoryMessage)
    }

    /// Sends the request after a pause.
    func sleep(_ pause: Int64) {
        let milliseconds =
            settings.replay == nil || settings.replaysAtOriginalPace ? pause : 0
        endTransfer(released: false)
        resetDecoder()
        engine.locked {
            hasExpired = false
            limits.pauseBegins(platform_now(), milliseconds)
            engine.setDeadline(self, limits.nextDeadline)
        }
        _ = tellOfAttempt()
    }

    func attemptFailed(_ reason: Message) {
        // Whoever drives may be writing what is noted.
        let status: Int32 = engine.locked {
            if let transfer, transfer.mode == .undecided { engine.halt(transfer) }
            journal.attemptFailed(carrier, reason: reason.bytes)
            return carrier?.status ?? 0
        }
        log.info("attempt \(journal.attempts): HTTP \(status), \(reason)")
    }

    func attemptSucceeded() {
        engine.locked { journal.attemptSucceeded(carrier) }
        log.info("attempt \(journal.attempts): HTTP \(carrier?.headers.status ?? 0)")
    }

    // MARK: judging

    /// The transfer is over; everything that came was read.
    func attemptEnded() {
        if let turn { return turnEnded(turn) }
        guard let transfer else { return }
        let status = transfer.headers.status
        if status > 0 { servers.isReached = true }
        if let excess = transfer.excess {
            attemptFailed("headers")
            return fail(.limit, "\(excess)")
        }
        if download != nil && downloadEnded(transfer) { return }
        if status >= 400 { return serverRefused(transfer) }
        if transfer.isOverLimit {
            return fail(
                .limit,
                "the answer is larger than max_response_bytes (\(settings.maximumResponseBytes))")
        }
        if transfer.hasNoMemory || transfer.result == CURLE_OUT_OF_MEMORY {
            return fail(.noMemory, ResponsesError.noMemoryMessage)
        }
        if failure.details != nil { return failAsServerSaid() }
        let isEmptyStream =
            transfer.mode == .undecided && transfer.headers.hasContentType("text/event-stream")
        if transfer.isHoldingTooMuch && !canResume { return fail(.limit, transfer.errorMessage) }
        if transfer.mode == .events || isEmptyStream {
            return streamEnded(
                transfer.result == CURLE_OK
                    ? "the stream ended before its terminal event"
                    : "the connection broke before the terminal event: \(transfer.errorMessage)")
        }
        if transfer.result != CURLE_OK || !transfer.headers.isComplete {
            return connectionFailed(transfer)
        }
        if status >= 300 { return redirected(transfer) }
        documentArrived(transfer)
    }

    /// No answer in time. A stream that has begun goes on where it can.
    func attemptTimedOut(_ message: Message) {
        attemptEnded(
            .tooLate, noted: "timeout", else: Failing(.timeout, message, nil, isRetryable: true))
    }

    /// Notes the end of an attempt and does what follows from it. `failing`: how the call fails, if it does.
    @inline(never)
    func attemptEnded(
        _ end: AttemptEnd, noted reason: Message, wish: Int64 = -1, else failing: Failing
    ) {
        attemptFailed(reason)
        let error = makeError(failing)
        note(error.status, error.details.retryAfterMilliseconds)
        switch judge(wish).verdict(on: end) {
        case .retry: retry(wish, reason, else: error)
        case .waitOut: waitOut(error, wish)
        case .resume: resume(error.message, wish)
        case .look:
            resumption.lookAtResponse()
            ask(in: 0)
        case .poll:
            beginPolling()
            // Refused is the stream; the response has not been asked for yet.
            if end == .refused(isRetryable: false) {
                ask(in: 0)
            } else {
                resume(error.message, wish)
            }
        case .failWithoutID:
            fail(noting(error, "; it cannot be resumed: the server sent no response id"))
        case .fail, .finish, .deliverEnd, .pollAgain: fail(error)
        }
    }

    /// What the verdict on an attempt depends on. `wish`: how long the server asks to wait.
    func judge(_ wish: Int64 = -1) -> AttemptJudge {
        AttemptJudge(
            kind: operation.kind, isFromCursor: operation.startingAfter >= 0,
            hasTaken: stream.takenEvents > 0, hasDelivered: deliveredEvents > 0,
            hasCursor: stream.lastSequence >= 0, isStored: isStored, hasID: streamID != nil,
            isTurn: isTurn,
            hasRetries: retries < settings.maximumRetries && !isRefusedByHandshake
                && canSendBodyAgain,
            mayWaitOut: mayWaitOut(wish),
            wasAnswered: polling.wasAnswered, isResuming: resumption.hasBegun,
            source: resumption.source, hasMoved: resumption.hasMoved(stream.lastSequence),
            misplacements: resumption.misplacements)
    }

    private func documentArrived(_ transfer: Transfer) {
        let count = transfer.inbox.count
        let isBehindCursor = resumption.hasBegun || operation.startingAfter >= 0
        if count == 0 && isBehindCursor && resumption.source == .stream {
            return streamEnded("the server sent no further events")
        }
        if isRaw && !resumption.hasBegun && operation.kind != .poll {
            documentIsDue = count > 0
            return finish(transfer)
        }
        transfer.members = MemberIndex(checking: transfer.inbox.bytes, count: count)
        let document = transfer.members.document
        if document == nil && !(count == 0 && operation.acceptsEmptyBody) {
            return unreadable(transfer)
        }
        // A gateway that answers 200 and means something else.
        if let document, Refusal.isError(document, endpointIsKnown: operation.isKnown) {
            return serverRefused(transfer)
        }
        if let document, document.kind != .object,
            operation.isKnown && !operation.acceptsEmptyBody
        {
            return unreadable(transfer)  // a list, a word or a number
        }
        if operation.kind == .document {
            if let reason = document.flatMap({ operation.brokenCursor(of: $0) }) {
                return fail(makeError(.protocol, reason, nil, body: transfer.excerpt))
            }
            return finish(transfer)
        }
        guard let document, document.kind == .object else { return unreadable(transfer) }
        responseCame(document, transfer)
    }

    /// The document is the call's response.
    func finish(_ transfer: Transfer) {
        attemptSucceeded()
        if isRaw && operation.kind == .poll { documentIsDue = !transfer.inbox.isEmpty }
        var body = ByteBuffer()
        var members = MemberIndex()
        swap(&body, &transfer.inbox)
        swap(&members, &transfer.members)
        succeed(
            Response(
                body: body, members: members, headers: transfer.headers, attempts: journal.attempts,
                history: journal.json()))
    }

    /// Makes a terminal event of a whole response, where the server gave that in place of a stream or of
    /// the rest of one: the only event that is not the server's own bytes. It has no sequence number.
    func makeTerminalEvent(of document: JSONValue) {
        let status = document.member("status")
        // Any other status beside an error is a failure's.
        var end = (Refusal.saysError(document) ? "failed" : "completed" as StaticString).buffer
        for state in "completed|failed|incomplete|cancelled" as Words
        where status?.isText(state) == true {
            end = state
        }
        var stream = ByteBuffer()
        guard stream.append("event: response."), stream.append(end),
            stream.append("\ndata: {\"type\":\"response."), stream.append(end),
            stream.append("\",\"response\":"), appendLine(of: document, to: &stream),
            stream.append("}\n\n"), decode(&stream)
        else { return fail(.noMemory, ResponsesError.noMemoryMessage) }
    }

    /// Line breaks between the values of a document are spaces in an event, which is one line. The pages of
    /// what was copied are given back on the way.
    private func appendLine(of document: JSONValue, to stream: inout ByteBuffer) -> Bool {
        guard stream.reserve(document.count &+ 4) else { return false }
        let start = UnsafeMutablePointer(mutating: document.start)
        var given = 0
        var copied = 0
        while copied < document.count {
            let size = min(256 * 1024, document.count &- copied)
            for index in copied..<copied &+ size where start[index] < 0x20 { start[index] = 0x20 }
            if !stream.append(document.start + copied, size) { return false }
            copied = copied &+ size
            given = given &+ platform_release(start + given, copied &- given)
        }
        return true
    }
}
