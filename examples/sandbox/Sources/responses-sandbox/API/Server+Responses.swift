/// The routes of `/v1/responses`.
extension Server {
    /// How long the events of a finished background stream can be had again.
    private static let logLifetimeMilliseconds = 5 * 60 * 1000
    /// How long a background response that is not to be stored stays.
    private static let unstoredLifetimeMilliseconds = 10 * 60 * 1000

    func createResponse(_ exchange: Exchange) throws {
        var body = try RequestHeaders.body(exchange.request)
        if exchange.faults.ignoresBackground { body.remove("background") }
        let request = try CreateRequest(body: body)
        let options = try runOptions(
            request, exchange.faults, speed: exchange.request.header("x-sandbox-speed"))
        let plan = try plan(
            request,
            history: history(
                previous: request.previousResponseID, conversation: request.conversationID))
        let record = plan.record
        let run = ResponseRun(record: record, script: plan.script, options: options, loop: loop)
        record.run = run
        if request.isBackground { store.keep(record) }
        run.onEnd = { [self] in finish(record) }
        if request.isStream {
            StreamSession.start(
                exchange, run: run, from: 0, withObfuscation: request.includesObfuscation,
                seed: self.options.seed)
            if !run.isEnded { run.start() }
        } else if request.isBackground {
            run.start()
            exchange.respond(200, record.json(include: request.include))
        } else {
            answerWhenDone(record, run, exchange)
        }
    }

    private func answerWhenDone(
        _ record: ResponseRecord, _ run: ResponseRun, _ exchange: Exchange
    ) {
        exchange.onDisconnect {
            exchange.logDisconnect()
            run.abandon()
        }
        run.onEnd = { [self] in
            finish(record)
            // An abandoned run has nobody left to answer.
            guard record.status != .cancelled else { return }
            exchange.respond(200, record.json(include: record.request.include))
        }
        run.start()
    }

    /// Everything that is decided before the first event.
    struct Plan {
        var record: ResponseRecord
        var script: Script
        /// Earlier turns, then the input of this one.
        var items: [JSON]
    }

    /// - Parameters:
    ///   - history: the items before the input.
    ///   - lookUp: finds an item that is referred to; nil looks at what is stored.
    ///   - generates: false plans a response without output.
    func plan(
        _ request: CreateRequest, history: @autoclosure () throws -> [JSON],
        lookUp: ((String) -> JSON?)? = nil, generates: Bool = true
    ) throws -> Plan {
        _ = try ModelCatalog.behaviour(of: request.model)
        let history = try history()
        let own = try InputItems.normalized(
            request.raw["input"], identifiers: store.identifiers, lookUp: lookUp ?? store.item)
        try InputItems.checkConsistency(history: history, own: own)
        let prompt = Prompt(request: request, items: history + own)
        let record = ResponseRecord(
            id: store.identifiers.next("resp_"), request: request,
            createdAt: Int(WallClock.seconds()), ownInput: own, inputTokens: prompt.inputTokens)
        let script =
            generates
            ? try SandboxModel.script(for: prompt, identifiers: store.identifiers) : Script()
        return Plan(record: record, script: script, items: prompt.items)
    }

    /// The items that come before the input.
    func history(previous: String?, conversation: String?) throws -> [JSON] {
        if let previous {
            guard let record = store.response(previous), record.request.isStored,
                record.isFinished
            else {
                throw APIError.invalid(
                    "Previous response with id '\(previous)' not found.",
                    param: "previous_response_id", code: "previous_response_not_found")
            }
            return store.history(upTo: previous)
        }
        guard let conversation else { return [] }
        return try self.conversation(conversation).items
    }

    /// - Parameter speed: what the client said, as text.
    func runOptions(
        _ request: CreateRequest, _ faults: Faults, speed: String?
    ) throws -> ResponseRun.Options {
        var run = ResponseRun.Options()
        run.speed = request.isBackground ? options.backgroundSpeed : options.speed
        if let speed {
            guard let number = Double(speed), number >= 0, number <= 1e6 else {
                throw APIError.invalid(
                    "X-Sandbox-Speed takes events a second, not '\(speed)'.",
                    param: "X-Sandbox-Speed")
            }
            run.speed = number
        }
        run.queueMilliseconds = options.queueMilliseconds
        run.keepaliveEvery = faults.keepaliveEvery
        run.errorShape = faults.errorShape
        run.failsBeforeError = faults.errorThen == .before
        run.endsAtError = faults.errorThen == .nothing
        return run
    }

    // MARK: - Keeping

    /// The response is over: it can be had from now on, and its conversation knows of it.
    func finish(_ record: ResponseRecord) {
        if record.request.isBackground {
            scheduleExpiry(record)
        } else {
            record.run = nil
            if record.request.isStored { store.keep(record) }
        }
        guard record.status == .completed || record.status == .incomplete,
            let conversation = record.request.conversationID.flatMap({ store.conversations[$0] })
        else { return }
        conversation.items += record.ownInput + record.doneOutput
    }

    private func scheduleExpiry(_ record: ResponseRecord) {
        loop.schedule(afterMilliseconds: Self.logLifetimeMilliseconds) { record.run = nil }
        guard !record.request.isStored else { return }
        loop.schedule(afterMilliseconds: Self.unstoredLifetimeMilliseconds) { [self] in
            store.remove(record.id)
        }
    }

    // MARK: - Reading

    private func record(_ id: String) throws -> ResponseRecord {
        guard let record = store.response(id) else { throw APIError.responseNotFound(id) }
        return record
    }

    func getResponse(_ id: String, _ exchange: Exchange) throws {
        let query = try ResponseQuery(exchange.request.query)
        let record = try record(id)
        guard query.isStream else {
            return exchange.respond(200, record.json(include: query.include))
        }
        let run = try streamableRun(record)
        let first = query.startingAfter.map { $0 == Int.max ? $0 : $0 + 1 } ?? 0
        StreamSession.start(
            exchange, run: run, from: max(0, first), withObfuscation: query.includesObfuscation,
            seed: options.seed)
    }

    private func streamableRun(_ record: ResponseRecord) throws -> ResponseRun {
        func refusal(_ reason: String) -> APIError {
            .invalid("This response cannot be streamed because \(reason).", param: "stream")
        }
        guard record.request.isBackground else {
            throw refusal("it was not created with background=true")
        }
        guard record.request.isStream else {
            throw refusal("it was not created with stream=true")
        }
        guard let run = record.run else { throw refusal("its events have expired") }
        return run
    }

    func listInputItems(_ id: String, _ exchange: Exchange) throws {
        let page = try PageQuery(exchange.request.query)
        let record = try record(id)
        exchange.respond(
            200, try page.page(of: store.inputItems(of: record), exchange.faults))
    }

    // MARK: - Changing

    func deleteResponse(_ id: String, _ exchange: Exchange) throws {
        let record = try record(id)
        guard record.isFinished else {
            throw APIError.invalid("Cannot delete an in-flight response.")
        }
        store.remove(id)
        record.run = nil
        exchange.respond(200, ["id": .string(id), "object": "response", "deleted": true])
    }

    func cancelResponse(_ id: String, _ exchange: Exchange) throws {
        if !exchange.request.body.isEmpty {
            try SchemaCheck.checkObject(RequestHeaders.body(exchange.request), [], at: "")
        }
        let record = try record(id)
        guard record.request.isBackground else {
            throw APIError.invalid("Cannot cancel a synchronous response.")
        }
        switch record.status {
        case .completed: throw APIError.invalid("Cannot cancel a completed response.")
        case .failed: throw APIError.invalid("Cannot cancel a failed response.")
        case .incomplete: throw APIError.invalid("Cannot cancel an incomplete response.")
        case .queued, .inProgress: record.run?.cancel()
        case .cancelled: break
        }
        exchange.respond(200, record.json(include: record.request.include))
    }
}
