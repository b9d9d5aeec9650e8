/// Calls whose bytes come from the program, which has received them by itself.
extension Call {
    /// With the limits of memory that a client has; nothing else of its options matters where nothing is sent.
    package static func fed(_ client: Client?) throws(ResponsesError) -> Call {
        var settings = client?.currentSettings ?? Settings()
        settings.isRaw = false
        settings.keySource = nil
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

    /// The next bytes of an event stream. Copied.
    package func feed(_ bytes: Input) throws(ResponsesError) {
        if reading.isFedToEnd { throw .invalid("call", "its end was fed before") }
        if outcome != nil || bytes.isEmpty { return }
        guard let start = bytes.baseAddress else { return }
        var copy = ByteBuffer()
        guard copy.append(start, bytes.count), decode(&copy) else { throw .noMemory() }
        accumulator.arriving.moved(to: decoder.eventStart)
        reading.hasNothingToRead = false
    }

    package func feedEnd() {
        reading.isFedToEnd = true
        reading.hasNothingToRead = false
    }

    /// What was fed has been read. False: more is to come.
    func feedEnds() -> Bool {
        if hasBeenCancelled { return true }
        if !reading.isFedToEnd { return false }
        if outcome == nil { streamEnded("the stream ended before its terminal event") }
        return true
    }
}
