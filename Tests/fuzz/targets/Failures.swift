/// What is read of an answer that is no success, whatever its body is.
@_cdecl("fuzz_failure")
public func fuzzFailure(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let text = makeText(Array(UnsafeBufferPointer(start: bytes, count: count)))
    let told = ServerFailure(body: text.base, count: text.count)
    let implied = told.impliedStatus
    require(implied == 0 || implied >= 400 && implied < 600, "the status that a failure implies")
    require(!told.isQuotaExhausted || !told.isEmpty, "an empty failure says nothing of a quota")
    require(told.wait >= -1, "a wait is a time, or -1")
    require(told.wait == -1 || !told.message.isEmpty || count > 20, "a wait was told")
    if let document = JSONValue(checking: text.base, count: text.count) {
        checkDocument(document, told)
    } else {
        checkWords(text, told)
    }
    for status: Int32 in [400, 408, 429, 500] {
        let isRetried = RetryRule.isRetryable(httpStatus: status, failure: told, shouldRetry: true)
        require(isRetried == !told.isQuotaExhausted, "a quota that has run out is not retried")
    }
    checkRemainder(text)
    return 0
}

private func checkDocument(_ document: JSONValue, _ told: ServerFailure) {
    let again = ServerFailure(event: document)
    // Where nothing is understood, a body is shown as it is; an event has its response's error in it.
    if !again.isEmpty && document.member("response")?.kind != .object {
        require(same(again.message, told.message), "a body and an event say the same")
        require(same(again.code, told.code), "a body and an event have the same code")
    }
    let isError = Refusal.isError(document, endpointIsKnown: true)
    require(
        isError || !Refusal.isError(document, endpointIsKnown: false),
        "what is an error of any endpoint is one of a known one")
    let none = Input(start: nil, count: 0)
    let error = ("error" as StaticString).buffer
    require(
        Refusal.meaning(of: document, type: none, name: error) == .error,
        "what is called an error is one")
    if document.kind == .object && isError {
        require(
            Refusal.meaning(of: document, type: none, name: none) != .event,
            "an error as an answer is not an innocent event")
    }
    if document.member("output")?.kind == .array || document.member("data")?.kind == .array {
        require(!isError, "an answer is no error")
    }
    var twice = told
    twice.complete(by: again)
    require(same(twice.message, told.message) || told.message.isEmpty, "the first words stay")
}

/// Of a page or a text, one line is told.
private func checkWords(_ text: Text, _ told: ServerFailure) {
    let body = UnsafeBufferPointer(start: UnsafePointer(text.base), count: text.count)
    if let markup = MarkupText(body) {
        require(markup.message.count <= 300 && markup.code.count <= 300, "one line of a page")
        for byte in markup.message {
            require(byte >= 0x20, "a line of a page has no control in it")
        }
        require(markup.message.first != 0x20 && markup.message.last != 0x20, "a line is trimmed")
    }
    let line = PlainText.firstLine(of: body)
    require(line.count <= 500, "one line of a text")
    for byte in line { require(byte != 0x0A && byte != 0x0D && byte != 0, "a line is one line") }
}

/// What is left of a stream that ends in the middle comes out of it.
private func checkRemainder(_ text: Text) {
    var inbox = ByteBuffer()
    guard inbox.append(text.base, text.count) else { return }
    var decoder = EventStreamDecoder(maximumEventBytes: 1 << 20)
    guard decoder.refill(from: &inbox) else { return }
    while true {
        require(decoder.remainder().count <= text.count, "no more is left than came")
        switch decoder.next() {
        case .event, .done: continue
        default:
            require(decoder.remainder().count <= text.count, "no more is left than came")
            return
        }
    }
}
