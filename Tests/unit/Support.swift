@testable import Responses

/// Text that is held as the decoders want it, and read in a test.
func held(_ text: String) -> Text {
    guard let text = Text(Array(text.utf8)) else { fatalError("out of memory") }
    return text
}

func string(_ text: Text?) -> String {
    text.map {
        String(decoding: UnsafeBufferPointer(start: $0.base, count: $0.count), as: UTF8.self)
    }
        ?? "(nil)"
}

func string(_ buffer: UnsafeBufferPointer<UInt8>) -> String {
    String(decoding: buffer, as: UTF8.self)
}

func withInput<Result, Failure: Error>(
    _ text: String, _ body: (Input) throws(Failure) -> Result
) throws(Failure) -> Result {
    let bytes = Array(text.utf8)
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count + 1)
    _ = copy.initialize(from: bytes + [0])
    defer { copy.deallocate() }
    return try body(Input(start: copy.baseAddress, count: bytes.count))
}

/// What a decoder makes of bytes that come in pieces: the data of each event with its name.
func decode(_ bytes: [UInt8], pieces: Int, limit: Int = 1 << 20) -> [String] {
    var decoder = EventStreamDecoder(maximumEventBytes: limit)
    var inbox = ByteBuffer()
    _ = inbox.leaveHeadroom(EventStreamDecoder.headroom)
    var events: [String] = []
    var start = 0
    while start <= bytes.count {
        var isWaiting = false
        while !isWaiting {
            switch decoder.next() {
            case .event(let data, let count, let name):
                let text = string(UnsafeBufferPointer(start: UnsafePointer(data), count: count))
                events.append(name.isEmpty ? text : "\(string(name))|\(text)")
            case .done: events.append("(done)")
            case .tooLarge: return events + ["(too large)"]
            case .needsMore: isWaiting = true
            }
        }
        if start == bytes.count { break }
        let end = min(bytes.count, start + pieces)
        bytes[start..<end].withUnsafeBufferPointer { piece in
            if let base = piece.baseAddress { _ = inbox.append(base, piece.count) }
        }
        _ = decoder.refill(from: &inbox)
        start = end
    }
    return events
}

/// Feeds events, given as JSON, and returns what was put together.
func accumulate(_ events: [String], limit: Int = 1 << 20) -> Accumulator {
    let accumulator = Accumulator(maximumBytes: limit)
    for event in events { _ = feed(event, to: accumulator) }
    return accumulator
}

func feed(_ event: String, to accumulator: Accumulator) -> Accumulator.Outcome {
    let text = held(event)
    var fields = EventFields()
    guard fields.scan(text.base, text.count), let type = fields.type.start,
        let (kind, _) = EventKind.named(type, fields.type.count),
        let document = JSONValue(checking: text.base, count: text.count)
    else { return .fine }
    if fields.delta.start != nil {
        var delta = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        return accumulator.appendDelta(kind, fields, &delta)
    }
    return accumulator.take(kind, fields, document)
}

/// The value at a JSON pointer, as its JSON.
func value(_ pointer: String, of text: Text?) -> String {
    guard let text, let document = JSONValue(checking: text.base, count: text.count) else {
        return "(no JSON)"
    }
    return withInput(pointer) { pointer in
        switch JSONPointer.find(pointer, in: document) {
        case .found(let value): return string(value.raw)
        case .nothingThere: return "(nothing)"
        case .malformed: return "(malformed)"
        case .noMemory: return "(no memory)"
        }
    }
}
