import CPlatform

/// The decoder of event streams: what it gives is what the standard says, however the bytes are cut;
/// and the scanner of events, against the reader of JSON.
///
/// Input: how the stream is cut, the largest event, the stream.
@_cdecl("fuzz_event_stream")
public func fuzzEventStream(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    var source = Source(bytes, count)
    let cut = Cut(source.byte())
    let limit = Int(source.byte())
    let stream = source.rest()
    let expected = Reference.events(stream)
    compare(decode(stream, cut, 1 << 30), expected)
    compare(decode(stream, cut, 1 << 30, comparing: true), expected)
    // With a small limit too the cut makes no difference.
    let whole = decode(stream, Cut(0), limit)
    let inPieces = decode(stream, cut, limit, comparing: true)
    require(whole.count == inPieces.count, "the limit depends on the cut: count")
    for index in whole.indices {
        require(same(whole[index].data, inPieces[index].data), "the limit depends on the cut: data")
    }
    for event in expected { scan(event.data) }
    return 0
}

/// How a stream is cut into pieces, and how many of them are there at once.
private struct Cut {
    let size: Int  // 0: not at all
    let together: Int

    init(_ byte: UInt8) {
        size = Int(byte & 31)
        together = 1 + Int(byte >> 5)
    }
}

/// Feeds the decoder as a transfer does. An event that is too large is one named "too large".
/// `comparing`: reads it as a call does, which compares an event with the one before first.
private func decode(_ stream: [UInt8], _ cut: Cut, _ limit: Int, comparing: Bool = false)
    -> [Reference.Event]
{
    var events: [Reference.Event] = []
    var learnt: [UInt8] = []
    var fields = EventFields()
    var decoder = EventStreamDecoder(maximumEventBytes: limit)
    var inbox = ByteBuffer()
    require(inbox.leaveHeadroom(EventStreamDecoder.headroom), "memory")
    var index = 0
    var pieces = 0
    while index < stream.count {
        let size = min(cut.size == 0 ? stream.count : cut.size, stream.count - index)
        stream.withUnsafeBufferPointer { stream in
            if let base = stream.baseAddress { require(inbox.append(base + index, size), "memory") }
        }
        index += size
        pieces += 1
        if pieces % cut.together != 0 && index < stream.count { continue }
        require(decoder.refill(from: &inbox), "memory")
        while true {
            if comparing, let (data, count) = decoder.nextLikeLast(&fields) {
                require(data[count] == 0, "data ends in NUL")
                var scanned = EventFields()
                require(scanned.scan(data, count), "an event like the last is a JSON object")
                requireEqual(fields, scanned)
                events.append(
                    Reference.Event(
                        data: Array(UnsafeBufferPointer(start: data, count: count)), name: learnt))
                continue
            }
            switch decoder.next() {
            case .event(let data, let count, let name):
                require(data[count] == 0, "data ends in NUL")
                if comparing, fields.scan(data, count), fields.delta.start != nil {
                    if decoder.learn(fields) { learnt = array(name) }
                }
                events.append(
                    Reference.Event(
                        data: Array(UnsafeBufferPointer(start: data, count: count)),
                        name: array(name)))
                continue
            case .done:
                events.append(Reference.Event(data: Responses.bytes("[DONE]"), name: []))
                continue
            case .tooLarge:
                events.append(Reference.Event(data: [], name: Responses.bytes("too large")))
                return events
            case .needsMore: break
            }
            break
        }
    }
    return events
}

private func compare(_ events: [Reference.Event], _ expected: [Reference.Event]) {
    require(events.count == expected.count, "the number of events")
    for (event, wanted) in zip(events, expected) {
        require(same(event.data, wanted.data), "an event's data")
        let isDone = same(wanted.data, bytes("[DONE]"))
        require(isDone || same(event.name, wanted.name), "an event's name")
    }
}

/// One pass over an event finds what reading it as a document finds.
private func scan(_ data: [UInt8]) {
    let text = makeText(data)
    var fields = EventFields()
    let isEvent = fields.scan(text.base, text.count)
    let document = JSONValue(checking: text.base, count: text.count)
    require((document != nil) == Reference.isJSON(data), "what JSON is")
    guard let document, document.kind == .object else {
        require(!isEvent, "an event that is no object")
        return
    }
    require(isEvent, "an object that is no event")
    var expected = EventFields()
    document.forEach { name, value in
        guard let name else { return false }
        let number = Reference.integer(array(value.raw))
        if value.kind == .string {
            if named(name, "type") { expected.type = slice(value) }
            if named(name, "delta") { expected.delta = slice(value) }
            if named(name, "item_id") { expected.itemID = slice(value) }
        } else if number >= 0 {
            let small = Int32(exactly: number) ?? -1
            if named(name, "sequence_number") { expected.sequence = number }
            if named(name, "output_index") { expected.outputIndex = small }
            if named(name, "content_index") || named(name, "summary_index") {
                expected.contentIndex = small
            }
        }
        return true
    }
    requireEqual(fields, expected)
    if let start = fields.type.start, let (_, name) = EventKind.named(start, fields.type.count) {
        require(equal(array(fields.type.raw), name), "the name of a kind")
    }
}

private func requireEqual(_ fields: EventFields, _ expected: EventFields) {
    require(fields.sequence == expected.sequence, "sequence_number")
    require(fields.outputIndex == expected.outputIndex, "output_index")
    require(fields.contentIndex == expected.contentIndex, "content_index")
    require(equal(fields.type, expected.type), "type")
    require(equal(fields.delta, expected.delta), "delta")
    require(equal(fields.itemID, expected.itemID), "item_id")
}

/// Names are compared as they are written.
private func named(_ name: JSONValue, _ text: StaticString) -> Bool {
    same(name.rawText, bytes(text))
}

private func slice(_ value: JSONValue) -> EventFields.Slice {
    var slice = EventFields.Slice()
    slice.start = value.rawText.baseAddress
    slice.count = value.rawText.count
    slice.hasEscapes = value.rawText.contains(0x5C)
    return slice
}

private func equal(_ a: EventFields.Slice, _ b: EventFields.Slice) -> Bool {
    a.start == b.start && a.count == b.count && a.hasEscapes == b.hasEscapes
}
