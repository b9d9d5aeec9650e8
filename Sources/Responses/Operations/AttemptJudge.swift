/// How an attempt ended.
enum AttemptEnd: Equatable {
    /// No connection was made, or it broke before the answer was complete.
    case connectionFailed(isRetryable: Bool)
    /// A time limit was reached before the answer, or before a document was complete.
    case tooLate
    /// The server reported an error: by the HTTP status, in a document, or in the first event.
    case refused(isRetryable: Bool)
    /// The stream ended without a terminal event. `inOrder`: the connection did not break.
    case streamEnded(inOrder: Bool)
    /// A stream that had begun sent no event for too long.
    case streamStalled
    /// The resumed stream sent other events than the next ones, or those of another response.
    case misplaced
    /// The HTTP status was a success, but the answer is not what was asked for, such as a page.
    case strange
    /// A response that has ended, or has not ended yet.
    case response(hasEnded: Bool)
}

/// What the call does next.
enum Verdict: Equatable {
    /// The answer is the call's result.
    case finish
    /// The program gets a terminal event that is made from the whole response.
    case deliverEnd
    /// The same request is sent again: the program has received no event yet.
    case retry
    /// The server is asked for the events after the last one.
    case resume
    /// The server is asked for the response once, because its stream had no further events.
    case look
    /// The server is asked for the response instead of its stream, until the response has ended.
    case poll
    /// The operation is a poll, and asks for the response again.
    case pollAgain
    /// The server does not answer now, and is asked again later.
    case waitOut
    case fail
    /// As `fail`; the stream could be resumed if the server had sent an id.
    case failWithoutID
}

/// Decides what follows from the end of an attempt. It does nothing itself, so that a test can go through all
/// cases as a table.
struct AttemptJudge {
    // MARK: what was asked for

    var kind = Operation.Kind.document
    /// The caller asked only for the events after a given one.
    var isFromCursor = false

    // MARK: what has come

    /// `hasTaken`: events were accepted. `hasDelivered`: the program has received one, so the request must
    /// not be sent again.
    var hasTaken = false
    var hasDelivered = false
    /// The events had numbers.
    var hasCursor = false
    /// The server stores the response, even if nobody reads its stream.
    var isStored = false
    /// The id of the response is known, from the server or from the caller.
    var hasID = false
    /// It was sent over a session: it is not sent again, nor can its stream be resumed.
    var isTurn = false

    // MARK: what has been tried

    /// Fewer retries than `max_retries`.
    var hasRetries = false
    /// A poll that may go on although the server does not answer now.
    var mayWaitOut = false
    /// For polls: the server has answered before.
    var wasAnswered = false
    /// The stream was resumed.
    var isResuming = false
    var source = Resumption.Source.stream
    /// An event has moved the cursor since then.
    var hasMoved = false
    /// How often the server sent wrong events at this cursor, including this time.
    var misplacements = 0

    /// The stream can be resumed after the last event.
    var canResume: Bool { isStored && hasID && hasCursor }

    func verdict(on end: AttemptEnd) -> Verdict {
        if kind == .bytes { return verdictOnBytes(end) }
        switch end {
        case .connectionFailed(let isRetryable): return onceMore(isRetryable)
        case .tooLate, .streamEnded, .streamStalled:
            if isTurn { return isStored && hasID ? .poll : .fail }
            return verdictOnStream(end)
        case .refused(let isRetryable):
            if isResuming && !isRetryable { return source == .stream ? .poll : .fail }
            return onceMore(isRetryable)
        case .misplaced:
            // One more request with the same cursor.
            return misplacements < 2 && (canResume || source != .stream) ? .resume : .fail
        case .strange:
            return kind == .poll && wasAnswered && mayWaitOut ? .waitOut : .fail
        case .response(let hasEnded):
            if hasEnded { return kind == .poll ? .finish : .deliverEnd }
            if kind == .poll { return .pollAgain }
            if source == .look { return .resume }
            return isStored && hasID ? .poll : .fail
        }
    }

    private func verdictOnStream(_ end: AttemptEnd) -> Verdict {
        switch end {
        case .tooLate: return hasDelivered || isResuming ? goOn : onceMore(true)
        case .streamEnded(let inOrder):
            let isStream = source == .stream
            if inOrder && isFromCursor && isStream && !hasTaken && !isResuming { return .look }
            // A stream whose events the program does not see is also resumed, if that is possible.
            if !hasDelivered && !isResuming && !(hasTaken && canResume) { return onceMore(true) }
            // Some servers answer with an empty stream after the last event: then the response has ended.
            if inOrder && isResuming && isStream && !hasMoved { return .look }
            return goOn
        default: return goOn
        }
    }

    /// Of a download: what was not handed over yet is asked for.
    private func verdictOnBytes(_ end: AttemptEnd) -> Verdict {
        switch end {
        case .connectionFailed(let isRetryable), .refused(let isRetryable):
            if !isRetryable { return .fail }
        case .tooLate, .streamEnded, .streamStalled: break
        default: return .fail
        }
        return hasDelivered || isResuming ? .resume : onceMore(true)
    }

    /// Sends the request again, if that can help.
    private func onceMore(_ isAllowed: Bool) -> Verdict {
        if !isAllowed { return .fail }
        if isResuming { return .resume }
        if kind == .poll && mayWaitOut { return .waitOut }
        return !hasDelivered && hasRetries ? .retry : .fail
    }

    /// Resumes the stream, or polls the response instead.
    private var goOn: Verdict {
        if canResume { return .resume }
        // Without sequence numbers the stream cannot be resumed. The library polls the response instead.
        if isStored && hasID && !hasCursor && kind == .stream { return .poll }
        return isStored && !hasID ? .failWithoutID : .fail
    }
}
