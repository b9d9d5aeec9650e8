import CPlatform
import Synchronization

/// One operation under way: sends, reads, tries again, resumes, and ends exactly once.
///
/// The state machine runs on the thread that uses the call, outside the engine's lock. The engine only
/// collects bytes and deadlines for it. `next` moves it on; `CallAttempts` holds what happens when a
/// request ends, `CallEvents` what happens with an event, `CallLimits` the limits of time.
package final class Call: Waiter {
    package let engine: Engine
    /// The options that the client had; a key that was asked for comes in `frozen`.
    private let given: FrozenSettings
    private(set) var frozen: FrozenSettings
    /// Lent, not copied: a copy would count a reference for each text in it.
    var settings: Settings {
        @inline(__always) _read { yield frozen.values }
    }
    private(set) var operation: Operation
    private(set) var log: Log

    // MARK: state of the owner

    /// The end, once it has come; nothing changes after it.
    private(set) var outcome: Outcome?
    enum Outcome {
        case done
        case failed(ResponsesError)
    }

    var request: HTTPRequest
    var transfer: Transfer? {
        didSet { lentTransfer = transfer.map { Unmanaged.passUnretained($0) } }
    }
    /// What it has at a session, in place of a transfer.
    var turn: Turn?
    /// What the program has given it and the decoder has not got yet, where its bytes come from there.
    var fed = ByteBuffer()
    /// Its place among the turns there, once it has one.
    var turnPlace: UInt64 = 0
    /// What happened to its session, to be logged.
    var remarks: [Message] = []
    /// The same, for what happens with every piece that arrives: nothing is counted.
    private(set) var lentTransfer: Unmanaged<Transfer>?
    /// Of a body that is put together while it is sent: see `CallSending`.
    var sparePiece = ByteBuffer()
    var bodyBeginnings = 0
    /// Of a download.
    var download: Download?
    /// Takes images out of what arrives.
    var images: ImageFilter?
    var decoder: EventStreamDecoder
    var fields = EventFields()
    package let event = Event()
    let accumulator: Accumulator
    var journal: Journal
    var reading: Reading

    var stream: StreamState
    var failure = ToldFailure()
    var progress = Limits.Progress()
    /// How often the request was sent again.
    var retries = 0
    var resumption = Resumption()
    var servers = Servers()
    var polling: Polling
    /// Those that the caller was given: from then on the request is not sent anew.
    var deliveredEvents: Int { handsOverEvents ? stream.takenEvents : 0 }
    /// A stream where a document was asked for is only put together, but for a raw call.
    var handsOverEvents: Bool { operation.kind == .stream || operation.kind == .bytes || isRaw }

    /// The result of the call, should there be no other key than the one that was refused.
    var keyRefusal: ResponsesError?
    /// How the attempt before the one that a key was last asked for had been answered.
    var statusBeforeKey: Int32 = 0

    /// Answers are handed over as they came: see `CallBytes`.
    package let isRaw: Bool
    var text: StreamText?
    var head = AnswerHead.handedOver
    var documentIsDue = false

    private var hasStarted = false
    private(set) var finalResponse: Response?
    /// The head that was handed over.
    var answer: ResponseHeaders?
    private var partialResponse: Response?
    private var partialVersion = -1

    /// What is known of the attempt under way, where somebody wants to be told of it.
    let observed: Attempt?
    package var attempt: Attempt? { observed }

    // MARK: state under the engine's lock

    var limits: Limits
    /// The next attempt waits for its key.
    var keyRequest: KeyRequest?
    /// Set under the lock, and read without it before every event.
    let isCancelled = Atomic<Bool>(false)
    /// It was cancelled because its client was freed. Written once, before `isCancelled`.
    private var isOrphaned = false
    /// The place among those of its client, and the thread; for calls of blocking functions.
    var blockingIndex = -1
    var blockingThread: UInt = 0

    // MARK: making

    package init(
        _ operation: Operation, _ frozen: FrozenSettings, _ engine: Engine, _ log: Log
    ) {
        self.engine = engine
        given = frozen
        self.frozen = frozen
        self.operation = operation
        self.log = log
        request = operation.request
        journal = Journal(frozen.values.redaction)
        isRaw =
            frozen.values.isRaw && operation.turn == nil && operation.run == nil
            && operation.kind != .bytes
        if operation.kind == .bytes { download = Download(operation.request) }
        if let source = frozen.values.imageSink, operation.kind != .bytes {
            images = ImageFilter(source)
        }
        decoder = EventStreamDecoder(maximumEventBytes: frozen.values.maximumEventBytes)
        accumulator = Accumulator(maximumBytes: frozen.values.maximumResponseBytes)
        stream = StreamState(lastSequence: operation.startingAfter)
        polling = Polling(interval: frozen.values.pollInterval)
        limits = Limits(frozen, operation)
        observed = frozen.values.observer.map {
            Attempt($0, operation, frozen.values.redaction)
        }
        reading = Reading(interruptsSeen: platform_interrupt_count(engine.interrupt))
        super.init()
        request.identify(engine.idempotencyKeys)
    }

    /// Sends the first request. Never blocks; what goes wrong is the call's outcome.
    package func start() {
        if operation.isFed { return }
        hasStarted = true
        engine.begin()
        startAttempt()
    }

    /// Ends everything; to be called once, before the call is given up.
    package func close() {
        let recorded: RecordedAttempt? = engine.locked {
            if let observed { measureAttempt(observed) }
            let recorded = transfer?.takeRecording(.program)
            if let transfer { engine.stop(transfer) }
            transfer = nil
            leaveTurn()
            forgetKeyRequest()
            forgetToolCalls()
            engine.setDeadline(self, 0)
            isGone = true
            engine.hostLoop.unlist(self)
            return recorded
        }
        if recorded != nil { write(recorded) }
        if observed != nil && hasStarted && outcome == nil { _ = tellOfEnd(.cancelled, -1, nil) }
    }

    // MARK: reading

    package enum Step {
        case event
        case again
        case done
        case failed(ResponsesError)
    }

    /// Moves on until there is something to hand over or nothing more to do now. Never blocks.
    @inline(__always)
    package func next() -> Step {
        // Asking in vain is what a loop does most.
        if reading.hasNothingToRead && !hasNews { return .again }
        wasRead.store(true, ordering: .relaxed)
        if reading.hasEventInHand && !isCancelled.load(ordering: .relaxed) {
            reading.hasEventInHand = false
            reading.hasLentEvent = true
            return .event
        }
        let step = advance()
        switch step {
        case .event: reading.hasLentEvent = true
        case .again:
            reading.hasNothingToRead = true
            reading.hasLentEvent = false
            event.clear()
        case .done, .failed:
            isReadToEnd.store(true, ordering: .relaxed)
            reading.hasLentEvent = false
            event.clear()
        }
        return step
    }

    @_optimize(speed)
    private func advance() -> Step {
        reading.hasNothingToRead = false
        while true {
            switch outcome {
            case .done?: return .done
            case .failed(let error)?: return .failed(error)
            case nil: break
            }
            if isCancelled.load(ordering: .acquiring) {
                fail(
                    .cancelled,
                    isOrphaned ? "the client was freed" : "the program cancelled the call")
                continue
            }
            if stream.hasTerminalEvent {
                concludeStream()
                continue
            }
            if _slowPath(download != nil) {
                if hasPiece { return .event }
                if outcome != nil { continue }
                if !collectNews() { return .again }
                continue
            }
            if reading.mustSettle && !settle() { continue }
            if let (data, count) = decoder.nextLikeLast(&fields) {
                let name = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
                let isTaken = takeScanned(data, count, name)
                reading.lastWasAlike = true
                if isTaken {
                    text?.accept(decoder.unread)
                    return .event
                }
                text?.skip(decoder.unread)
                continue
            }
            switch decoder.next() {
            case .event(let data, let count, let name):
                if take(data, count, name) {
                    text?.accept(decoder.unread)
                    return .event
                }
                text?.skip(decoder.unread)
            case .done: streamEnded("the server sent [DONE] before a terminal event")
            case .tooLarge:
                fail(
                    .limit,
                    "an event is larger than max_event_bytes (\(settings.maximumEventBytes))")
            case .needsMore:
                if let count = decoder.arrivingCount {
                    accumulator.search(decoder.eventStart, count)
                }
                if !collectNews() { return .again }
            }
        }
    }

    /// The bytes of a large event go away. False when memory is out, and the call has ended.
    @inline(never)
    private func settle() -> Bool {
        reading.mustSettle = false
        var bytes = ByteBuffer()
        if accumulator.arriving.hasTaker { decoder.handOver(into: &bytes) }
        if accumulator.settle(&bytes) { return true }
        fail(.noMemory, ResponsesError.noMemoryMessage)
        return false
    }

    /// Another stream begins.
    func resetDecoder() {
        if accumulator.arriving.isUnderWay { _ = settle() }
        decoder = EventStreamDecoder(maximumEventBytes: settings.maximumEventBytes)
        text?.breakOff()
    }

    /// Takes over bytes of a stream. False when memory is out.
    func decode(_ bytes: inout ByteBuffer) -> Bool {
        if let text, !text.arrived(bytes.bytes, bytes.count) { return false }
        return decoder.refill(from: &bytes)
    }

    /// The event that `next` gave was not taken after all; it comes again.
    package func putBack() {
        reading.hasEventInHand = true
        reading.hasLentEvent = false
    }

    /// What `next` said after the last event was not passed on; it says so again.
    package func putBackEnd() { isReadToEnd.store(false, ordering: .relaxed) }

    /// Ends the call for a reason of the caller's own.
    package func stop(_ status: Status, _ message: Message) { fail(status, message) }

    /// Reads ahead, so that `next` will have something else to say than "again". False: it has not.
    func lookAhead() -> Bool {
        if reading.hasEventInHand || head == .here { return true }
        switch advance() {
        case .event:
            reading.hasEventInHand = true
            return true
        case .again: return head == .here
        case .done, .failed: return true
        }
    }

    package enum WaitOutcome { case ready, timedOut, interrupted }

    /// Waits until `next` has something else to say than "again". `milliseconds`: negative for no limit.
    package func wait(_ milliseconds: Int32) -> WaitOutcome {
        // There is nothing to wait for but what the program does.
        if operation.isFed { return lookAhead() ? .ready : .timedOut }
        let deadline =
            milliseconds < 0 ? 0 : platform_now() &+ UInt64(milliseconds) &* 1_000_000
        var hasWaited = false
        while !lookAhead() {
            // News without an event may come without end.
            if hasWaited && deadline != 0 && platform_now() >= deadline { return .timedOut }
            hasWaited = true
            switch engine.wait(self, until: deadline, interrupts: reading.interruptsSeen) {
            case .news: continue
            case .timedOut: return lookAhead() ? .ready : .timedOut
            case .interrupted:
                reading.interruptsSeen = platform_interrupt_count(engine.interrupt)
                return .interrupted
            case .noMemory: fail(.noMemory, ResponsesError.noMemoryMessage)
            }
        }
        return .ready
    }

    /// For blocking functions: an interrupt ends the call, also when it never has to wait. One whose last
    /// event was read has ended already.
    @inline(__always)
    package func stopIfInterrupted() {
        if platform_interrupt_count(engine.interrupt) != reading.interruptsSeen
            && !stream.hasTerminalEvent
        {
            stopInterrupted()
        }
    }

    @inline(never)
    package func stopInterrupted() { fail(.cancelled, "the program interrupted the client") }

    // MARK: from other threads

    /// Asks the call to end. Any thread.
    package func cancel() { engine.locked { cancelWithLock() } }

    /// It is about to end for that.
    var hasBeenCancelled: Bool { isCancelled.load(ordering: .acquiring) }

    private func cancelWithLock() {
        isCancelled.store(true, ordering: .releasing)
        if let transfer { engine.halt(transfer) }
        giveUpTurn()
        engine.tell(self)
        engine.wakeDriver()
    }

    /// Its client goes away. The lock is held.
    func orphan() {
        isOrphaned = true
        cancelWithLock()
    }

    override func documentBegan(_ now: UInt64) {
        limits.documentBegins(now)
        engine.setDeadlineIfEarlier(self, limits.nextDeadline)
    }

    override func limitWasReached() -> Bool { reachLimit() }

    override func deadlineReached(_ now: UInt64) -> UInt64 {
        if let transfer {
            limits.look(at: transfer, now)
            transfer.judgeConnecting(now)
        } else if let turn {
            limits.look(at: turn, now)
        }
        // Of the two only one of the call's own limits is its user's business.
        let own = limits.nextDeadline
        if own != 0 && own <= now { return 0 }
        return nextDeadline
    }

    /// The next limit that stands now, that for connecting among them. The lock is held.
    var nextDeadline: UInt64 {
        let own = limits.nextDeadline
        let connectBy = transfer?.connectBy ?? 0
        return connectBy != 0 && (own == 0 || connectBy < own) ? connectBy : own
    }

    // MARK: the end

    /// Lets go of the transfer: `released`, its connection may be used again; otherwise it is closed.
    func endTransfer(released: Bool, stop: RecordedStop = .program) {
        let recorded: RecordedAttempt? = engine.locked {
            if let observed { measureAttempt(observed) }
            leaveTurn()
            guard let transfer else { return nil }
            let recorded = transfer.takeRecording(released ? .finished : stop)
            if released { engine.release(transfer) } else { engine.stop(transfer) }
            self.transfer = nil
            return recorded
        }
        if recorded != nil { write(recorded) }
    }

    /// The next request of a run: of it nothing has come, and what is known is of the one before.
    func beginRound() {
        accumulator.forget()
        journal = Journal(settings.redaction)
        stream = StreamState(lastSequence: -1)
        failure = ToldFailure()
        resumption = Resumption()
        polling = Polling(interval: settings.pollInterval)
        retries = 0
        statusBeforeKey = 0
        finalResponse = nil
        partialResponse = nil
        partialVersion = -1
        answer = nil
        reading.mustSettle = false
        reading.lastWasAlike = false
        engine.locked { limits = Limits(frozen, operation) }
    }

    func takeNextRound() throws(ResponsesError) { try operation.takeNextRound(frozen) }

    /// The response of a round, which is the call's until the next one begins.
    func keep(_ response: Response) { finalResponse = response }

    func succeed(_ response: Response) {
        finalResponse = response
        if head == .awaited { head = .here }
        conclude(.done)
    }

    func fail(_ error: ResponsesError) {
        conclude(.failed(settings.redaction.map { error.redacted(by: $0) } ?? error))
    }

    func fail(_ status: Status, _ message: Message, _ failure: ServerFailure? = nil) {
        fail(makeError(status, message, failure))
    }

    /// A callback has forked, and this is the child: nothing of the parent's is touched.
    func endInChild() {
        if outcome == nil { outcome = .failed(.forked()) }
    }

    /// From now on requests have this key; "" for none.
    func use(_ key: Text) {
        frozen = engine.locked { given.keyed(by: key) }
        journal.redaction = settings.redaction
        observed?.redaction = settings.redaction
        log = log.redacting(settings.redaction)
    }

    private func conclude(_ end: Outcome) {
        if outcome != nil { return }
        var stop = RecordedStop.program
        if case .failed(let error) = end, error.status == .cancelled { stop = .cancelled }
        endTransfer(released: stream.hasTerminalEvent, stop: stop)
        request.stream?.giveBack()
        engine.locked {
            forgetKeyRequest()
            forgetToolCalls()
            engine.setDeadline(self, 0)
            // An end is news too: for a thread that waits, and for the host's loop.
            engine.tell(self)
        }
        outcome = end
        logOutcome(end)
        if observed != nil { tellOfEnd(end) }
    }

    @inline(never)
    private func tellOfEnd(_ end: Outcome) {
        let isOurs: Bool
        switch end {
        case .done: isOurs = tellOfEnd(.ok, -1, finalResponse)
        case .failed(let error):
            isOurs = tellOfEnd(
                error.status, error.details.retryAfterMilliseconds,
                stream.takenEvents > 0 ? response() : nil)
        }
        // The end is the parent's to tell.
        if !isOurs { outcome = .failed(.forked()) }
    }

    // MARK: results

    /// The response as far as it is known: put together so far, and the final one at the end.
    package func response() -> Response? {
        if let finalResponse { return finalResponse }
        if let partialResponse, accumulator.version == partialVersion { return partialResponse }
        partialResponse = nil
        var body = ByteBuffer()
        guard accumulator.assemble(into: &body), !body.isEmpty || answer != nil else { return nil }
        partialVersion = accumulator.version
        // Once events come, the headers do not change any more.
        let isFirst = deliveredEvents > 0 && !resumption.hasBegun
        let headers = answer ?? (isFirst ? carrier?.headers : nil) ?? journal.headers
        partialResponse = Response(
            body: body, headers: headers, attempts: journal.attempts, history: journal.json())
        return partialResponse
    }
}
