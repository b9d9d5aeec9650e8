import CPlatform

/// JSON that a caller gives for a request.
package enum GivenJSON {
    /// Text of the caller's, nil for NULL.
    case text(Input?)
    /// Text that is ours already, with `RequestBody.room` in front.
    case owned(Text)

    /// Its text where it is; nil for NULL.
    package var input: Input? {
        switch self {
        case .text(let json): return json
        case .owned(let text): return text.buffer
        }
    }

    fileprivate func copy(room: Int) throws(ResponsesError) -> Text {
        switch self {
        case .owned(let text): return text
        case .text(let json):
            guard let json else {
                throw .invalid("json", "must not be NULL; expected a JSON object")
            }
            guard let copy = Text(copying: json.baseAddress, count: json.count, room: room) else {
                throw .noMemory()
            }
            return copy
        }
    }
}

/// The JSON of a request as it goes out: the caller's bytes, with `stream` set as the operation wants.
///
/// A request can be large. It is copied once, with room in front of the copy, and `stream` is set inside
/// that: no second copy is made.
enum RequestBody {
    /// Room in front, for the member that is added and for values that grow.
    static let room = 64

    /// Begins JSON that is written for a request, with that room; `end` makes text of it. The room is content
    /// meanwhile, as a buffer that grows does not keep what is free in front. False when memory is out.
    static func begin(_ buffer: inout ByteBuffer) -> Bool { buffer.extendWithRoom(by: room) }

    static func end(_ buffer: inout ByteBuffer) -> Text? {
        guard let text = Text(taking: &buffer) else { return nil }
        text.moveBase(by: room)
        return text
    }

    /// Checks that it is a JSON object and copies it. `stream`: nil leaves that member alone.
    static func prepare(_ json: GivenJSON, stream: Bool?) throws(ResponsesError) -> Text {
        let copy = try json.copy(room: room)
        let object = try checkObject(copy, argument: "json")
        guard let stream else { return copy }
        var growth = 0
        var isThere = false
        object.forEach { name, value in
            if let name, name.isText("stream") {
                isThere = true
                if !isRight(value, stream) { growth += max(0, word(stream).count - value.count) }
            }
            return true
        }
        if !isThere {
            if stream { add(to: copy, object) }
            return copy
        }
        if growth > room {
            // Many times the same member: one that needs more room than there is.
            guard let roomy = Text(copying: copy.base, count: copy.count, room: growth) else {
                throw .noMemory()
            }
            let start = roomy.base + (object.start - UnsafePointer(copy.base))
            let same = JSONValue(start: start, end: start + object.count)
            set(stream, in: roomy, same, growth)
            return roomy
        }
        set(stream, in: copy, object, growth)
        return copy
    }

    /// The object of text that is JSON; the message says where it is not.
    static func checkObject(_ text: Text, argument: Message) throws(ResponsesError) -> JSONValue {
        guard let value = JSONValue(checking: text.base, count: text.count) else {
            throw .invalid(argument, "is not JSON; expected one JSON object in UTF-8")
        }
        if value.kind != .object {
            throw .invalid(argument, "is JSON, but not an object; expected {...}")
        }
        if JSONScanner.hasNotFinite(value) {
            throw .invalid(
                argument, "contains NaN or Infinity, which JSON does not allow; use null")
        }
        return value
    }

    private static func word(_ stream: Bool) -> UnsafeBufferPointer<UInt8> {
        let word: StaticString = stream ? "true" : "false"
        return word.buffer
    }

    private static func isRight(_ value: JSONValue, _ stream: Bool) -> Bool {
        value.kind == (stream ? .true : .false)
    }

    /// Adds the member in front, where the object begins.
    private static func add(to text: Text, _ object: JSONValue) {
        let isEmpty = JSONScanner.skipSpace(object.start + 1).pointee == 0x7D
        let member: StaticString = isEmpty ? "{\"stream\":true" : "{\"stream\":true,"
        let count = member.utf8CodeUnitCount
        let brace = object.start - UnsafePointer(text.base)
        // What was in front of the brace is space.
        text.moveBase(by: brace &+ 1 &- count)
        memcpy(text.base, member.utf8Start, count)
    }

    /// Sets every value of the member. What is in front of one that grows moves into the room, and one
    /// that shrinks leaves space.
    private static func set(_ stream: Bool, in text: Text, _ object: JSONValue, _ growth: Int) {
        let word = word(stream)
        var shift = growth
        var from = text.base
        object.forEach { name, value in
            guard let name, name.isText("stream"), !isRight(value, stream) else { return true }
            let place = text.base + (value.start - UnsafePointer(text.base))
            let end = text.base + (value.end - UnsafePointer(text.base))
            // What is still to be read is behind `end`, where nothing is written.
            if shift > 0 { memmove(from - shift, from, place - from) }
            if let start = word.baseAddress { memcpy(place - shift, start, word.count) }
            let rest = value.count - word.count
            if rest > 0 { memset(end - shift - rest, 0x20, rest) }
            shift += min(0, rest)
            from = end
            return true
        }
        text.moveBase(by: -growth)
    }

    /// `"background": true` is in it.
    static func asksForBackground(_ body: Text) -> Bool {
        JSONValue(checking: body.base, count: body.count)?.member("background")?.kind == .true
    }
}
