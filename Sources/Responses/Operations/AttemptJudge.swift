/// What an attempt came to.
enum AttemptEnd: Equatable {
    /// No connection, or it broke before the answer was whole.
    case connectionFailed(isRetryable: Bool)
    /// A limit of time was reached before the answer, or before a document was whole.
    case tooLate
    /// The server says that it failed: by the status of its answer, in a document, or in the first event.
    case refused(isRetryable: Bool)
    /// The stream is over without a terminal event. In order: not because its connection broke.
    case streamEnded(inOrder: Bool)
    /// Nothing meaningful came for too long in a stream that had begun.
    case streamStalled
    /// The stream went on at another place than the one asked for, or with another response.
    case misplaced
    /// An answer with a status of success that is nothing that was asked for.
    case strange
    /// A response that has ended, or has not ended yet.
    case response(hasEnded: Bool)
}

/// What the call does next.
enum Verdict: Equatable {
    /// The answer is the call's result.
    case finish
    /// The whole response is handed over as the terminal event that it comes to.
    case deliverEnd
    /// The same request is sent again: nothing has been handed over yet.
    case retry
    /// The server is asked for the events behind the last one.
    case resume
    /// The server is asked for the response once: its stream had nothing more.
    case look
    /// The server is asked for the response, until that has ended, in place of its stream.
    case poll
    /// The response that is waited for is asked for again.
    case pollAgain
    /// The server cannot be asked now, and is asked again later.
    case waitOut
    case fail
    /// As `fail`: the rest could be had, had the server sent an id.
    case failWithoutID
}

/// Decides what follows from the end of an attempt. It does nothing itself, so that a test can go through all
/// cases as a table.
struct AttemptJudge {
    // MARK: what was asked for

    var kind = Operation.Kind.document
    /// Only the events behind one that the caller named.
    var isFromCursor = false

    // MARK: what has come

    /// Events were taken in; and handed over, so that the request must not be sent anew.
    var hasTaken = false
    var hasDelivered = false
    /// The events had numbers.
    var hasCursor = false
    /// The server keeps the response, whoever reads its stream.
    var isStored = false
    /// It sent an id by which the response can be asked for, or the caller did.
    var hasID = false

    // MARK: what has been tried

    /// Fewer retries than `max_retries`.
    var hasRetries = false
    /// A poll that may go on for all that the server cannot be asked now.
    var mayWaitOut = false
    /// For polls: the server has answered before.
    var wasAnswered = false
    /// The stream was taken up again.
    var isResuming = false
    var source = Resumption.Source.stream
    /// An event has come since then.
    var hasMoved = false
    /// How often at this cursor the server went on elsewhere, this time included.
    var misplacements = 0

    /// The stream can be asked for from behind the last event.
    var canResume: Bool { isStored && hasID && hasCursor }

    func verdict(on end: AttemptEnd) -> Verdict {
        switch end {
        case .connectionFailed(let isRetryable): return onceMore(isRetryable)
        case .tooLate: return hasDelivered || isResuming ? goOn : onceMore(true)
        case .refused(let isRetryable):
            if isResuming && !isRetryable { return source == .stream ? .poll : .fail }
            return onceMore(isRetryable)
        case .streamEnded(let inOrder):
            let isStream = source == .stream
            if inOrder && isFromCursor && isStream && !hasTaken && !isResuming { return .look }
            // One that was only to be put together goes on as well, where it can.
            if !hasDelivered && !isResuming && !(hasTaken && canResume) { return onceMore(true) }
            // Some servers answer with an empty stream behind the last event: then the response has ended.
            if inOrder && isResuming && isStream && !hasMoved { return .look }
            return goOn
        case .streamStalled: return goOn
        case .misplaced:
            // Once more at the same place, and not for ever.
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

    /// The same again, where that can help.
    private func onceMore(_ isAllowed: Bool) -> Verdict {
        if !isAllowed { return .fail }
        if isResuming { return .resume }
        if kind == .poll && mayWaitOut { return .waitOut }
        return !hasDelivered && hasRetries ? .retry : .fail
    }

    /// With the stream, or with the response in its place.
    private var goOn: Verdict {
        if canResume { return .resume }
        // Without numbers nobody can say where to go on. The response itself can be waited for.
        if isStored && hasID && !hasCursor && kind == .stream { return .poll }
        return isStored && !hasID ? .failWithoutID : .fail
    }
}
