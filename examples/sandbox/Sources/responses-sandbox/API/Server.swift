/// Takes requests from connections and gives them to what answers them.
final class Server {
    let options: Options
    let loop: EventLoop
    let store: Store
    let faultBook: FaultBook
    let history = RequestHistory()
    private var listener: Listener?
    private var requestCount: UInt64 = 0

    init(options: Options, loop: EventLoop) {
        self.options = options
        self.loop = loop
        store = Store(identifiers: Identifiers(seed: options.seed))
        faultBook = FaultBook(serverSpecs: options.faults)
    }

    /// Listens, and returns the base URL that clients need.
    func start() throws -> String {
        let listener = try Listener(port: options.port, loop: loop) { [unowned self] in
            serve($0)
        }
        self.listener = listener
        return "http://127.0.0.1:\(listener.port)/v1"
    }

    func stop() { listener?.close() }

    private func serve(_ connection: Connection) {
        connection.onRequest = { [unowned self, unowned connection] request in
            handle(request, on: connection)
        }
        connection.onMalformed = { [unowned self, unowned connection] failure in
            refuse(failure, on: connection)
        }
    }

    /// Bytes that are no request get an answer, too, and then the end of the connection.
    private func refuse(_ failure: RequestReader.Failure, on connection: Connection) {
        let request = HTTPRequest(
            method: "?", target: "?", headers: [.init(name: "connection", value: "close")],
            isVersion11: true)
        let exchange = Exchange(
            request: request, route: Route.of(request), faults: Faults(),
            requestID: nextRequestID(), connection: connection, loop: loop)
        exchange.respond(.invalid(failure.message, status: failure.status))
    }

    private func handle(_ request: HTTPRequest, on connection: Connection) {
        let route = Route.of(request)
        if case .introspect(let path) = route.action {
            return introspect(path, exchange(request, route, Faults(), connection))
        }
        let requestID = nextRequestID()
        history.add(request, requestID: requestID, remotePort: connection.remotePort)
        do {
            let faults = try faultBook.faults(
                header: route.name == .websocket
                    ? SandboxWishes(handshake: request).faults
                    : request.values("x-sandbox-fault"), route: route.name)
            let exchange = Exchange(
                request: request, route: route, faults: faults, requestID: requestID,
                connection: connection, loop: loop)
            guard let delay = faults.firstByteDelay else { return answer(exchange) }
            connection.onClose = { exchange.logDisconnect() }
            loop.schedule(afterMilliseconds: delay) { [self] in
                if !connection.isGone { answer(exchange) }
            }
        } catch {
            let message = (error as? FaultSyntaxError)?.message ?? "\(error)"
            Exchange(
                request: request, route: route, faults: Faults(), requestID: requestID,
                connection: connection, loop: loop
            ).respond(.invalid(message, param: "X-Sandbox-Fault", code: "invalid_fault"))
        }
    }

    private func exchange(
        _ request: HTTPRequest, _ route: Route, _ faults: Faults, _ connection: Connection
    ) -> Exchange {
        Exchange(
            request: request, route: route, faults: faults, requestID: "", connection: connection,
            loop: loop)
    }

    private func answer(_ exchange: Exchange) {
        store.identifiers.length = exchange.faults.idLength ?? Identifiers.usualLength
        if let status = exchange.faults.status {
            return FaultyAnswer.send(status, to: exchange)
        }
        do {
            try Authorization.check(exchange.request, key: options.key)
            try RequestHeaders.check(exchange.request, isForm: exchange.route.name == .files)
            try dispatch(exchange)
        } catch let error as APIError {
            exchange.respond(error)
        } catch {
            exchange.respond(
                APIError(
                    status: 500, message: "\(error)", type: "server_error", param: nil, code: nil))
        }
    }

    private func dispatch(_ exchange: Exchange) throws {
        switch exchange.route.action {
        case .createResponse: try createResponse(exchange)
        case .openSession: try openSession(exchange)
        case .getResponse(let id): try getResponse(id, exchange)
        case .deleteResponse(let id): try deleteResponse(id, exchange)
        case .cancelResponse(let id): try cancelResponse(id, exchange)
        case .listInputItems(let id): try listInputItems(id, exchange)
        case .countInputTokens: try countInputTokens(exchange)
        case .compact: try compact(exchange)
        case .listModels: exchange.respond(200, ModelCatalog.list)
        case .getModel(let id): exchange.respond(200, try ModelCatalog.model(id))
        case .methodNotAllowed:
            throw APIError.invalid(
                "Not allowed to \(exchange.request.method) on \(exchange.request.path). (HINT: "
                    + "Perhaps you meant to use a different HTTP method?)", status: 405)
        case .unknown, .introspect:
            throw APIError.invalid(
                "Invalid URL (\(exchange.request.method) \(exchange.request.path))", status: 404)
        case .createFile, .listFiles, .getFile, .getFileContent, .deleteFile:
            try dispatchFile(exchange)
        default: try dispatchConversation(exchange)
        }
    }

    private func introspect(_ path: [String], _ exchange: Exchange) {
        let tag = QueryValue.text("tag", in: exchange.request.query)
        switch (exchange.request.method, path) {
        case ("GET", ["requests"]):
            let limit = QueryValue.text("limit", in: exchange.request.query).flatMap { Int($0) }
            exchange.respond(200, history.json(tag: tag, limit: limit))
        case ("GET", ["faults"]): exchange.respond(200, FaultName.listing)
        case ("GET", ["health"]): exchange.respond(200, ["status": "ok"])
        case ("POST", ["reset"]):
            if let tag {
                faultBook.reset(tag: tag)
                history.forget(tag: tag)
            } else {
                faultBook.reset()
                history.forgetAll()
                store.reset()
            }
            exchange.respond(200, ["reset": true])
        default:
            exchange.respond(
                .notFound(
                    "There is GET /sandbox/requests, GET /sandbox/faults, GET /sandbox/health and "
                        + "POST /sandbox/reset."))
        }
    }

    /// Counted apart from all other ids, so that looking at a response does not change the next.
    func nextRequestID() -> String {
        requestCount += 1
        var random = DeterministicRandom(seed: options.seed ^ 0x7265_71, stream: requestCount)
        var text = Bytes(text: "req_")
        random.append(32, of: "0123456789abcdef", to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
