import CPlatform

/// A call that is a run: what goes on between its requests.
extension Call {
    /// The response has come, and the run goes on with it: its functions are called.
    func goesOn(after response: Response) -> Bool {
        guard let run = operation.run, let document = response.document else { return false }
        run.steps &+= 1
        guard let items = run.calls(of: document) else {
            fail(.noMemory, ResponsesError.noMemoryMessage)
            return true
        }
        if items.isEmpty { return false }
        keep(response)
        observed?.take(response)
        if run.steps >= run.maximumSteps {
            fail(
                .limit,
                "max_steps: the response after \(run.maximumSteps) requests still calls functions")
            return true
        }
        endTransfer(released: true)
        goesOn(.step, in: 0)
        // The function that is told may cancel the run: then it calls no other.
        if !tellOfAttempt() || hasBeenCancelled { return true }
        guard let calls = makeCalls(items, run) else {
            fail(.noMemory, ResponsesError.noMemoryMessage)
            return true
        }
        stream = StreamState(lastSequence: -1)
        log.info("response \(run.steps) of the run calls functions: \(calls.count)")
        engine.locked {
            run.calls = calls
            hasExpired = false
            limits.outputsAreAwaited()
            engine.setDeadline(self, 0)
        }
        callFunctions(items, calls, run)
        return true
    }

    /// Nil when memory is out.
    private func makeCalls(_ items: [JSONValue], _ run: ToolRun) -> [ToolCall]? {
        var calls: [ToolCall] = []
        for item in items {
            let isCustom = item.member("type")?.isText("custom_tool_call") == true
            let given = item.member(isCustom ? "input" : "arguments")
            let id = item.member("call_id") ?? item.member("id")
            let caller = item.member("caller").flatMap { $0.kind == .null ? nil : $0 }
            guard let name = Call.text(item.member("name")), let id = Call.text(id),
                let arguments = Call.text(given, otherwise: isCustom ? "" : "{}")
            else { return nil }
            var callerText: Text?
            if let caller {
                // What a server wrote may have what no request may.
                var json = ByteBuffer()
                guard JSONWriter.finite(caller, into: &json), let text = json.copy() else {
                    return nil
                }
                callerText = text
            }
            calls.append(
                ToolCall(
                    self, name: name, id: id, arguments: arguments, isCustom: isCustom,
                    caller: callerText))
        }
        return calls
    }

    /// The text of a string. Some servers give arguments as an object, and not as text.
    private static func text(_ value: JSONValue?, otherwise words: StaticString = "") -> Text? {
        guard let value, value.kind != .null else { return Text(words) }
        if value.kind != .string { return Text(copying: value.start, count: value.count) }
        return value.rawText.isEmpty ? Text(words) : JSONText.text(value)
    }

    private func callFunctions(_ items: [JSONValue], _ calls: [ToolCall], _ run: ToolRun) {
        for (item, toolCall) in zip(items, calls) {
            do throws(ResponsesError) {
                guard let tool = run.tool(for: item), let function = tool.function else {
                    try toolCall.tell(run.words(forUnknown: item))
                    continue
                }
                if let problem = run.problem(with: toolCall.arguments, for: tool) {
                    try toolCall.tell(problem)
                    continue
                }
                if !function.call(toolCall) { throw .noMemory() }
            } catch {
                return fail(error)
            }
            // A callback may fork; in the child the lock may be that of a thread that is not there.
            guard engine.isOurs else { return endInChild() }
            // It may have ended the run: what it calls further is not called any more.
            if hasBeenCancelled { return }
        }
        takeOutputs()
    }

    /// The lock is held.
    var hasAllOutputs: Bool {
        guard let run = operation.run, !run.calls.isEmpty else { return false }
        for call in run.calls where call.isPending { return false }
        return true
    }

    /// Goes on when all outputs are there.
    func takeOutputs() {
        guard let run = operation.run else { return }
        let calls = engine.locked { () -> [ToolCall] in
            guard hasAllOutputs else { return [] }
            let calls = run.calls
            forgetToolCalls()
            return calls
        }
        if calls.isEmpty { return }
        for call in calls {
            if case .none = call.answer {
                return fail(
                    .user, "the function \"\(call.name)\" freed its call without an output")
            }
        }
        guard let document = finalResponse?.document else { return }
        guard run.history.goOn(after: document, with: calls) else {
            return fail(.noMemory, ResponsesError.noMemoryMessage)
        }
        sendRound()
    }

    /// The lock is held.
    func forgetToolCalls() {
        guard let run = operation.run else { return }
        for call in run.calls { call.detach() }
        run.calls = []
    }

    /// The server refused the request of a round, and may take another form of it.
    func mends(_ told: ServerFailure, _ status: Int32 = 0) -> Bool {
        guard let run = operation.run, deliveredEvents == 0 else { return false }
        if equal(told.code, "previous_response_not_found") {
            guard run.history.beginAnew() else { return false }
            log.info("the server has lost the response before: all of the conversation is sent")
        } else {
            // Models that do not reason refuse to be asked for it.
            guard (status == 0 ? told.impliedStatus : status) == 400, run.history.asksForReasoning,
                told.mentions("encrypted")
            else { return false }
            run.history.askNoMoreForReasoning()
            log.info("the server refuses to give encrypted reasoning: it is not asked for")
        }
        attemptFailed(told.code.isEmpty ? "refused" : oneLine(told.code))
        endTransfer(released: true)
        note(.api)
        goesOn(.retry, in: 0)
        if !tellOfAttempt() { return true }
        sendRound()
        return true
    }

    private func sendRound() {
        request.stream?.giveBack()
        do throws(ResponsesError) {
            try takeNextRound()
            try operation.attach(settings.attachments)
        } catch {
            return fail(error)
        }
        request = operation.request
        request.identify(engine.idempotencyKeys)
        request = placed(request)
        beginRound()
        startAttempt()
    }
}
