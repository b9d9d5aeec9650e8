import CPlatform

/// What happens with an event between the decoder and the caller.
extension Call {
    /// Takes in one event. True when it is to be handed over.
    @inline(__always)
    func take(_ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ name: UnsafeBufferPointer<UInt8>)
        -> Bool
    {
        reading.lastWasAlike = false
        if count >= ArrivingEvent.largeEvent || accumulator.arriving.isUnderWay {
            return takeLarge(data, count, name)
        }
        if !fields.scan(data, count) { return refuse(data, count, name) }
        if fields.delta.start != nil { decoder.learn(fields) }
        return takeScanned(data, count, name)
    }

    /// The same for a large one, which is taken apart before it is read.
    @inline(never)
    private func takeLarge(
        _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ name: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let start = decoder.eventStart
        let arriving = accumulator.arriving
        arriving.arrived(start, data - start + count)
        reading.mustSettle = true
        switch arriving.takeApart(data, count) {
        case .fine: break
        case .malformed: return refuse(data, count, name)
        case .noMemory: return !stop(.noMemory)
        }
        guard let text = arriving.outline?.text, let base = text.baseAddress,
            fields.scan(base, text.count)
        else { return refuse(data, count, name) }
        // The text of a delta is wanted itself.
        if fields.delta.start == nil {
            fields.type = arriving.whole(fields.type)
            fields.itemID = arriving.whole(fields.itemID)
        } else if fields.scan(data, count) {
            decoder.learn(fields)
        }
        return takeScanned(data, count, name)
    }

    /// Takes in one event whose fields have been read.
    @inline(__always)
    func takeScanned(
        _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ name: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        if reading.lastWasAlike {
            // The type is that of the event before.
        } else if fields.type.start != nil && !fields.type.hasEscapes {
            event.setType(fields.type.raw)
        } else {
            event.setType(name)  // the only servers that need it leave `type` out
        }
        let json = UnsafeBufferPointer(start: UnsafePointer(data), count: count)
        if fields.sequence == stream.lastSequence &+ 1 && fields.delta.start != nil {
            stream.lastSequence = fields.sequence
        } else if !isInPlace(json) {
            return false
        }
        var text = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        if fields.delta.start != nil {
            if !takeDelta(&text) { return false }
            progress.sawEvent = true
            progress.sawAllItemsDone = false
            stream.takenEvents &+= 1
        } else if !takeOther(json, name) {
            return false
        }
        if !handsOverEvents { return false }
        event.fill(fields, json: json, text: text)
        return true
    }

    @inline(__always)
    private func takeDelta(_ text: inout UnsafeBufferPointer<UInt8>) -> Bool {
        switch event.kind {
        case .outputTextDelta, .functionCallArgumentsDelta, .reasoningSummaryTextDelta,
            .reasoningTextDelta, .refusalDelta, .customToolCallInputDelta, .mcpCallArgumentsDelta,
            .codeInterpreterCodeDelta, .shellCallCommandDelta, .applyPatchDiffDelta:
            let taken = accumulator.appendDelta(event.kind, fields, &text)
            return taken == .fine || !stop(taken)
        default:
            guard let loose = event.makeLooseText(fields) else { return !stop(.noMemory) }
            text = loose
            return true
        }
    }

    /// An event that is no delta: few of them, each looked into.
    @inline(never)
    private func takeOther(
        _ json: UnsafeBufferPointer<UInt8>, _ name: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard let start = json.baseAddress else { return false }
        // It was checked a moment ago; only its ends are needed.
        var end = start + json.count
        while end > start && end[-1] <= 0x20 { end -= 1 }
        let document = JSONValue(start: JSONScanner.skipSpace(start), end: end)
        if fields.type.start == nil || event.kind == .other { lookForError(document, name) }
        let kind = event.kind
        let outline = accumulator.arriving.outline?.value ?? document
        // No word of the answer yet: it may still be asked for anew.
        if kind.isKeepalive || isSignOfLife { return true }
        let hasFailed = kind == .error || kind == .failed || isFailureInDisguise(document, outline)
        if hasFailed && deliveredEvents == 0
            && (retryInsteadOfError(document) || mends(ServerFailure(event: document)))
        {
            return false
        }
        // Where events are counted, one that is not, and that nobody knows, is a gateway's.
        if kind != .other || fields.sequence >= 0 || stream.lastSequence < 0 {
            progress.sawEvent = true
        }
        stream.takenEvents &+= 1
        log.debug("event \(fields.sequence): kind \(kind.rawValue)")
        if stop(accumulator.take(kind, fields, outline)) { return false }
        event.setResponseID(accumulator.responseID)
        progress.sawAllItemsDone = kind == .outputItemDone && accumulator.allItemsAreDone
        switch kind {
        case .completed, .incomplete, .cancelled:
            if hasFailed { noteFailure(document) }
            stream.hasTerminalEvent = true
        case .error: noteFailure(document)
        case .failed:
            noteFailure(document)
            // Azure sends the details in an `error` event afterwards.
            if failure.saysSomething { stream.hasTerminalEvent = true }
        case .created:
            // What steers has seen events of the response before, which are counted apart.
            if operation.turn != nil { stream.lastSequence = fields.sequence }
        case .steerPending: stream.hasTerminalEvent = true
        case .steerFailed:
            noteFailure(document)
            stream.hasTerminalEvent = true
        default: break
        }
        return true
    }

    /// A terminal event with a response that failed, or with an error in place of one.
    private func isFailureInDisguise(_ document: JSONValue, _ outline: JSONValue) -> Bool {
        guard event.kind.isTerminal else { return false }
        guard let response = outline.member("response"), response.kind == .object else {
            return Refusal.saysError(document)
        }
        return Refusal.hasFailed(response)
    }

    /// Gateways that speak several APIs keep this one alive as others are.
    var isSignOfLife: Bool {
        if event.kind != .other { return false }
        let type = Input(
            start: UnsafeRawPointer(event.type).assumingMemoryBound(to: UInt8.self),
            count: event.typeCount)
        return Call.signsOfLife.containsIgnoringCase(type)
    }

    static var signsOfLife: Words { "ping|heartbeat|keepalive|keep_alive|keep-alive" }

    /// Ends the call when the accumulator could not take something in. True when it ended.
    private func stop(_ taken: Accumulator.Outcome) -> Bool {
        switch taken {
        case .fine: return false
        case .noMemory: fail(.noMemory, ResponsesError.noMemoryMessage)
        case .tooLarge:
            fail(
                .limit,
                "the response is larger than max_response_bytes (\(settings.maximumResponseBytes)) or has "
                    + "more than \(Accumulator.maximumItems) items")
        }
        return true
    }

    /// The stream's outcome, after its last event was handed over.
    func concludeStream() {
        if failure.details != nil { return failAsServerSaid() }
        // One that is large is handed on with the bytes that it came in.
        var body = ByteBuffer()
        if let end = accumulator.endInPlace { decoder.takeOut(end, into: &body) }
        if body.isEmpty && !accumulator.assemble(into: &body) {
            return fail(.noMemory, ResponsesError.noMemoryMessage)
        }
        // A terminal event without its response, and nothing before it, is an empty one.
        if body.isEmpty && !body.append("{}") {
            return fail(.noMemory, ResponsesError.noMemoryMessage)
        }
        accumulator.letGo()
        attemptSucceeded()
        let response = Response(
            body: body, headers: journal.headers, attempts: journal.attempts,
            history: journal.json())
        if !goesOn(after: response) { succeed(response) }
    }
}
