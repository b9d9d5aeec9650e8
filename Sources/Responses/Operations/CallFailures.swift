import CCurl
import CPlatform

/// Handles failures: of the connection, or reported by the server with the HTTP status, in a document or in
/// an event.
extension Call {
    // MARK: of the connection

    func connectionFailed(_ transfer: Transfer) {
        let kind = TransferFailure(transfer.result, isBroken: transfer.connectionEnd != nil)
        let isUnreached = kind.status == .network || kind.status == .timeout
        if !transfer.phase.isBeforeSending { servers.isReached = true }
        if isUnreached && goesToNextServer(transfer) { return }
        if kind.status == .timeout {
            return attemptTimedOut(
                "connect_timeout_ms: no connection was made within \(settings.connectTimeout) ms")
        }
        let isRetryable = kind.isRetryable && !transfer.isRefusedByProxy
        // A kept connection that the server gave up is no reason to wait.
        let wish: Int64 = transfer.isCutAfterSending ? 1 : -1
        attemptEnded(
            .connectionFailed(isRetryable: isRetryable), noted: "network", wish: wish,
            else: Failing(kind.status, transfer.errorMessage, nil, isRetryable: isRetryable))
    }

    // MARK: told by an answer

    /// The answer is an error: by its HTTP status, or by its body in spite of the status.
    func serverRefused(_ transfer: Transfer) {
        let told = ServerFailure(body: transfer.inbox.bytes, count: transfer.inbox.count)
        let status = transfer.headers.status
        let isRetryable = RetryRule.isRetryable(
            httpStatus: status >= 400 ? status : told.impliedStatus, failure: told,
            shouldRetry: transfer.headers.shouldRetry)
        let asksAgain = asksForOtherKey(
            status,
            else: makeError(.api, describe(transfer, told), told, body: transfer.excerpt))
        if asksAgain || mends(told, status) { return }
        if resumption.hasBegun && !isRetryable {
            return attemptEnded(
                .refused(isRetryable: false), noted: "resume_refused",
                else: Failing(
                    .truncated,
                    (isDownload
                        ? "the download broke off, and the server refused to send the rest: "
                        : "the stream broke, and the server refused to send the response: ")
                        + oneLine(told.message), told))
        }
        attemptEnded(
            .refused(isRetryable: isRetryable),
            noted: told.code.isEmpty ? "http_\(status)" : oneLine(told.code),
            wish: wish(transfer.headers, isRetryable ? told : nil),
            else: Failing(
                .api, describe(transfer, told), told, isRetryable: isRetryable,
                body: transfer.excerpt))
    }

    /// How long the server asks to wait, in milliseconds; -1 when it does not.
    private func wish(_ headers: ResponseHeaders?, _ told: ServerFailure?) -> Int64 {
        // Another connection has no reason to wait.
        if told?.isEndOfConnection == true { return 1 }
        let wish = headers?.retryAfterMilliseconds ?? -1
        return wish < 0 ? told?.wait ?? -1 : wish
    }

    private func describe(_ transfer: Transfer, _ told: ServerFailure) -> Message {
        let status = transfer.headers.status
        if status < 400 { return describe(told) }
        var text: Message = "HTTP \(status)"
        // A number that the line begins with is not said twice.
        if !told.code.isEmpty && !isSame(told.code, decimal(Int64(status))) {
            text += " \(oneLine(told.code))"
        }
        if transfer.isAnsweredByProxy { text = "the proxy refused the request: " + text }
        text += ": "
        let words = told.message.isEmpty ? told.type : told.message
        text += words.isEmpty ? "the server gave no reason" : oneLine(words)
        if transfer.isAnsweredByProxy {
            text += "\(status == 407 ? Transfer.proxyAdvice : Transfer.noProxyAdvice)"
        }
        if status == 404 && request.method == .delete && journal.mayHaveBeenDone {
            text += " (an earlier attempt, whose answer was lost, may have deleted it)"
        }
        return text
    }

    /// The words of a failure that has no status of its own.
    func describe(_ told: ServerFailure) -> Message {
        let code = oneLine(told.code.isEmpty ? told.type : told.code)
        if told.message.isEmpty {
            return told.isEmpty ? "the response failed, and the server gave no reason" : code
        }
        return told.code.isEmpty ? oneLine(told.message) : "\(code): \(oneLine(told.message))"
    }

    private func isSame(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        if a.count != b.count { return false }
        for index in a.indices where a[index] != b[index] { return false }
        return true
    }

    func redirected(_ transfer: Transfer) {
        var text: Message = "HTTP \(transfer.headers.status): the server redirects"
        if let place = transfer.headers.value("location") {
            text += " to \(withoutQuery(place))"
        }
        text +=
            "; redirects are not followed, because the key would be sent along; set base_url to "
        text += "the final address"
        strange(transfer, .http, text, "redirect")
    }

    /// The HTTP status is a success, but the body is not JSON, or not the expected JSON. `what` describes the
    /// problem if it is JSON.
    func unreadable(
        _ transfer: Transfer, _ what: Message = "the answer is not a valid JSON object"
    ) {
        let status = transfer.headers.status
        if transfer.inbox.isEmpty {
            return strange(
                transfer, .protocol, "the answer (HTTP \(status)) has no body; JSON was expected")
        }
        let words = ServerFailure(body: transfer.inbox.bytes, count: transfer.inbox.count).message
        let excerpt = words.withUnsafeBufferPointer {
            oneLine(Array(PlainText.cut($0, to: 200)))
        }
        let quoted: Message = words.isEmpty ? "" : " (\"\(excerpt)\")"
        if transfer.headers.isJSON { return strange(transfer, .protocol, what + quoted) }
        let value = transfer.headers.value("content-type")
        let type: Message = value.map { oneLine(Array($0)) } ?? "nothing"
        strange(
            transfer, .http,
            "the answer is \(type)\(quoted), but JSON was expected; check base_url")
    }

    /// Ends the call if the server gave such an answer from the beginning. If it answered correctly before,
    /// it is asked again: something else may answer in its place while it restarts.
    private func strange(
        _ transfer: Transfer, _ status: Status, _ what: Message,
        _ reason: StaticString = "unreadable"
    ) {
        let body = transfer.excerpt
        if resumption.hasBegun {
            misplaced("did not send the rest: " + what, "\(reason)", body: body)
            return
        }
        attemptEnded(.strange, noted: "\(reason)", else: Failing(status, what, nil, body: body))
    }

    // MARK: told by an event

    /// The first event of a stream reports a failure: it is retried as the same failure with an HTTP status
    /// is.
    func retryInsteadOfError(_ document: JSONValue) -> Bool {
        let told = ServerFailure(event: document)
        // A stream that goes on has begun for the server.
        guard !resumption.hasBegun, isRetryable(told), retries < settings.maximumRetries
        else { return false }
        failure.body = bodyOfError(document)
        refused(told, oneLine(told.code.isEmpty ? told.type : told.code), isRetryable: true)
        return true
    }

    private func isRetryable(_ told: ServerFailure) -> Bool {
        RetryRule.isRetryable(
            httpStatus: told.impliedStatus, failure: told,
            shouldRetry: (transfer?.headers ?? journal.headers)?.shouldRetry)
    }

    /// Takes an event that does not say of what type it is, or has one that is not known, for the error that
    /// it may be: gateways report theirs in every shape.
    func lookForError(_ document: JSONValue, _ name: Input) {
        let type = fields.type.start == nil ? Input(start: nil, count: 0) : fields.type.raw
        failure.suspicion = nil
        switch Refusal.meaning(of: document, type: type, name: name) {
        case .event: break
        case .error: event.setType(("error" as StaticString).buffer)
        case .suspect: failure.suspicion = (ServerFailure(event: document), bodyOfError(document))
        }
    }

    /// The data of an event are not what they should be. False: it is not handed over.
    @inline(never)
    func refuse(_ data: UnsafePointer<UInt8>, _ count: Int, _ name: Input) -> Bool {
        // A sign of life that says the time, say.
        if Call.signsOfLife.containsIgnoringCase(name) { return false }
        let told = ServerFailure(body: data, count: count)
        let body = Text(copying: data, count: min(count, settings.maximumErrorBytes))
        let list = JSONValue(checking: data, count: count)
        let isError = list.map { Refusal.isError($0, endpointIsKnown: true) } ?? false
        if isError || equal(name, "error") {
            tellFailure(told, body)
            if outcome != nil { text?.accept(decoder.unread) }
            return false
        }
        let words = told.message.withUnsafeBufferPointer {
            oneLine(Array(PlainText.cut($0, to: 200)))
        }
        fail(
            makeError(
                .protocol,
                "an event's data is not a JSON object" + (told.isEmpty ? "" : ": \"\(words)\""),
                nil,
                body: body))
        // What ended the call is not kept from somebody who reads the stream by himself.
        text?.accept(decoder.unread)
        return false
    }

    /// The server tells that it failed in a way that cannot be handed over as an event.
    private func tellFailure(_ told: ServerFailure, _ body: Text?) {
        failure.body = body
        failure.details = told
        if deliveredEvents > 0 || resumption.hasBegun { return failAsServerSaid() }
        failure.details = nil
        refused(
            told, told.code.isEmpty ? "failed" : oneLine(told.code), isRetryable: isRetryable(told))
    }

    private func refused(_ told: ServerFailure, _ reason: Message, isRetryable: Bool) {
        attemptEnded(
            .refused(isRetryable: isRetryable), noted: reason,
            wish: wish(transfer?.headers ?? journal.headers, isRetryable ? told : nil),
            else: Failing(.api, describe(told), told, isRetryable: isRetryable))
    }

    /// The stream is over without a terminal event, and cannot be resumed: what it said last may have been
    /// why. True when that ended the call or the attempt.
    func endsWithLastWords() -> Bool {
        if let (told, body) = failure.suspicion {
            failure.suspicion = nil
            tellFailure(told, body)
            return true
        }
        guard let rest = Text(decoder.remainder()), rest.count > 1,
            let document = JSONValue(checking: rest.base, count: rest.count)
        else { return false }
        let type = document.member("type")
        let none = Input(start: nil, count: 0)
        let isError =
            type?.isText("response.failed") == true
            || Refusal.meaning(of: document, type: none, name: none) == .error
            || Refusal.isError(document, endpointIsKnown: true)
        let told = ServerFailure(event: document)
        if !isError || told.isEmpty { return false }
        tellFailure(told, Text(copying: document.start, count: document.count))
        return true
    }

    /// What stands in the stream in place of events, to be said behind a message.
    var strayWords: Message {
        let rest = decoder.remainder()
        let words = rest.withUnsafeBufferPointer { rest in
            MarkupText(rest)?.message ?? PlainText.firstLine(of: rest)
        }
        if words.isEmpty || deliveredEvents > 0 && isCutEvent(words) { return "" }
        return words.withUnsafeBufferPointer {
            "; the server sent \"" + oneLine(Array(PlainText.cut($0, to: 200))) + "\""
        }
    }

    /// It begins as the events of a stream do, however little of it came.
    private func isCutEvent(_ line: [UInt8]) -> Bool {
        let fields: Words = "data:|event:|id:|retry:|:"
        return fields.contains { zip($0, line).allSatisfy { $0 == $1 } }
    }

    /// Keeps the first details of a failure that say something, and waits a second for better ones.
    func noteFailure(_ event: JSONValue) {
        let told = ServerFailure(event: event)
        let had = failure.details != nil
        if !failure.saysSomething { failure.body = bodyOfError(event) }
        if had { failure.details?.complete(by: told) } else { failure.details = told }
        if had && failure.saysSomething { stream.hasTerminalEvent = true }
        // From its arrival on: who reads it late need not wait.
        let arrival = progress.arrival == 0 ? platform_now() : progress.arrival
        engine.locked {
            limits.failureWasTold(arrival)
            engine.setDeadline(self, limits.nextDeadline)
        }
    }

    /// As much of an event as an error keeps.
    func bodyOfError(_ event: JSONValue) -> Text? {
        Text(copying: event.start, count: min(event.count, settings.maximumErrorBytes))
    }

    func failAsServerSaid() {
        let told = failure.details ?? ServerFailure()
        attemptFailed(told.code.isEmpty ? "failed" : oneLine(told.code))
        fail(
            makeError(
                .api, describe(told), told, isRetryable: isRetryable(told), body: failure.body))
    }
}

extension Transfer {
    /// As much of the answer's body as an error keeps. Nil when memory is out.
    var excerpt: Text? {
        Text(copying: inbox.bytes, count: min(inbox.count, maximumErrorBytes))
    }
}
