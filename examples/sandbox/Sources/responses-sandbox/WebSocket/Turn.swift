/// One `response.create`: waits for its place in the lane, makes its response, and sends the events,
/// with the misbehaviour that was asked for.
final class Turn: EventReader {
    let lane: Lane
    let request: TurnRequest
    /// What was accepted to steer the response, in the order it came.
    var steers: [Steer] = []
    /// The steers that this turn was made for, when the server made it.
    let origin: [Steer]
    private(set) var run: ResponseRun?
    private let session: SocketSession
    private let startedAt = EventLoop.now()
    private var faults = Faults()
    private var events: EventFraming?
    private var frames = SocketFraming(faults: SocketFaults())
    private var cursor = 0
    /// Events of this turn so far; the faults count these.
    private var position = 0
    private var sentBytes = 0
    private var isHeld = false
    private var hasStalled = false
    private var isOver = false

    init(_ request: TurnRequest, lane: Lane, session: SocketSession, origin: [Steer] = []) {
        self.request = request
        self.lane = lane
        self.session = session
        self.origin = origin
    }

    /// Makes the response; throws where a POST would be refused.
    func start() throws {
        faults = try session.faults(of: self)
        frames = SocketFraming(faults: faults.socket)
        if let status = faults.status { throw FaultyAnswer.error(status, faults) }
        if faults.socket.silence == .turn { return }
        let run = try session.makeRun(of: self, faults: faults)
        self.run = run
        events = EventFraming(
            faults: faults,
            obfuscationSeed: run.record.request.includesObfuscation
                ? session.seed ^ stableHash(run.record.id) : nil)
        run.add(self)
        hold(milliseconds: faults.firstEventDelay)
        run.start()
    }

    /// The response of that id is this one's.
    func makes(_ id: String) -> Bool { run?.record.id == id }

    // MARK: - Sending

    func pump() {
        guard let run, !isOver else { return }
        while canSend {
            if session.socket.isFull {
                session.socket.flush()
                // Only when the client did not take all of it there will be a call to go on.
                if session.socket.isFull { return }
            }
            let events = run.log.events(from: cursor, limit: 256)
            if events.isEmpty { break }
            send(events)
            run.forget(before: cursor)
        }
        if canSend, run.isEnded, cursor >= run.log.nextSequence, !interrupt() { end() }
        session.socket.flush()
    }

    private var canSend: Bool {
        session.socket.isOpen && !session.socket.isHeld && !isOver && !isHeld
    }

    private func send(_ events: ArraySlice<StreamEvent>) {
        var bytes = Bytes()
        bytes.reserveCapacity(events.count * 256)
        for event in events {
            if needsInterruption(before: event) {
                put(bytes)
                bytes = []
                if interrupt(before: event) { return }
            }
            cursor = event.sequence + 1
            write(event, to: &bytes)
            if faults.writesEachEvent || breaksInside(&bytes) {
                put(bytes)
                bytes = []
                session.socket.flush()
            }
            guard canSend else { break }
        }
        put(bytes)
    }

    private func write(_ event: StreamEvent, to bytes: inout Bytes) {
        let index = position
        position += 1
        guard let events, !faults.droppedEvents.contains(index) else { return }
        let json = events.json(event, index: index, lane: lane.name)
        frames.write(json, index: index, to: &bytes)
        if faults.duplicatedEvents.contains(index) { frames.write(json, index: index, to: &bytes) }
    }

    /// Hands frames to the socket, as far as the faults that count bytes allow.
    private func put(_ bytes: Bytes) {
        let before = sentBytes
        sentBytes += bytes.count
        if let limit = faults.cutAtByte, before <= limit, sentBytes >= limit {
            session.socket.write(Bytes(bytes.prefix(limit - before)))
            return session.socket.cut(faults.cutHow)
        }
        if let limit = faults.stallAtByte, before <= limit, sentBytes > limit {
            return stall(bytes, after: limit - before)
        }
        session.socket.write(bytes)
    }

    private func stall(_ bytes: Bytes, after count: Int) {
        session.socket.write(Bytes(bytes.prefix(count)))
        session.socket.hold(milliseconds: faults.stallMilliseconds)
        session.socket.write(Bytes(bytes.dropFirst(count)))
    }

    /// Cuts or stalls in the middle of the event that was just written; true if all that stands before
    /// it is to be sent.
    private func breaksInside(_ bytes: inout Bytes) -> Bool {
        let index = position - 1
        guard index == faults.socket.cutInEvent || index == faults.socket.stallInEvent else {
            return false
        }
        let kept = bytes.count - min(bytes.count, 64)
        if index == faults.socket.cutInEvent {
            session.socket.write(Bytes(bytes.prefix(kept)))
            session.socket.cut(faults.cutHow)
        } else {
            stall(bytes, after: kept)
        }
        bytes = []
        return true
    }

    // MARK: - Faults between events

    private func needsInterruption(before event: StreamEvent) -> Bool {
        (faults.stallAfterEvents == position && !hasStalled) || faults.cutAfterEvents == position
            || faults.endAfterEvents == position || faults.errorAt == position
            || faults.socket.closes(after: position)
            || (faults.hidesTerminalEvent && event.isTerminal)
    }

    /// True if nothing more is to be sent now; without an event the turn has no more of them.
    private func interrupt(before event: StreamEvent? = nil) -> Bool {
        if faults.stallAfterEvents == position, !hasStalled {
            hasStalled = true
            hold(milliseconds: faults.stallMilliseconds ?? .max)
            return true
        }
        let isLast = event == nil
        if faults.cutAfterEvents == position || (isLast && faults.socket.cutsAtEnd) {
            session.socket.cut(faults.cutHow)
            return true
        }
        if faults.socket.closes(after: position) || (isLast && faults.socket.closeAt == .end) {
            session.close(faults.socket)
            return true
        }
        if let event, faults.errorAt == position {
            sendError(inPlaceOf: event)
            return true
        }
        let endsHere = event.map { faults.hidesTerminalEvent && $0.isTerminal } ?? false
        guard faults.endAfterEvents == position || endsHere else { return false }
        end()
        return true
    }

    /// Sends nothing of this turn for so long; nil does not wait.
    private func hold(milliseconds: Int?) {
        guard let milliseconds else { return }
        isHeld = true
        guard milliseconds < .max else { return }
        session.loop.schedule(afterMilliseconds: milliseconds) { [weak self] in
            guard let self, !isOver else { return }
            isHeld = false
            pump()
        }
    }

    private func sendError(inPlaceOf event: StreamEvent) {
        guard let run else { return }
        var bytes = Bytes()
        for (offset, draft) in ErrorEvent.drafts(faults, run.record).enumerated() {
            write(StreamEvent(draft: draft, sequence: event.sequence + offset), to: &bytes)
        }
        put(bytes)
        end()
    }

    // MARK: - The end

    /// The turn has sent all that it will.
    private func end() {
        guard !isOver else { return }
        isOver = true
        run?.remove(self)
        run?.abandon()
        session.finished(self)
    }

    /// The connection has ended, and nobody reads the events.
    func leave() {
        guard !isOver else { return }
        isOver = true
        guard let run else { return }
        run.remove(self)
        if faults.socket.outlives {
            run.forget(before: run.log.nextSequence)
        } else {
            run.abandon()
        }
    }

    func log(status: Int) {
        let milliseconds = (EventLoop.now() - startedAt) / 1_000_000
        let place = lane.name.map { " stream_id=\($0)" } ?? ""
        let note = status == 200 ? " \(position) events" : ""
        RequestLog.line("WEBSOCKET \(session.path)\(place) \(status) \(milliseconds) ms\(note)")
    }
}
