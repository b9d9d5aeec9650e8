/// What is said over one WebSocket: turns on their lanes, and the responses that the connection
/// remembers.
final class SocketSession {
    let socket: WebSocket
    let path: String
    private let server: Server
    private let handshake: HTTPRequest
    private let remotePort: Int
    private let startedAt = EventLoop.now()
    private var lanes = Lanes()
    private var turnCount = 0
    private var limit: Timer?
    private var isStarting = false

    /// Answers the handshake, and serves what follows.
    static func start(_ exchange: Exchange, on connection: Connection, server: Server) {
        let session = SocketSession(exchange, connection, server)
        // The socket keeps the session, the connection the socket.
        session.socket.onText = { session.receive($0) }
        session.socket.onDrained = { session.pump() }
        session.socket.onEnd = { session.ended($0) }
        connection.flush()
    }

    private init(_ exchange: Exchange, _ connection: Connection, _ server: Server) {
        self.server = server
        handshake = exchange.request
        path = exchange.request.path
        remotePort = connection.remotePort
        socket = WebSocket(connection: connection, loop: server.loop)
        limit = server.loop.schedule(afterMilliseconds: server.options.sessionMilliseconds) {
            [weak self] in self?.reachLimit()
        }
    }

    var seed: UInt64 { server.options.seed }

    // MARK: - Client events

    private func receive(_ message: Bytes) {
        turnCount += 1
        server.history.add(message, over: handshake, remotePort: remotePort)
        var lane: String?
        do {
            guard let event = JSON(reading: message), event.object != nil else {
                throw RequestHeaders.notJSON
            }
            lane = try TurnRequest.lane(of: event)
            guard let type = event["type"] else { throw APIError.missing("type") }
            try SchemaCheck.check(type, .choice(["response.create"]), at: "type")
            try create(event, on: lanes.lane(lane))
        } catch {
            refuse(error, lane: lane)
        }
    }

    private func create(_ event: JSON, on lane: Lane) throws {
        let turn = Turn(try TurnRequest(event), lane: lane, session: self)
        lanes.add(turn, to: lane)
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
                evict(turn)
                turn.log(status: refuse(error, lane: turn.lane.name))
                lanes.finish(turn)
            }
        }
        isStarting = false
    }

    /// The response of a turn, not yet begun.
    func makeRun(of turn: Turn, faults: Faults) throws -> ResponseRun {
        let generates = turn.request.generates
        let request = try CreateRequest(body: turn.request.body, isWarmUp: !generates)
        var options = try server.runOptions(
            request, faults, speed: handshake.header("x-sandbox-speed"))
        options.isWarmUp = !generates
        let plan = try server.plan(
            request, history: history(before: request), lookUp: item, generates: generates)
        let run = ResponseRun(
            record: plan.record, script: plan.script, options: options, loop: server.loop)
        plan.record.run = run
        run.onEnd = { [self] in keep(plan, of: turn) }
        return run
    }

    /// The lane remembers the response, or forgets the one that it failed to continue.
    private func keep(_ plan: Server.Plan, of turn: Turn) {
        server.finish(plan.record)
        switch plan.record.status {
        case .completed, .incomplete:
            turn.lane.cached = CachedResponse(
                record: plan.record, items: plan.items + plan.record.doneOutput)
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
        if let previous = request.previousResponseID, let cached = lanes.cached(previous) {
            return cached.items
        }
        return try server.history(
            previous: request.previousResponseID, conversation: request.conversationID)
    }

    private func item(_ id: String) -> JSON? {
        lanes.item(id) ?? server.store.item(id)
    }

    /// The last event of the turn was sent.
    func finished(_ turn: Turn) {
        turn.log(status: 200)
        lanes.finish(turn)
        startTurns()
    }

    private func pump() {
        for turn in lanes.current { turn.pump() }
    }

    // MARK: - Errors and the end

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
        socket.close(CloseCode.normal)
    }

    private func ended(_ ending: WebSocket.Ending) {
        limit?.cancel()
        for turn in lanes.current { turn.abandon() }
        lanes = Lanes()
        let milliseconds = (EventLoop.now() - startedAt) / 1_000_000
        RequestLog.line(
            "WEBSOCKET \(path) \(milliseconds) ms \(turnCount) messages, \(ending.description)")
    }
}
