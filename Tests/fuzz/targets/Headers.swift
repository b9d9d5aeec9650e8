import CPlatform

/// The head of an answer, line by line, and all that is asked of it.
@_cdecl("fuzz_headers")
public func fuzzHeaders(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let headers = ResponseHeaders()
    var source = Source(bytes, count)
    var interim = 0
    while source.left > 0 {
        let status = headers.status
        let wasComplete = headers.isComplete
        // Exactly as large as the line, so that a read beyond it is seen.
        let line = source.line() + [0x0A]
        let outcome = line.withUnsafeBufferPointer { line in
            line.baseAddress.map { headers.take($0, line.count) } ?? .taken
        }
        if (100..<200).contains(headers.status) && (line.count == 1 || line[0] == 0x0D) {
            interim += 1
        }
        require(
            outcome == .taken || count > 60_000 || interim > ResponseHeaders.maximumInterim,
            "a small head")
        require(!wasComplete || headers.status == status, "a trailer is no status line")
        require(headers.isComplete || !wasComplete, "a head that is complete stays so")
    }
    if let lines = headers.lines() {
        for byte in lines.array where byte != 0x0A {
            require(byte >= 0x20 && byte != 0x7F, "a control character in a header")
        }
    }
    require(headers.status >= 0 && headers.status <= 999, "a status has three digits")
    for name: StaticString in ["x-request-id", "content-type", "retry-after", "location", ""] {
        guard let value = headers.value(name) else { continue }
        require(value.count >= 0 && value.baseAddress?[value.count] == 0, "a value ends in NUL")
    }
    _ = headers.hasContentType("text/event-stream")
    _ = headers.isJSON
    _ = headers.shouldRetry
    require(headers.retryAfterMilliseconds >= -1, "a wait is not in the past")
    let text = UnsafeBufferPointer(start: bytes, count: count)
    for wish in [RetryRule.seconds(text), RetryRule.milliseconds(text)] {
        require((wish ?? 0) >= 0, "a wish is not negative")
    }
    return 0
}
