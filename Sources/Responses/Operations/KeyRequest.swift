import CPlatform

/// Where keys come from that change: a function of the host's.
package final class KeySource {
    private let hand: (KeyRequest) -> Bool

    /// `hand` gives the request to the function; false when there is no memory for that.
    package init(_ hand: @escaping (KeyRequest) -> Bool) { self.hand = hand }

    /// Runs code of the host: no lock is held.
    func ask(_ request: KeyRequest) -> Bool { hand(request) }
}

/// A call asks for the key of its next attempt. The host has it for as long as it likes; what it says counts
/// while the call waits for it.
package final class KeyRequest {
    package let engine: Engine
    package let attempt: Int32
    package let httpStatus: Int32

    enum Answer {
        case pending
        case key(Text)
        /// There is no key.
        case none
    }

    // MARK: state under the engine's lock

    private(set) var answer = Answer.pending
    /// Who waits. Nil when the call has its answer, or has ended.
    private var call: Unmanaged<Call>?

    init(_ call: Call, attempt: Int32, httpStatus: Int32) {
        engine = call.engine
        self.call = Unmanaged.passUnretained(call)
        self.attempt = attempt
        self.httpStatus = httpStatus
    }

    /// The call waits no more. The lock is held.
    func detach() { call = nil }

    /// Any thread.
    package func answer(with key: Input) throws(ResponsesError) {
        guard HeaderText.isValue(key) else {
            throw .invalid("key", "a key must not have line breaks or control characters")
        }
        guard let text = Text(copying: key.baseAddress, count: key.count, isSecret: true) else {
            throw .noMemory()
        }
        if !settle(.key(text)) { throw .invalid("request", "was answered before") }
    }

    /// No answer will come. Any thread; again is fine.
    package func giveUp() { _ = settle(.none) }

    private func settle(_ end: Answer) -> Bool {
        engine.locked {
            guard case .pending = answer else { return false }
            answer = end
            guard let call else { return true }
            call._withUnsafeGuaranteedRef {
                engine.tell($0)
                engine.wakeDriver()
            }
            return true
        }
    }
}

extension Call {
    /// Asks for the key of the next attempt, and sends it if that is there at once.
    func askForKey(_ source: KeySource) {
        askForKey(source, attempt: journal.attempts &+ 1, after: journal.lastStatus)
    }

    func askForKey(_ source: KeySource, attempt: Int32, after status: Int32) {
        statusBeforeKey = status
        if settings.replay != nil { return sendAttempt() }
        let asked = KeyRequest(self, attempt: attempt, httpStatus: status)
        engine.locked {
            keyRequest = asked
            hasExpired = false
            limits.keyIsAwaited()
            engine.setDeadline(self, limits.nextDeadline)
        }
        if !source.ask(asked) { return fail(.noMemory, ResponsesError.noMemoryMessage) }
        // A callback may fork; in the child the lock may be that of a thread that is not there.
        guard engine.isOurs else { return endInChild() }
        takeKey()
    }

    /// Goes on when the key is there.
    func takeKey() {
        let answer: KeyRequest.Answer = engine.locked {
            guard let answer = keyRequest?.answer else { return .pending }
            if case .pending = answer { return answer }
            forgetKeyRequest()
            return answer
        }
        let refusal = keyRefusal
        switch answer {
        case .pending: return
        case .none:
            keyRefusal = nil
            fail(refusal ?? makeError(.user, "the callback for keys gave no key", nil))
        case .key(let key):
            keyRefusal = nil
            if let refusal, let refused = settings.apiKey, equal(key.buffer, refused.buffer) {
                return fail(refusal)
            }
            use(key)
            sendAttempt()
        }
    }

    /// The lock is held.
    func forgetKeyRequest() {
        keyRequest?.detach()
        keyRequest = nil
    }

    /// The server has refused the key. True when the call asks for another; `refusal` is its result
    /// otherwise. Not twice in a row: what was given is all that there is then. A session asks by itself.
    func asksForOtherKey(_ status: Int32, else refusal: @autoclosure () -> ResponsesError) -> Bool {
        guard status == 401, !isTurn, canSendBodyAgain, let source = settings.keySource,
            statusBeforeKey != 401
        else { return false }
        attemptFailed("http_401")
        let error = refusal()
        keyRefusal = error
        endTransfer(released: false)
        note(.api, error.details.retryAfterMilliseconds)
        goesOn(.retry, in: 0)
        if !tellOfAttempt() { return true }
        log.info("asking for another key: the server refused the last one")
        askForKey(source)
        return true
    }
}
