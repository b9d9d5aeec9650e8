import CPlatform

/// An event of the client, as it goes out over a session.
final class SessionBody {
    private let text: Text
    /// What is sent in place of the first bytes of the text, which are `skipped`.
    private let prefix: StaticString
    private let skipped: Int
    let lane: [UInt8]
    /// "previous_response_id".
    let previousID: [UInt8]

    private init(
        _ text: Text, prefix: StaticString = "", skipped: Int = 0, lane: [UInt8] = [],
        previousID: [UInt8] = []
    ) {
        self.text = text
        self.prefix = prefix
        self.skipped = skipped
        self.lane = lane
        self.previousID = previousID
    }

    /// As it was given, but for members that are not sent.
    var json: Text { text }
    var head: Input { prefix.buffer }
    var rest: Input { Input(rebasing: text.buffer[skipped...]) }

    /// Nothing is sent. Nil when memory is out.
    static func nothing() -> SessionBody? { Text("").map { SessionBody($0) } }

    // MARK: a turn

    /// The body of a create, as the event that asks for it.
    static func create(_ json: GivenJSON) throws(ResponsesError) -> SessionBody {
        let text = try RequestBody.prepare(json, stream: nil)
        var object = try RequestBody.checkObject(text, argument: "json")
        if let type = object.member("type"), !type.isText("response.create") {
            throw .invalid(
                "json",
                "has another \"type\" than \"response.create\"; responses_session_send_start() sends other events"
            )
        }
        if let background = object.member("background"), background.kind == .true {
            throw .invalid(
                "json",
                "\"background\" is not for sessions; a background response is created by a request")
        }
        let lane = try lane(of: object)
        for name in "stream|background" as Words { remove(name, from: text, &object) }
        let start = object.start - UnsafePointer(text.base) + 1
        if object.member("type") != nil { return SessionBody(text, lane: lane) }
        let isEmpty = JSONScanner.skipSpace(object.start + 1).pointee == 0x7D
        return SessionBody(
            text,
            prefix: isEmpty ? "{\"type\":\"response.create\"" : "{\"type\":\"response.create\",",
            skipped: start, lane: lane)
    }

    private static func lane(of object: JSONValue) throws(ResponsesError) -> [UInt8] {
        guard let value = object.member("stream_id") else { return [] }
        if value.kind == .null { return [] }
        let name = value.kind == .string ? value.unescaped() : []
        if isLane(name) { return name }
        throw .invalid(
            "json",
            "\"stream_id\" must be a string of 1 to 256 of the characters A-Z a-z 0-9 _ . -")
    }

    private static func isLane(_ name: [UInt8]) -> Bool {
        if name.isEmpty || name.count > 256 { return false }
        for byte in name {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2E, 0x2D: continue
            default: return false
            }
        }
        return true
    }

    /// Blanks every member of that name, and a comma beside it.
    private static func remove(_ name: Input, from text: Text, _ object: inout JSONValue) {
        var isThere = true
        while isThere {
            isThere = false
            var place = (from: 0, to: 0)
            object.forEach { member, value in
                guard let member, member.isText(name) else { return true }
                place = (
                    member.start - UnsafePointer(text.base), value.end - UnsafePointer(text.base)
                )
                isThere = true
                return false
            }
            if !isThere { return }
            let base = text.base
            memset(base + place.from, 0x20, place.to - place.from)
            let next = JSONScanner.skipSpace(UnsafePointer(base + place.to))
            if next.pointee == 0x2C {
                base[next - UnsafePointer(base)] = 0x20
            } else {
                var before = place.from - 1
                while before > 0 && base[before] <= 0x20 { before -= 1 }
                if base[before] == 0x2C { base[before] = 0x20 }
            }
            object = JSONValue(start: object.start, end: object.end)
        }
    }

    // MARK: other events

    static func event(_ json: GivenJSON) throws(ResponsesError) -> (SessionBody, Turn.Purpose) {
        let text = try RequestBody.prepare(json, stream: nil)
        let object = try RequestBody.checkObject(text, argument: "json")
        guard let type = object.member("type"), type.kind == .string, !type.rawText.isEmpty else {
            throw .invalid("json", "has no \"type\"; expected an event such as \"response.steer\"")
        }
        if type.isText("response.create") {
            throw .invalid(
                "json",
                "\"response.create\" is a turn, which responses_session_create_start() sends")
        }
        if !type.isText("response.steer") { return (SessionBody(text), .other) }
        guard let id = object.member("previous_response_id"), id.kind == .string,
            !id.rawText.isEmpty
        else {
            throw .invalid(
                "json",
                "\"response.steer\" needs \"previous_response_id\", the id of the response that is under way"
            )
        }
        return (SessionBody(text, previousID: id.unescaped()), .steer)
    }
}
