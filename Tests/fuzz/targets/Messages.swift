import CPlatform

/// The messages of a session: what they mean to it, whose they are, and what its calls are given of them.
///
/// Input: messages, parted by a byte that no JSON has in it.
@_cdecl("fuzz_messages")
public func fuzzMessages(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    var source = Source(bytes, count)
    var messages: [[UInt8]] = [[]]
    for byte in source.rest() {
        if byte == 0x1E { messages.append([]) } else { messages[messages.count - 1].append(byte) }
    }
    var known = SessionMessages()
    for message in messages {
        let text = makeText(message)
        var fresh = SessionMessages()
        let meaning = known.meaning(of: text.buffer)
        require(fresh.meaning(of: text.buffer) == meaning, "what came before means nothing")
        checkMarks(message, text)
        if Reference.isJSON(message) { checkMeaning(text, meaning) }
    }
    deliver(messages)
    return 0
}

/// What a session takes for the end of a turn is what its call takes for it.
private func checkMeaning(_ text: Text, _ meaning: SessionMessages.Meaning) {
    guard let document = JSONValue(checking: text.base, count: text.count) else {
        return require(false, "what JSON is")
    }
    if document.kind != .object { return require(meaning == .plain, "a message is an object") }
    var types: [JSONValue] = []
    document.forEach { name, value in
        if let name, name.isText("type") { types.append(value) }
        return true
    }
    // Which of several counts is not said anywhere.
    if types.count > 1 { return }
    guard let type = types.first, type.kind == .string else {
        return require(meaning == .plain, "a message without a type means nothing")
    }
    let raw = array(type.rawText)
    var expected = SessionMessages.Meaning.plain
    if same(raw, bytes("response.created")) { expected = .created }
    if same(raw, bytes("error")) || same(raw, bytes("response.error")) { expected = .error }
    if same(raw, bytes("response.steer.accepted")) { expected = .steerAccepted }
    if same(raw, bytes("response.steer.pending")) { expected = .steerPending }
    if same(raw, bytes("response.steer.failed")) { expected = .steerFailed }
    for status: StaticString in ["completed", "incomplete", "failed", "cancelled", "done"]
    where same(raw, bytes("response.") + bytes(status)) { expected = .terminal }
    require(meaning == expected, "a meaning")
}

private func checkMarks(_ message: [UInt8], _ text: Text) {
    let marks = SessionMarks(text.buffer)
    let isJSON = Reference.isJSON(message)
    let document = isJSON ? JSONValue(checking: text.base, count: text.count) : nil
    func expect(_ mark: [UInt8], _ value: JSONValue?) {
        let isText = value?.kind == .string
        let expected = isText ? value.flatMap { Reference.unescaped(array($0.raw)) } : []
        require(same(mark, expected ?? []), "a mark is a member's text")
    }
    expect(marks.lane, document?.member("stream_id"))
    expect(marks.responseID, document?.member("response")?.member("id"))
    expect(marks.errorCode, document?.member("error")?.member("code"))
    expect(marks.steerID, document?.member("steer")?.member("id"))
    expect(marks.steeredID, document?.member("steer")?.member("previous_response_id"))
}

/// A call reads the messages that came, each as one event and with its own bytes.
private func deliver(_ messages: [[UInt8]]) {
    guard let call = Fixture.shared.call, let body = SessionBody.nothing() else {
        return require(false, "memory")
    }
    let turn = Turn(.create, body, call)
    for message in messages {
        let taken = message.withUnsafeBufferPointer { turn.append($0, call.engine) }
        require(taken, "memory")
    }
    // Without messages there is no block either.
    var decoder = EventStreamDecoder(maximumEventBytes: 1 << 30)
    require(turn.inbox.capacity == 0 || decoder.refill(from: &turn.inbox), "memory")
    for message in messages {
        let line = message.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
        if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
        switch decoder.next() {
        case .event(let data, let count, _):
            require(
                same(UnsafeBufferPointer(start: UnsafePointer(data), count: count), line),
                "an event is what came, on one line")
        case .done: require(same(line, bytes("[DONE]")), "an end is what came")
        default: require(false, "a message is an event")
        }
    }
    if case .needsMore = decoder.next() { return }
    require(false, "no event is made up")
}

/// A call that nothing is ever done with, which a turn belongs to.
private final class Fixture {
    static let shared = Fixture()
    private(set) var call: Call?

    private init() {
        do throws(ResponsesError) {
            let client = try Client.make()
            let key = bytes("api_key")
            let value = bytes("sk-fuzz")
            try key.withUnsafeBufferPointer { key throws(ResponsesError) in
                try value.withUnsafeBufferPointer { value throws(ResponsesError) in
                    try client.set(key, value)
                }
            }
            call = try client.makeSession().prepareOpen()
        } catch {}
    }
}
