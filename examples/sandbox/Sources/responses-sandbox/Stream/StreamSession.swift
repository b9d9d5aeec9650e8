/// One reader of a response's events: takes them from the log as they come and sends them, with
/// the misbehaviour that was asked for.
final class StreamSession: EventReader {
    private let exchange: Exchange
    private let body: BodyWriter
    private let run: ResponseRun
    private let framing: EventFraming
    private let faults: Faults
    private var cursor: Int
    /// Events of this answer so far; the faults count these.
    private var position = 0
    private var isHeld = false
    private var hasStalled = false
    private var isOver = false

    /// Starts an answer that sends every event from the sequence number on.
    static func start(
        _ exchange: Exchange, run: ResponseRun, from sequence: Int, withObfuscation: Bool,
        seed: UInt64
    ) {
        guard let body = exchange.startStream() else { return leave(run) }
        let session = StreamSession(
            exchange, body, run, sequence, obfuscationSeed: withObfuscation ? seed : nil)
        run.add(session)
        exchange.onDisconnect { session.disconnected() }
        session.holdFirstEvent()
    }

    private init(
        _ exchange: Exchange, _ body: BodyWriter, _ run: ResponseRun, _ cursor: Int,
        obfuscationSeed: UInt64?
    ) {
        self.exchange = exchange
        self.body = body
        self.run = run
        self.cursor = cursor
        faults = exchange.faults
        framing = EventFraming(
            faults: faults,
            obfuscationSeed: obfuscationSeed.map { $0 ^ stableHash(run.record.id) })
    }

    private func holdFirstEvent() {
        guard let milliseconds = faults.firstEventDelay else { return pump() }
        isHeld = true
        exchange.loop.schedule(afterMilliseconds: milliseconds) { [self] in
            isHeld = false
            pump()
        }
    }

    /// Sends what the log has, as far as the client takes it.
    func pump() {
        while !isOver, !isHeld, body.isOpen {
            if body.isFull {
                body.flush()
                // Only when the socket did not take all of it there will be a call to go on.
                if body.isFull { return body.onDrained { [self] in pump() } }
            }
            let events = run.log.events(from: cursor, limit: 256)
            if events.isEmpty { break }
            send(events)
            run.forget(before: cursor)
        }
        if !isOver, !isHeld, body.isOpen, run.isEnded, cursor >= run.log.nextSequence,
            !interrupt()
        {
            return end()
        }
        body.flush()
    }

    private func send(_ events: ArraySlice<StreamEvent>) {
        var bytes = Bytes()
        bytes.reserveCapacity(events.count * 256)
        for event in events {
            if needsInterruption(before: event) {
                body.write(bytes)
                bytes = []
                if interrupt(before: event) { return }
            }
            cursor = event.sequence + 1
            write(event, to: &bytes)
            if faults.writesEachEvent {
                body.write(bytes)
                bytes = []
            }
            guard body.isOpen else { return leave() }
        }
        body.write(bytes)
        if !body.isOpen { leave() }
    }

    private func write(_ event: StreamEvent, to bytes: inout Bytes) {
        let index = position
        position += 1
        if faults.droppedEvents.contains(index) { return }
        framing.write(event, index: index, to: &bytes)
        if faults.duplicatedEvents.contains(index) {
            framing.write(event, index: index, to: &bytes)
        }
    }

    // MARK: - Faults between events

    private func needsInterruption(before event: StreamEvent) -> Bool {
        (faults.stallAfterEvents == position && !hasStalled) || faults.cutAfterEvents == position
            || faults.endAfterEvents == position || faults.errorAt == position
            || (faults.hidesTerminalEvent && event.isTerminal)
    }

    /// True if nothing more is to be sent now.
    private func interrupt(before event: StreamEvent? = nil) -> Bool {
        if faults.stallAfterEvents == position, !hasStalled {
            stall()
            return true
        }
        if faults.cutAfterEvents == position {
            exchange.note = "\(position) events"
            body.cut()
            leave()
            return true
        }
        if let event, faults.errorAt == position {
            sendError(inPlaceOf: event)
            return true
        }
        let endsHere = event.map { faults.hidesTerminalEvent && $0.isTerminal } ?? false
        if faults.endAfterEvents == position || endsHere {
            complete()
            return true
        }
        return false
    }

    private func stall() {
        hasStalled = true
        isHeld = true
        body.flush()
        guard let milliseconds = faults.stallMilliseconds else { return }
        exchange.loop.schedule(afterMilliseconds: milliseconds) { [self] in
            isHeld = false
            pump()
        }
    }

    private func sendError(inPlaceOf event: StreamEvent) {
        let drafts = ErrorEvent.drafts(faults, run.record)
        var bytes = Bytes()
        for (offset, draft) in drafts.enumerated() {
            write(StreamEvent(draft: draft, sequence: event.sequence + offset), to: &bytes)
        }
        body.write(bytes)
        complete()
    }

    // MARK: - The end

    /// Every event was sent.
    private func end() {
        if faults.sendsDone {
            var bytes = Bytes()
            framing.writeDone(to: &bytes)
            body.write(bytes)
        }
        guard faults.staysOpen else { return complete() }
        isHeld = true
        body.flush()
        guard let milliseconds = faults.stayOpenMilliseconds else { return }
        exchange.loop.schedule(afterMilliseconds: milliseconds) { [self] in complete() }
    }

    private func complete() {
        guard !isOver else { return }
        exchange.note = "\(position) events"
        body.end()
        leave()
    }

    private func disconnected() {
        exchange.note = "\(position) events"
        exchange.logDisconnect()
        leave()
    }

    private func leave() {
        guard !isOver else { return }
        isOver = true
        run.remove(self)
        Self.leave(run)
    }

    /// A response that is not in the background is cancelled with its only reader.
    private static func leave(_ run: ResponseRun) {
        if !run.record.request.isBackground { run.abandon() }
    }
}
