/// Calls whose bytes come from the program, which has received them by itself.
extension Call {
    /// With the limits of memory that a client has; nothing else of its options matters where nothing is sent.
    package static func fed(_ client: Client?) throws(ResponsesError) -> Call {
        var settings = client?.currentSettings ?? Settings()
        settings.isRaw = false
        settings.keySource = nil
        settings.observer = nil
        // What ends is not asked for again.
        settings.maximumRetries = 0
        settings.resumeAttempts = 0
        settings.timeout = 0
        let request = HTTPRequest(.get, at: "/responses", url: [])
        var operation = Operation(.stream, request)
        operation.isFed = true
        return Call(operation, FrozenSettings(settings), try Engine.makeWithoutIO(), Log.none)
    }

    package var isFed: Bool { operation.isFed }

    /// The next bytes of an event stream. Copied, and decoded when what came before is used up: as with those of a
    /// transfer, events that were read ahead or lent stay where they are.
    package func feed(_ bytes: Input) throws(ResponsesError) {
        if reading.isFedToEnd { throw .invalid("call", "its end was fed before") }
        if outcome != nil || bytes.isEmpty { return }
        guard let start = bytes.baseAddress else { return }
        guard fed.append(start, bytes.count) else { throw .noMemory() }
        reading.hasNothingToRead = false
    }

    package func feedEnd() {
        reading.isFedToEnd = true
        reading.hasNothingToRead = false
    }

    /// What was decoded has been read: goes on with what was fed since. False: there is nothing.
    func takeFed() -> Bool {
        if hasBeenCancelled { return true }
        if !fed.isEmpty, let images {
            images.take(from: &fed, isDocument: false)
            takeImages()
            return true
        }
        if !fed.isEmpty {
            if decode(&fed) {
                accumulator.arriving.moved(to: decoder.eventStart)
            } else {
                fail(.noMemory, ResponsesError.noMemoryMessage)
            }
            return true
        }
        if !reading.isFedToEnd { return false }
        if outcome == nil { streamEnded("the stream ended before its terminal event") }
        return true
    }
}
