import CPlatform

/// Events in any order put together: the result is always JSON, an event's text is its delta, and it makes
/// no difference whether texts that come again are held once or each time.
///
/// Input: events one by one. A byte says what kind, where and how; or, with the top bit, the line that
/// follows is the event.
@_cdecl("fuzz_accumulation")
public func fuzzAccumulation(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    var source = Source(bytes, count)
    let accumulator = Accumulator(maximumBytes: 1 << 16)
    // Longer than any status or type that is looked at.
    let frugal = Accumulator(maximumBytes: 1 << 30, longText: 16)
    var arrival = ByteBuffer()
    var isRefused = false
    while source.left > 0 && !isRefused {
        let how = source.byte()
        let event = how & 0x80 != 0 ? source.line() : made(how & 0x7F, &source)
        // Some take the event's bytes, some copy what they want of them.
        var none = ByteBuffer()
        let isSettled = how & 2 == 0 ? frugal.settle(&none) : frugal.settle(&arrival)
        require(isSettled, "memory")
        check(frugal, against: accumulator)
        isRefused = take(event, accumulator) != .fine
        if how & 1 != 0 { check(accumulator) }
        if isRefused { break }
        require(arrive(event, 1 + Int(how & 15) * 3, frugal, &arrival) == .fine, "memory")
        check(frugal, against: accumulator)
    }
    check(accumulator)
    return 0
}

private func check(_ accumulator: Accumulator) {
    guard let document = accumulator.json() else {
        return require(accumulator.isEmpty, "a document")
    }
    require(
        JSONValue(checking: document.base, count: document.count) != nil, "the document is JSON")
    require(accumulator.json() === document, "nothing changed")
}

private func check(_ accumulator: Accumulator, against other: Accumulator) {
    let document = accumulator.json().map { $0.array } ?? []
    require(same(document, other.json().map { $0.array } ?? []), "held once or each time")
}

/// As a call does it.
private func take(_ json: [UInt8], _ accumulator: Accumulator) -> Accumulator.Outcome {
    let text = makeText(json)
    return take(text.base, text.count, accumulator)
}

/// An event that arrives bit by bit and whose bytes go away with the next one.
private func arrive(
    _ json: [UInt8], _ piece: Int, _ accumulator: Accumulator, _ arrival: inout ByteBuffer
) -> Accumulator.Outcome {
    arrival.wipe()
    arrival.reset(keeping: 0)
    var fields = EventFields()
    let whole = makeText(json)
    guard fields.scan(whole.base, whole.count) else {
        let outline = EventOutline(of: whole.base)
        if outline.make(whole.count, longText: 16) == .fine, let text = outline.text.baseAddress {
            require(!fields.scan(text, outline.text.count), "what is no JSON is none without texts")
        }
        return .fine
    }
    var index = 0
    while index < json.count {
        let size = min(piece, json.count - index)
        require(arrival.append(whole.base + index, size), "memory")
        accumulator.arriving.moved(to: arrival.bytes)
        index += size
        if index < json.count { accumulator.search(arrival.bytes, index) }
    }
    let arriving = accumulator.arriving
    arriving.arrived(arrival.bytes, arrival.count)
    require(arriving.takeApart(arrival.bytes, arrival.count) == .fine, "an event without its texts")
    guard let outline = arriving.outline, let text = outline.text.baseAddress else {
        require(false, "what was taken apart has an outline")
        return .fine
    }
    require(fields.scan(text, outline.text.count), "JSON without its texts")
    guard fields.delta.start == nil, let document = outline.value else {
        return take(arrival.bytes, arrival.count, accumulator)
    }
    fields.type = arriving.whole(fields.type)
    fields.itemID = arriving.whole(fields.itemID)
    guard let start = fields.type.start,
        let (kind, _) = EventKind.named(start, fields.type.count)
    else { return .fine }
    return accumulator.take(kind, fields, document)
}

private func take(_ text: UnsafePointer<UInt8>, _ count: Int, _ accumulator: Accumulator)
    -> Accumulator.Outcome
{
    var fields = EventFields()
    guard fields.scan(text, count), let start = fields.type.start,
        let (kind, _) = EventKind.named(start, fields.type.count),
        let document = JSONValue(checking: text, count: count)
    else { return .fine }
    if fields.delta.start == nil || OutputPart.Place(ofDelta: kind) == nil {
        let outcome = accumulator.take(kind, fields, document)
        _ = accumulator.allItemsAreDone
        return outcome
    }
    var delta = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    let outcome = accumulator.appendDelta(kind, fields, &delta)
    if outcome == .fine {
        // Halves of surrogate pairs are another matter: see the target "json". One that was left over is
        // in front of the text.
        if !hasSurrogates(fields.delta.raw) {
            let expected = Reference.unescaped([0x22] + array(fields.delta.raw) + [0x22])
            let isText = expected.map { same(delta, $0) || same(delta, [0xEF, 0xBF, 0xBD] + $0) }
            require(isText ?? false, "a delta's text")
        }
        require(delta.baseAddress?[delta.count] == 0, "a delta's text ends in NUL")
    }
    return outcome
}

private func hasSurrogates(_ raw: UnsafeBufferPointer<UInt8>) -> Bool {
    for index in raw.indices where raw[index] == 0x5C && index + 2 < raw.count {
        if raw[index + 1] == 0x75 && raw[index + 2] | 0x20 == 0x64 { return true }
    }
    return false
}

private let kinds: [StaticString] = [
    "response.created", "response.in_progress", "response.completed", "response.failed",
    "response.incomplete", "response.output_item.added", "response.output_item.done",
    "response.content_part.added", "response.content_part.done", "response.output_text.delta",
    "response.output_text.done", "response.output_text.annotation.added", "response.refusal.delta",
    "response.refusal.done", "response.function_call_arguments.delta",
    "response.function_call_arguments.done", "response.custom_tool_call_input.delta",
    "response.custom_tool_call_input.done", "response.reasoning_summary_part.added",
    "response.reasoning_summary_part.done", "response.reasoning_summary_text.delta",
    "response.reasoning_summary_text.done", "response.reasoning_text.delta",
    "response.reasoning_text.done", "response.code_interpreter_call_code.delta",
    "response.code_interpreter_call_code.done", "response.mcp_call_arguments.delta",
    "response.mcp_call_arguments.done", "response.cancelled", "error", "keepalive",
    "response.apply_patch_call_operation_diff.delta",
    "response.apply_patch_call_operation_diff.done", "response.shell_call_command.added",
    "response.shell_call_command.delta", "response.shell_call_command.done",
    "response.shell_call_output_content.delta", "response.shell_call_output_content.done",
    "response.web_search_call.searching", "response.mcp_call.failed",
]

private let objects: [StaticString] = [
    "{}", "{\"id\":\"a\"}", "{\"id\":\"b\",\"output\":[]}", "{\"output\":[{},{\"type\":\"x\"}]}",
    "{\"type\":\"message\",\"id\":\"a\",\"content\":[]}",
    "{\"type\":\"output_text\",\"text\":\"\"}",
    "{\"type\":\"output_text\",\"text\":\"t\",\"annotations\":[1]}",
    "{\"type\":\"refusal\",\"refusal\":\"no\"}", "{\"type\":\"reasoning_text\",\"text\":\"\\n\"}",
    "{\"type\":\"function_call\",\"arguments\":\"\"}", "{\"type\":\"summary_text\",\"text\":\"s\"}",
    "{\"content\":1,\"content\":2}", "{\"background\":true,\"output\":{}}", "[]", "null", "\"x\"",
    "{\"stdout\":\"out\",\"stderr\":\"a long text, as such\"}",
    "{\"status\":\"in_progress\",\"action\":{\"commands\":[\"a long text, as such\"]}}",
    "{\"status\":\"completed\",\"content\":[{\"type\":\"output_text\",\"text\":\"a long text, as such\"}]}",
    "[{\"stdout\":\"a long text, as such\"}]",
]

private let indices: [StaticString] = [
    "", "0", "1", "2", "7", "2147483647", "2147483648", "-1", "1.5", "99999999999999999999", "3",
    "5",
    "64", "1000", "\"1\"", "null",
]

private func made(_ how: UInt8, _ source: inout Source) -> [UInt8] {
    let places = source.byte()
    let what = source.byte()
    var event = bytes("{\"type\":\"") + bytes(kinds[Int(how >> 1) % kinds.count]) + [0x22]
    func add(_ name: StaticString, _ value: [UInt8]) {
        if value.isEmpty { return }
        event += bytes(",\"") + bytes(name) + bytes("\":") + value
    }
    add("output_index", bytes(indices[Int(places & 15)]))
    add("content_index", bytes(indices[Int(places >> 4)]))
    if what & 0x10 != 0 { add("item_id", bytes(what & 0x80 != 0 ? "\"a\"" : "\"b\\n\"")) }
    let object = bytes(objects[(Int(what & 15) + Int(how & 1) * 4) % objects.count])
    switch what >> 5 & 3 {
    case 0:
        let text = source.take(Int(source.byte() & 31))
        var escaped = ByteBuffer()
        _ = text.withUnsafeBufferPointer { JSONEscape.encode($0, into: &escaped) }
        let string = Array(UnsafeBufferPointer(start: escaped.bytes, count: escaped.count))
        for name: StaticString in [
            "delta", "text", "arguments", "refusal", "code", "input", "diff", "command",
        ] {
            if how & 1 == 0 || !Responses.equal(bytes(name), "delta") { add(name, string) }
        }
    case 1:
        for name: StaticString in [
            "item", "part", "response", "annotation", "delta", "output", "logprobs",
        ] { add(name, object) }
    case 2: add("response", object)
    default: add("part", object)
    }
    return event + [0x7D]
}
