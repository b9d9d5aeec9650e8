/// One `response.create`: waits for its place in the lane, makes its response, and sends the events.
final class Turn: EventReader {
    let lane: Lane
    let request: TurnRequest
    private unowned let session: SocketSession
    private let startedAt = EventLoop.now()
    private var faults = Faults()
    private var framing: EventFraming?
    private var run: ResponseRun?
    private var cursor = 0
    private var position = 0
    private var isOver = false

    init(_ request: TurnRequest, lane: Lane, session: SocketSession) {
        self.request = request
        self.lane = lane
        self.session = session
    }

    /// Makes the response; throws where a POST would be refused.
    func start() throws {
        let run = try session.makeRun(of: self, faults: faults)
        self.run = run
        framing = EventFraming(
            faults: faults,
            obfuscationSeed: run.record.request.includesObfuscation
                ? session.seed ^ stableHash(run.record.id) : nil)
        run.add(self)
        run.start()
    }

    // MARK: - Sending

    func pump() {
        guard let run, !isOver else { return }
        while session.socket.isOpen, !session.socket.isFull, !isOver {
            let events = run.log.events(from: cursor, limit: 256)
            if events.isEmpty { break }
            send(events)
            run.forget(before: cursor)
        }
        if !isOver, run.isEnded, cursor >= run.log.nextSequence {
            isOver = true
            run.remove(self)
            session.finished(self)
        }
        session.socket.flush()
    }

    private func send(_ events: ArraySlice<StreamEvent>) {
        guard let framing else { return }
        var bytes = Bytes()
        bytes.reserveCapacity(events.count * 256)
        for event in events {
            cursor = event.sequence + 1
            Frame.write(
                .text, framing.json(event, index: position, lane: lane.name), to: &bytes)
            position += 1
        }
        session.socket.write(bytes)
    }

    // MARK: - The end

    /// The connection has ended, and nobody reads the events.
    func abandon() {
        guard !isOver else { return }
        isOver = true
        guard let run else { return }
        run.remove(self)
        run.abandon()
    }

    func log(status: Int) {
        let milliseconds = (EventLoop.now() - startedAt) / 1_000_000
        let place = lane.name.map { " stream_id=\($0)" } ?? ""
        let note = status == 200 ? " \(position) events" : ""
        RequestLog.line("WEBSOCKET \(session.path)\(place) \(status) \(milliseconds) ms\(note)")
    }
}
