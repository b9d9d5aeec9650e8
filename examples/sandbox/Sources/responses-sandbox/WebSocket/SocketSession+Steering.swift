/// `response.steer`: input for a response that is being made.
extension SocketSession {
    /// The response of a steer, as far as this connection knows it.
    private enum Target {
        case running(Turn, ResponseRun)
        case atHand(Lane, CachedResponse)
        case finished(lane: String?, ResponseRecord.Status)
        case unknown
    }

    func steer(_ event: JSON) throws {
        let request = try SteerRequest(event)
        let target = target(request.previousResponseID)
        if let (code, message) = objection(to: request, target) {
            return emit(
                Steer.failure(
                    code, message, previousResponseID: request.previousResponseID,
                    input: request.input), to: target)
        }
        let steer = Steer(
            id: server.store.identifiers.nextSteer(),
            previousResponseID: request.previousResponseID, input: request.input)
        switch target {
        case .running(let turn, let run):
            if run.isEnded {
                wait(steer, target, turn.lane, run.record)
            } else {
                turn.steers.append(steer)
                run.steer(steer.acceptance)
            }
        case .atHand(let lane, let cached): wait(steer, target, lane, cached.record)
        case .finished, .unknown: break
        }
    }

    /// The response has ended, and waits for what the client has to do.
    private func wait(_ steer: Steer, _ target: Target, _ lane: Lane, _ record: ResponseRecord) {
        lane.steers.append(steer)
        emit(steer.acceptance, to: target)
        guard !lane.hasWaiting(continuing: record.id) else { return }
        emit(steer.pending(RequiredInput.stubs(for: record.doneOutput)), to: self.target(record.id))
    }

    private func target(_ id: String) -> Target {
        for turn in lanes.current {
            if turn.makes(id), let run = turn.run { return .running(turn, run) }
        }
        if let lane = lanes.lane(holding: id), let cached = lane.cached {
            return .atHand(lane, cached)
        }
        guard let (lane, status) = finishedResponses[id] else { return .unknown }
        return .finished(lane: lane, status)
    }

    // MARK: - Refusing

    private func objection(to request: SteerRequest, _ target: Target) -> (String, String)? {
        if let code = faults.socket.steerError {
            return (code, faults.errorMessage ?? "The sandbox was asked for this failure.")
        }
        switch target {
        case .unknown:
            return (
                "response_not_found",
                "Response '\(request.previousResponseID)' is not available on this connection."
            )
        case .finished(_, let status): return over(status)
        case .running(let turn, let run):
            return problem(request, run.record, pending: turn.steers.count + turn.lane.steers.count)
                ?? (run.isEnded ? unlessWaiting(run.record) : nil)
        case .atHand(let lane, let cached):
            return problem(request, cached.record, pending: lane.steers.count)
                ?? unlessWaiting(cached.record)
        }
    }

    private func over(_ status: ResponseRecord.Status) -> (String, String) {
        status == .completed
            ? (
                "response_already_completed",
                "The response completed and is no longer accepting steering input."
            ) : ("response_not_active", "The response is no longer accepting steering input.")
    }

    private func unlessWaiting(_ record: ResponseRecord) -> (String, String)? {
        let waits =
            record.status == .completed && !RequiredInput.stubs(for: record.doneOutput).isEmpty
        return waits ? nil : over(record.status)
    }

    private func problem(
        _ request: SteerRequest, _ record: ResponseRecord, pending: Int
    ) -> (String, String)? {
        if let problem = request.problem { return ("invalid_input", problem) }
        let created = record.request
        guard ModelCatalog.canBeSteered(created.model), created.conversationID == nil,
            created.value("context_management").array?.isEmpty ?? true
        else {
            return (
                "steering_not_supported",
                "The model '\(created.model)' or the settings of the response do not support "
                    + "steering."
            )
        }
        guard pending < Steer.maximumPending else {
            return ("too_many_pending_steers", "Too much steering input is pending.")
        }
        return nil
    }

    // MARK: - Taking up

    /// The response has ended: its steers become a response of their own, or wait.
    func settleSteers(of turn: Turn, _ run: ResponseRun) {
        let steers = turn.steers
        guard !steers.isEmpty else { return }
        let record = run.record
        guard record.status == .completed || record.status == .incomplete else {
            let message = "The response failed, so that none can follow it."
            for steer in steers { run.note(steer.failure("successor_creation_failed", message)) }
            return
        }
        let stubs = record.status == .completed ? RequiredInput.stubs(for: record.doneOutput) : []
        if stubs.isEmpty { return lanes.addFirst(successor(of: turn, record), to: turn.lane) }
        turn.lane.steers += steers
        guard !turn.lane.hasWaiting(continuing: record.id) else { return }
        for steer in steers { run.note(steer.pending(stubs)) }
    }

    /// Has the settings of the response before it, and what that was steered with as its input.
    private func successor(of turn: Turn, _ record: ResponseRecord) -> Turn {
        var body = turn.request.body
        body.set("previous_response_id", .string(record.id))
        body.set("input", .array(turn.steers.flatMap(\.items)))
        return Turn(
            TurnRequest(body: body, lane: turn.lane.name), lane: turn.lane, session: self,
            origin: turn.steers)
    }

    /// The body of a turn, with what waited for it before its own input.
    func body(of turn: Turn) -> JSON {
        let waiting = turn.lane.steers.filter {
            $0.previousResponseID == turn.request.previousResponseID
        }
        var body = turn.request.body
        guard !waiting.isEmpty, let input = body["input"] else { return body }
        let own =
            input.array
            ?? [["type": "message", "role": "user", "content": .string(input.string ?? "")]]
        // What is no input is refused for what it is.
        guard input.array != nil || input.string != nil else { return body }
        body.set("input", .array(waiting.flatMap(\.items) + own))
        return body
    }

    /// The turn has begun: what waited for it is taken up, and what waited for another never will be.
    func takeSteers(_ turn: Turn) {
        let lost = turn.lane.steers.filter {
            $0.previousResponseID != turn.request.previousResponseID
        }
        loseSteers(lost, of: turn.lane, "response_not_active", "The lane has gone on without it.")
        turn.lane.steers = []
    }

    /// Input that was accepted and cannot be taken up goes back to the client.
    func loseSteers(_ steers: [Steer], of lane: Lane, _ code: String, _ message: String) {
        for steer in steers {
            emit(steer.failure(code, message), to: target(steer.previousResponseID))
        }
    }

    // MARK: - Sending

    /// Numbers the event as the next one of the response that it is about.
    private func emit(_ draft: EventDraft, to target: Target) {
        switch target {
        case .running(_, let run): run.note(draft)
        case .atHand(let lane, let cached):
            send(StreamEvent(draft: draft, sequence: cached.nextSequence), lane: lane.name)
            lane.cached?.nextSequence += 1
        case .finished(let lane, _): send(StreamEvent(draft: draft, sequence: 0), lane: lane)
        case .unknown: send(StreamEvent(draft: draft, sequence: 0), lane: nil)
        }
    }

    private func send(_ event: StreamEvent, lane: String?) {
        let framing = EventFraming(faults: Faults(), obfuscationSeed: nil)
        socket.send(text: framing.json(event, index: 0, lane: lane))
    }
}
