/// What is said over one WebSocket: turns on their lanes, and the responses that the connection
/// remembers.
final class SocketSession {
    let socket: WebSocket
    let path: String
    let server: Server
    /// Those of the handshake.
    let faults: Faults
    var lanes = Lanes()
    /// Every response of this connection that is over, with its lane.
    private(set) var finishedResponses: [String: (lane: String?, ResponseRecord.Status)] = [:]
    private let handshake: HTTPRequest
    private let wishes: SandboxWishes
    private let remotePort: Int
    private let startedAt = EventLoop.now()
    private var messageCount = 0
    private var turnCount = 0
    private var timers: [Timer] = []
    private var isStarting = false

    /// Serves what follows the handshake.
    static func start(_ exchange: Exchange, on connection: Connection, server: Server) {
        let session = SocketSession(exchange, connection, server)
        // The socket keeps the session, the connection the socket.
        session.socket.onText = { session.receive($0) }
        session.socket.onDrained = { session.pump() }
        session.socket.onEnd = { session.ended($0) }
        session.open()
    }

    private init(_ exchange: Exchange, _ connection: Connection, _ server: Server) {
        self.server = server
        faults = exchange.faults
        handshake = exchange.request
        wishes = SandboxWishes(handshake: exchange.request)
        path = exchange.request.path
        remotePort = connection.remotePort
        socket = WebSocket(
            connection: connection, faults: exchange.faults.socket, loop: server.loop)
    }

    var seed: UInt64 { server.options.seed }
    var loop: EventLoop { server.loop }

    private func open() {
        schedule(faults.socket.limitMilliseconds ?? server.options.sessionMilliseconds) {
            $0.reachLimit()
        }
        var bytes = Bytes()
        for number in 0..<faults.socket.pingFlood { SocketFraming.writePing(number, to: &bytes) }
        // In one write with the 101, as a server that is fast may do it.
        socket.write(bytes)
        socket.flush()
        if let milliseconds = faults.socket.pingMilliseconds { ping(each: milliseconds) }
        if faults.socket.closing != nil, [nil, .open].contains(faults.socket.closeAt) {
            close(faults.socket)
        }
    }

    private func schedule(_ milliseconds: Int, _ action: @escaping (SocketSession) -> Void) {
        timers.removeAll { $0.isOver }
        timers.append(
            loop.schedule(afterMilliseconds: milliseconds) { [weak self] in self.map(action) })
    }

    private func ping(each milliseconds: Int) {
        schedule(milliseconds) { session in
            guard session.socket.isOpen else { return }
            var bytes = Bytes()
            SocketFraming.writePing(0, to: &bytes)
            session.socket.write(bytes)
            session.socket.flush()
            session.ping(each: milliseconds)
        }
    }

    /// Closes as the faults say.
    func close(_ faults: SocketFaults) {
        socket.close(faults.closing?.code, faults.closeReason, then: faults.closeThen)
    }

    // MARK: - Client events

    private func receive(_ message: Bytes) {
        messageCount += 1
        let event = JSON(reading: message)
        server.history.add(
            message, over: handshake, remotePort: remotePort,
            tags: SandboxWishes(metadata: event?["metadata"]).allTags)
        var lane: String?
        do {
            guard let event, event.object != nil else { throw RequestHeaders.notJSON }
            guard let type = event["type"] else { throw APIError.missing("type") }
            try SchemaCheck.check(
                type, .choice(["response.create", "response.steer"]), at: "type")
            if type == "response.steer" { return try steer(event) }
            lane = try TurnRequest.lane(of: event)
            try create(event, on: lanes.lane(lane))
        } catch {
            refuse(error, lane: lane)
        }
    }

    private func create(_ event: JSON, on lane: Lane) throws {
        turnCount += 1
        if let limit = faults.socket.limitTurns, turnCount > limit { return reachLimit() }
        lanes.add(Turn(try TurnRequest(event), lane: lane, session: self), to: lane)
        startTurns()
    }

    // MARK: - Turns

    private func startTurns() {
        // A turn that is refused ends while it starts.
        guard !isStarting else { return }
        isStarting = true
        while socket.isOpen, let turn = lanes.startNext() {
            do {
                try turn.start()
            } catch {
                refuse(turn, error)
            }
        }
        isStarting = false
    }

    func faults(of turn: Turn) throws -> Faults {
        do {
            return try server.faultBook.turnFaults(
                handshake: faults, header: wishes.faults, own: turn.request.wishes.faults)
        } catch let error as FaultSyntaxError {
            throw APIError.invalid(
                error.message, param: "metadata.sandbox_fault", code: "invalid_fault")
        }
    }

    /// The response of a turn, not yet begun.
    func makeRun(of turn: Turn, faults: Faults) throws -> ResponseRun {
        server.store.identifiers.length = faults.idLength ?? Identifiers.usualLength
        let generates = turn.request.generates
        let request = try CreateRequest(body: body(of: turn), isWarmUp: !generates)
        var options = try server.runOptions(
            request, faults, speed: turn.request.wishes.speed ?? wishes.speed)
        options.isWarmUp = !generates
        let plan = try server.plan(
            request, history: history(before: request), lookUp: item, generates: generates)
        takeSteers(turn)
        let run = ResponseRun(
            record: plan.record, script: plan.script, options: options, loop: loop)
        plan.record.run = run
        if faults.socket.outlives, request.isStored { server.store.keep(plan.record) }
        run.onEnd = { [self, unowned run] in keep(plan, of: turn, run) }
        return run
    }

    /// The lane remembers the response, or forgets the one that it failed to continue.
    private func keep(_ plan: Server.Plan, of turn: Turn, _ run: ResponseRun) {
        let record = plan.record
        server.finish(record)
        finishedResponses[record.id] = (turn.lane.name, record.status)
        settleSteers(of: turn, run)
        switch record.status {
        case .completed, .incomplete:
            turn.lane.cached = CachedResponse(
                record: record, items: plan.items + record.doneOutput,
                nextSequence: run.log.nextSequence)
        default: evict(turn)
        }
    }

    /// A turn of the same lane that fails takes what it wanted to continue along.
    private func evict(_ turn: Turn) {
        guard let previous = turn.request.previousResponseID,
            turn.lane.cached?.record.id == previous
        else { return }
        turn.lane.cached = nil
    }

    /// The items before a turn: from this connection, or from what is stored.
    private func history(before request: CreateRequest) throws -> [JSON] {
        if let previous = request.previousResponseID, request.conversationID == nil,
            let cached = lanes.cached(previous)
        {
            return cached.items
        }
        return try server.history(
            previous: request.previousResponseID, conversation: request.conversationID)
    }

    private func item(_ id: String) -> JSON? { lanes.item(id) ?? server.store.item(id) }

    /// The last event of the turn was sent.
    func finished(_ turn: Turn) {
        turn.log(status: 200)
        if let run = turn.run, turn.lane.cached?.record.id == run.record.id {
            turn.lane.cached?.nextSequence = run.log.nextSequence
        }
        lanes.finish(turn)
        startTurns()
    }

    private func pump() {
        for turn in lanes.current { turn.pump() }
    }

    // MARK: - Errors and the end

    private func refuse(_ turn: Turn, _ error: any Error) {
        let lane = turn.lane
        let waiting = lane.steers.filter {
            $0.previousResponseID == turn.request.previousResponseID
        }
        lane.steers.removeAll { $0.previousResponseID == turn.request.previousResponseID }
        // Nobody asked for a successor: its failure is one of the steers.
        let status = turn.origin.isEmpty ? refuse(error, lane: lane.name) : 400
        let reason = (error as? APIError)?.message ?? "\(error)"
        loseSteers(
            turn.origin + waiting, of: lane, "successor_creation_failed",
            "The successor response could not be created: \(reason)")
        turn.log(status: status)
        evict(turn)
        lanes.finish(turn)
    }

    @discardableResult
    private func refuse(_ error: any Error, lane: String?) -> Int {
        let error =
            error as? APIError
            ?? APIError(
                status: 500, message: "\(error)", type: "server_error", param: nil, code: nil)
        socket.send(text: error.event(lane: lane).bytes)
        return error.status
    }

    /// The hour is over.
    private func reachLimit() {
        guard socket.isOpen else { return }
        refuse(
            APIError.invalid(
                "Responses websocket connection limit reached (60 minutes). Create a new websocket "
                    + "connection to continue.", code: "websocket_connection_limit_reached"),
            lane: nil)
        guard faults.socket.closeAt == .limit else { return socket.close(CloseCode.normal) }
        close(faults.socket)
    }

    private func ended(_ ending: WebSocket.Ending) {
        for timer in timers { timer.cancel() }
        for turn in lanes.current { turn.leave() }
        lanes.clear()
        let milliseconds = (EventLoop.now() - startedAt) / 1_000_000
        RequestLog.line(
            "WEBSOCKET \(path) \(milliseconds) ms \(messageCount) messages, \(ending.description)")
    }
}
