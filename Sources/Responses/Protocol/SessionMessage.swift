import CPlatform

/// Finds out what the messages of a session are, as far as the session must know: whose they are, and whether they
/// end something. Nearly all are deltas, of the same type as the one before, and are known by their first bytes.
struct SessionMessages: ~Copyable {
    /// What a message means to a session.
    enum Meaning {
        /// Nothing: an event of a response, for its turn.
        case plain
        case created
        /// The last event of a response.
        case terminal
        case error
        case steerAccepted, steerPending, steerFailed
    }

    /// `{"type":"response.output_text.delta"`, as the last message began whose type means nothing to a session.
    private var plainStart = ByteBuffer()

    @inline(__always)
    mutating func meaning(of message: Input) -> Meaning {
        let known = plainStart.count
        if known > 0, message.count > known, let start = message.baseAddress,
            memcmp(start, plainStart.bytes, known) == 0
        {
            return .plain
        }
        return lookUp(message)
    }

    /// The same for a message of which the beginning has come. Nil where that does not say it.
    mutating func meaning(ofStart start: Input) -> Meaning? {
        SessionMessages.leadingType(start) == nil ? nil : meaning(of: start)
    }

    @inline(never)
    private mutating func lookUp(_ message: Input) -> Meaning {
        guard let start = message.baseAddress else { return .plain }
        if let (type, end) = SessionMessages.leadingType(message) {
            let meaning = SessionMessages.meaning(type)
            if meaning == .plain {
                plainStart.removeAll()
                // Without memory for it the next one is looked up as well.
                _ = plainStart.append(start, end)
            }
            return meaning
        }
        guard let type = JSONValue(checking: start, count: message.count)?.member("type"),
            type.kind == .string
        else { return .plain }
        return SessionMessages.meaning(type.rawText)
    }

    /// The type where the message begins with it, as everybody writes it, and how far it goes.
    private static func leadingType(_ message: Input) -> (type: Input, end: Int)? {
        let name = ("{\"type\":" as StaticString).buffer
        guard message.count > name.count &+ 2, message.starts(with: name) else { return nil }
        var place = name.count
        if message[place] == 0x20 { place &+= 1 }
        guard message[place] == 0x22 else { return nil }
        let from = place &+ 1
        place = from
        while place < message.count && place &- from < 100 {
            if message[place] == 0x5C { return nil }
            if message[place] == 0x22 {
                return (Input(rebasing: message[from..<place]), place &+ 1)
            }
            place &+= 1
        }
        return nil
    }

    private static func meaning(_ type: Input) -> Meaning {
        if equal(type, "response.steer.accepted") { return .steerAccepted }
        if equal(type, "response.steer.pending") { return .steerPending }
        if equal(type, "response.steer.failed") { return .steerFailed }
        guard let start = type.baseAddress, let (kind, _) = EventKind.named(start, type.count)
        else {
            return .plain
        }
        if kind.isTerminal { return .terminal }
        return kind == .created ? .created : kind == .error ? .error : .plain
    }
}

/// The members of a message by which it is told whose it is, as texts: a server may escape what it likes.
struct SessionMarks {
    private let document: JSONValue?

    init(_ message: Input) {
        document = message.baseAddress.flatMap { JSONValue(checking: $0, count: message.count) }
    }

    /// The lane; empty for that without a name.
    var lane: [UInt8] { text("stream_id") }
    var responseID: [UInt8] { text("id", of: document?.member("response")) }
    var errorCode: [UInt8] { text("code", of: document?.member("error")) }
    var steerID: [UInt8] { text("id", of: document?.member("steer")) }
    var steeredID: [UInt8] { text("previous_response_id", of: document?.member("steer")) }

    private func text(_ name: StaticString) -> [UInt8] { text(name, of: document) }

    private func text(_ name: StaticString, of object: JSONValue?) -> [UInt8] {
        guard let value = object?.member(name), value.kind == .string else { return [] }
        return value.unescaped()
    }
}
