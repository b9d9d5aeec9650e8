import CCurl
import CPlatform

/// What happens from one request to the next: sending, judging how it ended, trying again, resuming.
extension Call {
    // MARK: sending

    func startAttempt() {
        endTransfer(released: false)
        resetDecoder()
        failureBody = nil
        suspicion = nil
        hasLookedAgain = false
        progress = Limits.Progress()
        journal.attemptStarted()
        guard let transfer = Transfer(request, settings, engine, self) else {
            return fail(.noMemory, ResponsesError.noMemoryMessage)
        }
        log.info("attempt \(journal.attempts): \(request.summary)")
        let isReady = transfer.setUp(settings)
        let hasStarted = engine.locked {
            self.transfer = transfer
            hasExpired = false
            limits.attemptBegins(
                platform_now(), goesOn: resumption.hasBegun && resumption.source == .stream)
            guard isReady, engine.start(transfer) else { return false }
            engine.setDeadline(self, limits.nextDeadline)
            return true
        }
        // Its arguments are right; memory is all that can be missing.
        if hasStarted { return }
        let failure = engine.locked { engine.failure }
        fail(failure?.status ?? .noMemory, failure?.message ?? ResponsesError.noMemoryMessage)
    }

    /// Sends the request after a pause.
    func sleep(_ milliseconds: Int64) {
        endTransfer(released: false)
        resetDecoder()
        engine.locked {
            hasExpired = false
            limits.pauseBegins(platform_now(), milliseconds)
            engine.setDeadline(self, limits.nextDeadline)
        }
    }

    func attemptFailed(_ reason: Message) {
        // Whoever drives may be writing what is noted.
        let status: Int32 = engine.locked {
            journal.attemptFailed(transfer, reason: reason.bytes)
            return transfer?.status ?? 0
        }
        log.info("attempt \(journal.attempts): HTTP \(status), \(reason)")
    }

    func attemptSucceeded() {
        engine.locked { journal.attemptSucceeded(transfer) }
        log.info("attempt \(journal.attempts): HTTP \(transfer?.headers.status ?? 0)")
    }

    // MARK: judging

    /// The transfer is over; everything that came was read.
    func attemptEnded() {
        guard let transfer else { return }
        let status = transfer.headers.status
        if let excess = transfer.excess {
            attemptFailed("headers")
            return fail(.limit, "\(excess)")
        }
        if status >= 400 { return serverRefused(transfer) }
        if transfer.isOverLimit {
            return fail(
                .limit,
                "the answer is larger than max_response_bytes (\(settings.maximumResponseBytes))")
        }
        if transfer.hasNoMemory || transfer.result == CURLE_OUT_OF_MEMORY {
            return fail(.noMemory, ResponsesError.noMemoryMessage)
        }
        if failure != nil { return failAsServerSaid() }
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

    /// No answer in time. A stream that has begun is another matter: `streamStalled`.
    func attemptTimedOut(_ message: Message) {
        if deliveredEvents > 0 || resumption.hasBegun { return streamStalled(message) }
        tryAgain(
            isAllowed: true, wish: -1, reason: "timeout",
            else: makeError(.timeout, message, nil, isRetryable: true))
    }

    private func documentArrived(_ transfer: Transfer) {
        let count = transfer.inbox.count
        if count == 0 && (resumption.hasBegun && resumption.source == .stream || isFromCursor) {
            return streamEnded("the stream had nothing more")
        }
        let document = JSONValue(checking: transfer.inbox.bytes, count: count)
        if document == nil && !(count == 0 && operation.acceptsEmptyBody) {
            return unreadable(transfer)
        }
        // A gateway that answers 200 and means something else.
        if let document, Refusal.isError(document, endpointIsKnown: operation.isKnown) {
            return serverRefused(transfer)
        }
        if let document, document.kind.rawValue < JSONValue.Kind.array.rawValue,
            operation.isKnown && !operation.acceptsEmptyBody
        {
            return unreadable(transfer)  // a word or a number
        }
        if operation.kind == .document {
            if let reason = document.flatMap({ operation.brokenCursor(of: $0) }) {
                return fail(makeError(.protocol, reason, nil, body: transfer.excerpt))
            }
            return finish(transfer)
        }
        guard let document, document.kind == .object else { return unreadable(transfer) }
        if operation.kind != .poll { return responseArrived(document, transfer) }
        if !isUnderWay(document) {
            return isResponse(document) ? finish(transfer) : unreadable(transfer, Call.noResponse)
        }
        attemptSucceeded()
        pollAgain()
    }

    /// The document is the call's response.
    private func finish(_ transfer: Transfer) {
        attemptSucceeded()
        var body = ByteBuffer()
        swap(&body, &transfer.inbox)
        succeed(
            Response(
                body: body, headers: transfer.headers, attempts: journal.attempts,
                history: journal.json()))
    }

    /// Makes a terminal event of a whole response, where the server gave that in place of a stream or of
    /// the rest of one: the only event that is not the server's own bytes. It has no sequence number.
    func makeTerminalEvent(of document: JSONValue) {
        let status = document.member("status")
        var type: StaticString = "response.completed"
        if status?.isText("incomplete") == true { type = "response.incomplete" }
        if status?.isText("cancelled") == true { type = "response.cancelled" }
        if status?.isText("failed") == true { type = "response.failed" }
        var stream = ByteBuffer()
        guard stream.append("data: {\"type\":\""), stream.append(type),
            stream.append("\",\"response\":"), appendLine(of: document, to: &stream),
            stream.append("}\n\n"), decoder.refill(from: &stream)
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

    // MARK: trying again

    /// Sends the same request again where that can help and nothing was handed over yet.
    @inline(never)
    func tryAgain(isAllowed: Bool, wish: Int64, reason: Message, else error: ResponsesError) {
        attemptFailed(reason)
        if resumption.hasBegun && isAllowed { return resume(error.message, wish) }
        if operation.kind == .poll && isAllowed && waitsOut(error, wish) { return }
        guard isAllowed, deliveredEvents == 0, retries < settings.maximumRetries else {
            return fail(withHistory(error))
        }
        let pause: Int64
        if wish > RetryRule.longestWish {
            return fail(
                withHistory(
                    error,
                    note:
                        " (the server asks to wait \(wish) ms, more than \(RetryRule.longestWish))")
            )
        } else if wish > 0 {
            pause = wish
        } else {
            pause = RetryRule.backoffMilliseconds(retry: retries)
        }
        if limits.total != 0 && platform_now() &+ UInt64(pause) &* 1_000_000 >= limits.total {
            return fail(
                withHistory(error, note: " (no time is left for a retry in \(pause) ms)"))
        }
        retries += 1
        // What it told of a response was for nobody: the next one tells of another.
        accumulator.forget()
        lastSequence = operation.startingAfter
        resumption = Resumption()
        journal.pauseBegins(pause)
        log.warning("retry \(retries) of \(settings.maximumRetries) in \(pause) ms after \(reason)")
        sleep(pause)
    }
}
