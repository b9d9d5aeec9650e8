import CCurl
import CPlatform

/// What happens from one request to the next: sending, judging how it ended, trying again, resuming.
extension Call {
    // MARK: sending

    func startAttempt() {
        endTransfer(released: false)
        decoder = EventStreamDecoder(maximumEventBytes: settings.maximumEventBytes)
        failureBody = nil
        suspicion = nil
        progress = Limits.Progress()
        journal.attemptStarted()
        guard let transfer = Transfer(request, settings, engine, self) else {
            return fail(.noMemory, ResponsesError.noMemoryMessage)
        }
        log.info("attempt \(journal.attempts): \(request.method.name) \(request.path)")
        let isReady = transfer.setUp(settings)
        let hasStarted = engine.locked {
            self.transfer = transfer
            hasExpired = false
            limits.phase = .awaiting(since: platform_now())
            guard isReady, engine.start(transfer) else { return false }
            engine.setDeadline(self, limits.nextDeadline)
            return true
        }
        // Its arguments are right; memory is all that can be missing.
        if !hasStarted { fail(.noMemory, ResponsesError.noMemoryMessage) }
    }

    /// Sends the request again after a pause.
    private func sleep(_ milliseconds: Int64) {
        endTransfer(released: false)
        decoder = EventStreamDecoder(maximumEventBytes: settings.maximumEventBytes)
        engine.locked {
            hasExpired = false
            limits.phase = .sleeping(
                until: platform_now() &+ UInt64(max(0, milliseconds)) &* 1_000_000)
            engine.setDeadline(self, limits.nextDeadline)
        }
    }

    func attemptFailed(_ reason: String) {
        journal.attemptFailed(transfer, reason: Array(reason.utf8))
        log.info("attempt \(journal.attempts): HTTP \(transfer?.headers.status ?? 0), \(reason)")
    }

    func attemptSucceeded() {
        journal.attemptSucceeded(transfer)
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
    func attemptTimedOut(_ message: String) {
        if deliveredEvents > 0 || journal.hasResumed { return streamStalled(message) }
        tryAgain(
            isAllowed: true, wish: -1, reason: "timeout",
            else: makeError(.timeout, message, nil, isRetryable: true))
    }

    private func documentArrived(_ transfer: Transfer) {
        let count = transfer.inbox.count
        let document = JSONValue(checking: transfer.inbox.bytes, count: count)
        if document == nil && !(count == 0 && operation.acceptsEmptyBody) {
            return unreadable(transfer)
        }
        // A gateway that answers 200 and means something else.
        if let document, Refusal.isError(document, endpointIsKnown: operation.isKnown) {
            return serverRefused(transfer)
        }
        if operation.kind == .document {
            if let reason = document.flatMap({ operation.brokenCursor(of: $0) }) {
                return fail(.protocol, reason)
            }
            return finish(transfer)
        }
        guard let document, document.kind == .object else { return unreadable(transfer) }
        let hasEnded = !isUnderWay(document)
        if operation.kind == .poll {
            if hasEnded { return finish(transfer) }
            return pollAgain()
        }
        if isPollingForTheEnd {
            if !hasEnded { return pollAgain() }
            return makeTerminalEvent(of: document)
        }
        if !hasEnded {
            _ = accumulator.takeDocument(document, isFinal: false)
            return fail(
                .truncated, "the server does not stream, and its response has not ended yet")
        }
        // A document where a stream was asked for: handed over as the one event that it comes to.
        makeTerminalEvent(of: document)
    }

    private func isUnderWay(_ document: JSONValue) -> Bool {
        guard let status = document.member("status") else { return false }
        return status.isText("queued") || status.isText("in_progress")
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
    private func makeTerminalEvent(of document: JSONValue) {
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

    /// Line breaks between the values of a document are spaces in an event, which is one line.
    private func appendLine(of document: JSONValue, to stream: inout ByteBuffer) -> Bool {
        guard stream.reserve(document.count) else { return false }
        for byte in document.raw where !stream.append(byte < 0x20 ? 0x20 : byte) { return false }
        return true
    }

    // MARK: trying again

    /// Sends the same request again where that can help and nothing was handed over yet.
    @inline(never)
    func tryAgain(isAllowed: Bool, wish: Int64, reason: String, else error: ResponsesError) {
        attemptFailed(reason)
        if journal.hasResumed && isAllowed { return resume(error.message, wish) }
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
        journal.pauseBegins(pause)
        log.warning("retry \(retries) of \(settings.maximumRetries) in \(pause) ms after \(reason)")
        sleep(pause)
    }

    private func pollAgain() {
        attemptSucceeded()
        let pause = pollInterval
        pollInterval = max(pollInterval, min(pollInterval * 3 / 2, 5000))
        retries = 0
        journal.pauseBegins(pause)
        sleep(pause)
    }

    // MARK: broken streams

    /// The stream is over without a terminal event.
    func streamEnded(_ message: String) {
        if failure != nil { return failAsServerSaid() }
        if !canResume && endsWithLastWords() { return }
        let message = message + strayWords
        if deliveredEvents == 0 && !journal.hasResumed {
            return tryAgain(
                isAllowed: true, wish: -1, reason: "truncated",
                else: makeError(.truncated, message, nil, isRetryable: true))
        }
        attemptFailed("truncated")
        if canResume { return resume(Text(message), -1) }
        fail(makeError(.truncated, message, nil, isRetryable: true))
    }

    /// Nothing meaningful came for too long.
    func streamStalled(_ message: String) {
        attemptFailed("timeout")
        if canResume { return resume(Text(message), -1) }
        fail(makeError(.timeout, message, nil, isRetryable: true))
    }

    var canResume: Bool {
        (operation.isResumable || accumulator.isBackground) && streamID != nil && lastSequence >= 0
    }

    /// The id of the response that is streamed.
    private var streamID: [UInt8]? {
        operation.responseID.isEmpty ? accumulator.responseID?.array : operation.responseID
    }

    /// Asks for the rest of the stream, from behind the last event that was handed over.
    private func resume(_ reason: Text?, _ wish: Int64) {
        guard resumesSinceEvent < settings.resumeAttempts, let id = streamID else {
            return fail(
                ResponsesError(.truncated, message: reason, makeDetails(nil, isRetryable: true)))
        }
        do throws(ResponsesError) {
            request = try id.withUnsafeBufferPointer { id throws(ResponsesError) in
                isPollingForTheEnd
                    ? HTTPRequest(.get, url: settings.url(try Path.response(id)))
                    : try Operation.resume(
                        id, after: lastSequence, operation.streamQuery, settings)
            }
        } catch {
            return fail(error)
        }
        // The first time at once: most breaks are over when they are noticed.
        var pause =
            resumesSinceEvent == 0 ? 0 : RetryRule.backoffMilliseconds(retry: resumesSinceEvent - 1)
        if wish > 0 { pause = min(wish, RetryRule.longestWish) }
        resumesSinceEvent += 1
        journal.resumed(after: pause)
        log.warning("resuming after event \(lastSequence) in \(pause) ms")
        if pause == 0 { startAttempt() } else { sleep(pause) }
    }

    /// The server does not give the rest of the stream. It may still have the response.
    func resumeRefused(_ told: ServerFailure) {
        attemptFailed("resume_refused")
        if isPollingForTheEnd {
            return fail(
                .truncated,
                "the stream broke, and the server has neither its rest nor the response: "
                    + oneLine(told.message), told)
        }
        isPollingForTheEnd = true
        resumesSinceEvent = 0
        resume(Text("the stream broke and could not be resumed"), -1)
    }
}
