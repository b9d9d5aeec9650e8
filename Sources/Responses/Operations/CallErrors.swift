/// The error of a call if the attempt that has just ended is its last one.
struct Failing {
    let status: Status
    let message: Message
    let told: ServerFailure?
    let isRetryable: Bool
    let body: Text?

    init(
        _ status: Status, _ message: Message, _ told: ServerFailure?, isRetryable: Bool = false,
        body: Text? = nil
    ) {
        self.status = status
        self.message = message
        self.told = told
        self.isRetryable = isRetryable
        self.body = body
    }
}

/// Making errors with all details of the call.
extension Call {
    /// `ending`: the status to record for the attempt, if its end was not recorded yet.
    func makeDetails(_ told: ServerFailure?, isRetryable: Bool = false, ending: Status? = nil)
        -> ResponsesError.Details
    {
        // The thread that drives may be writing headers: a transfer is ours alone once libcurl has not
        // got it any more, or once its body has begun. An error ends the attempt in any case.
        engine.locked {
            if let transfer, transfer.mode == .undecided { engine.halt(transfer) }
        }
        // Another thread may be sending the turn at this moment.
        let carrier: Transfer? = engine.locked {
            if let ending { journal.attemptEnds(self.carrier, ending) }
            return self.carrier
        }
        var details = ResponsesError.Details()
        details.isRetryable = isRetryable
        let headers = carrier?.headers ?? journal.headers
        details.phase = carrier?.phase ?? journal.phase
        details.httpVersion = headers?.version ?? ""
        // A turn has no answer of its own, but an error may say which status it would have had.
        details.httpStatus =
            turn != nil && transfer == nil
            ? told?.statedStatus ?? 0 : carrier?.status ?? headers?.status ?? 0
        details.retryAfterMilliseconds = headers?.retryAfterMilliseconds ?? -1
        if details.retryAfterMilliseconds < 0, isRetryable, let told {
            details.retryAfterMilliseconds = told.wait
        }
        details.attempts = journal.attempts
        details.lastSequence = stream.lastSequence
        if let told {
            if !told.type.isEmpty { details.type = Text(told.type) }
            if !told.code.isEmpty { details.code = Text(told.code) }
            if !told.param.isEmpty { details.param = Text(told.param) }
        }
        if let id = headers?.value("x-request-id") {
            details.requestID = Text(copying: id.baseAddress, count: id.count)
        }
        details.responseID =
            operation.responseID.isEmpty ? accumulator.responseID : Text(operation.responseID)
        details.history = journal.json()
        details.headers = headers?.lines()
        return details
    }

    func makeError(
        _ status: Status, _ message: Message, _ told: ServerFailure?, isRetryable: Bool = false,
        body: Text? = nil
    ) -> ResponsesError {
        var details = makeDetails(told, isRetryable: isRetryable, ending: status)
        details.body = body ?? (told != nil ? failure.body : nil)
        return ResponsesError(status, message, details)
    }

    @inline(never)
    func makeError(_ failing: Failing) -> ResponsesError {
        makeError(
            failing.status, failing.message, failing.told, isRetryable: failing.isRetryable,
            body: failing.body)
    }

    /// The error with a note after its message.
    func noting(_ error: ResponsesError, _ note: Message) -> ResponsesError {
        ResponsesError(error.status, "\(error.message)\(note)", error.details)
    }

    /// Text from outside as part of a message: one line, not too long.
    func oneLine(_ text: [UInt8]) -> Message {
        Message(
            settings.redaction?.readable(text, limit: 2000)
                ?? ReadableText.clean(text, limit: 2000))
    }

    /// A URL from outside as part of a message. Servers repeat the query that they were asked with, and a
    /// key may be in it.
    func withoutQuery(_ url: UnsafeBufferPointer<UInt8>) -> Message {
        let text = Array(url.prefix { $0 != 0x3F && $0 != 0x23 })
        guard let colon = text.firstIndex(of: 0x3A),
            text[(colon + 1)...].starts(with: [0x2F, 0x2F])
        else { return oneLine(text) }
        let scheme = text[...(colon + 2)]
        let rest = text[(colon + 3)...]
        let host = rest.prefix { $0 != 0x2F }
        let user = host.lastIndex(of: 0x40).map { $0 + 1 } ?? host.startIndex
        return oneLine(Array(scheme) + Array(rest[user...]))
    }
}
