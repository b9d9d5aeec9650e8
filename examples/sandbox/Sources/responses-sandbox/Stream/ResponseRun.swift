/// Reads the events of a response as they come.
protocol EventReader: AnyObject {
    /// There are new events, or there will be none any more.
    func pump()
}

/// A response being made: plays its script at its pace, keeps the record up to date and the events
/// in order, and wakes those who read them.
final class ResponseRun {
    struct Options {
        /// Events a second; zero is as fast as possible.
        var speed = 0.0
        /// How long a background response stays queued.
        var queueMilliseconds = 0
        /// A `keepalive` event after every so many; it takes a sequence number.
        var keepaliveEvery: Int?
        var errorShape = ErrorEvent.Shape.nested
        /// Sends `response.failed` with a null error before the `error` event, as Azure does.
        var failsBeforeError = false
        /// Says `created` and `completed`, and nothing else.
        var isWarmUp = false
        /// Ends the stream at `error`, with nothing after it.
        var endsAtError = false
    }

    let record: ResponseRecord
    private(set) var log: EventLog
    /// Called once when the response is finished, cancelled or abandoned.
    var onEnd: (() -> Void)?
    private(set) var isEnded = false

    private let loop: EventLoop
    private let options: Options
    private let script: Script
    private var nextAct = 0
    private var deltas: DeltaRun?
    private var openItems: [Int: JSON] = [:]
    private var pending: [EventDraft] = []
    private var pace: Pace
    private var timer: Timer?
    private var isQueued: Bool
    private var readers: [any EventReader] = []
    private var isBlocked = false
    private var isSteered = false
    private var tokensSoFar = Script.Tokens()

    /// Events a reader may be behind before a response with a single reader waits for it.
    private static let backlog = 1024
    /// Events made in one turn of the loop, so that no stream keeps the others waiting.
    private static let batch = 256

    init(record: ResponseRecord, script: Script, options: Options, loop: EventLoop) {
        self.record = record
        self.script = script
        self.options = options
        self.loop = loop
        isQueued = record.request.isBackground
        log = EventLog(keepsAll: record.request.isBackground && record.request.isStream)
        pace = Pace(speed: options.speed, start: EventLoop.now())
    }

    func start() {
        append("response.created")
        if options.isWarmUp { return pump() }
        guard record.request.isBackground else {
            append("response.in_progress")
            pace.took(2)
            return pump()
        }
        append("response.queued")
        timer = loop.schedule(afterMilliseconds: options.queueMilliseconds) { [self] in
            isQueued = false
            record.status = .inProgress
            append("response.in_progress")
            pace.restart(at: EventLoop.now())
            pace.took(1)
            pump()
        }
    }

    // MARK: - Readers

    func add(_ reader: any EventReader) { readers.append(reader) }

    func remove(_ reader: any EventReader) { readers.removeAll { $0 === reader } }

    /// The only reader has read up to here: it is not needed any more, and there is room again.
    func forget(before sequence: Int) {
        log.forget(before: sequence)
        guard isBlocked, log.events.count < Self.backlog / 2 else { return }
        isBlocked = false
        loop.soon { [self] in pump() }
    }

    // MARK: - Steering

    /// Ends the response before its next item, where no client has to do something first.
    ///
    /// - Parameter acceptance: the event that says so.
    func steer(_ acceptance: EventDraft) {
        guard !isEnded else { return }
        isSteered = true
        note(acceptance)
    }

    /// Adds an event about the response, which may come behind its terminal event.
    func note(_ draft: EventDraft) {
        log.append(draft)
        loop.soon { [self] in wakeReaders() }
    }

    // MARK: - Ending from outside

    /// Cancels a background response: the output so far stays, the stream ends.
    func cancel() {
        guard !isEnded else { return }
        keepPartialOutput()
        record.status = .cancelled
        append("response.failed")
        end()
    }

    /// The only one who wanted the response has gone.
    func abandon() {
        guard !isEnded else { return }
        keepPartialOutput()
        record.status = .cancelled
        end()
    }

    private func keepPartialOutput() {
        for (index, item) in openItems.sorted(by: { $0.key < $1.key }) {
            guard item["type"]?.string == "message", let deltas,
                deltas.type == "response.output_text.delta"
            else { continue }
            var partial = item
            partial.set("status", "incomplete")
            partial.set("content", [InputItems.outputText(deltas.sent)])
            place(partial, at: index)
        }
    }

    // MARK: - Making events

    private func pump() {
        guard !isEnded, !isQueued, !isBlocked else { return }
        timer?.cancel()
        timer = nil
        var due = pace.due(at: EventLoop.now(), limit: Self.batch)
        while due > 0, !isEnded {
            makeEvent()
            pace.took(1)
            due -= 1
        }
        wakeReaders()
        guard !isEnded else { return }
        isBlocked = !readers.isEmpty && !log.keepsAll && log.events.count >= Self.backlog
        guard !isBlocked else { return }
        if pace.isUnlimited {
            loop.soon { [self] in pump() }
        } else {
            timer = loop.schedule(at: pace.nextDeadline) { [self] in pump() }
        }
    }

    private func wakeReaders() {
        for reader in readers { reader.pump() }
        if readers.isEmpty, !log.keepsAll { log.forgetAll() }
    }

    private func makeEvent() {
        if let every = options.keepaliveEvery, log.nextSequence % (every + 1) == every {
            return log.append(EventDraft("keepalive"))
        }
        if let draft = nextDelta() { return log.append(draft) }
        if !pending.isEmpty {
            log.append(pending.removeFirst())
            if pending.isEmpty { end() }
            return
        }
        guard nextAct < script.acts.count else { return beginEnding() }
        if isSteered, openItems.isEmpty, RequiredInput.stubs(for: record.doneOutput).isEmpty {
            return endSteered()
        }
        let act = script.acts[nextAct]
        nextAct += 1
        play(act)
    }

    private func nextDelta() -> EventDraft? {
        // Nobody looks at the pieces of an answer that is sent as a whole, at once.
        if readers.isEmpty, !log.keepsAll, pace.isUnlimited { deltas = nil }
        guard let draft = deltas?.next() else {
            deltas = nil
            return nil
        }
        return draft
    }

    private func play(_ act: Script.Act) {
        switch act {
        case .event(let draft): log.append(draft)
        case .deltas(let run):
            deltas = run
            makeEvent()
        case .open(let index, let item):
            openItems[index] = item
            appendItem("response.output_item.added", index, item)
        case .close(let index, let item, let tokens):
            tokensSoFar = tokens
            openItems[index] = nil
            place(item, at: index)
            appendItem("response.output_item.done", index, item)
        }
    }

    private func place(_ item: JSON, at index: Int) {
        while record.output.count <= index { record.output.append(.null) }
        record.output[index] = item
    }

    private func appendItem(_ type: String, _ index: Int, _ item: JSON) {
        log.append(
            EventDraft(
                type, ["output_index": .integer(index), "item": record.request.include.shown(item)])
        )
    }

    /// An event that carries the whole response.
    private func append(_ type: String) { log.append(snapshot(type)) }

    private func snapshot(_ type: String) -> EventDraft {
        EventDraft(type, ["response": record.json(include: record.request.include)])
    }

    // MARK: - The end of the script

    private func beginEnding() {
        let finished = Int(WallClock.seconds())
        switch script.ending {
        case .completed:
            record.usage = usage(script.tokens)
            record.status = .completed
            record.completedAt = finished
            append("response.completed")
            end()
        case .incomplete(let reason):
            record.usage = usage(script.tokens)
            record.status = .incomplete
            record.incompleteReason = reason
            append("response.incomplete")
            end()
        case .failed(let error): fail(with: error)
        }
    }

    private func endSteered() {
        record.usage = usage(tokensSoFar)
        record.status = .incomplete
        record.incompleteReason = "steered"
        append("response.incomplete")
        end()
    }

    private func fail(with error: ErrorEvent) {
        record.status = .failed
        let errorEvent = error.draft(options.errorShape)
        if options.failsBeforeError {
            pending = [snapshot("response.failed"), errorEvent]
            record.error = error.responseError
        } else {
            record.error = error.responseError
            pending = [errorEvent]
            if !options.endsAtError { pending.append(snapshot("response.failed")) }
        }
        makeEvent()
    }

    private func usage(_ tokens: Script.Tokens) -> JSON {
        let input = record.inputTokens
        return [
            "input_tokens": .integer(input),
            "input_tokens_details": ["cached_tokens": 0, "cache_write_tokens": 0],
            "output_tokens": .integer(tokens.output),
            "output_tokens_details": ["reasoning_tokens": .integer(tokens.reasoning)],
            "total_tokens": .integer(input + tokens.output),
        ]
    }

    private func end() {
        isEnded = true
        timer?.cancel()
        timer = nil
        deltas = nil
        let notify = onEnd
        onEnd = nil
        notify?()
        // Whoever still reads gets the rest of the log, and learns that nothing follows.
        loop.soon { [self] in wakeReaders() }
    }
}
