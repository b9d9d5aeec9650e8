/// What an event says, before it has its place in the stream.
struct EventDraft {
    var type: String
    /// The members after `type` and `sequence_number`, each with its leading comma.
    var fields: Bytes
    /// Characters of the delta; obfuscation fills them up. Nil for events that have none.
    var deltaLength: Int?

    init(type: String, fields: Bytes, deltaLength: Int? = nil) {
        self.type = type
        self.fields = fields
        self.deltaLength = deltaLength
    }

    init(_ type: String, _ members: JSONObject = [:], deltaLength: Int? = nil) {
        var fields = Bytes()
        for member in members.members {
            fields.append(UInt8(ascii: ","))
            fields.append(jsonString: member.key)
            fields.append(UInt8(ascii: ":"))
            member.value.write(to: &fields)
        }
        self.init(type: type, fields: fields, deltaLength: deltaLength)
    }
}

/// An event with its sequence number.
struct StreamEvent {
    var draft: EventDraft
    var sequence: Int

    var type: String { draft.type }

    /// No event follows one of these.
    var isTerminal: Bool {
        type == "response.completed" || type == "response.incomplete" || type == "response.failed"
    }

    /// Writes the JSON of the event.
    ///
    /// - Parameter obfuscationSeed: nil leaves the obfuscation out.
    func write(to bytes: inout Bytes, obfuscationSeed: UInt64?, withSequence: Bool = true) {
        bytes.append(text: "{\"type\":\"")
        bytes.append(text: draft.type)
        bytes.append(UInt8(ascii: "\""))
        if withSequence {
            bytes.append(text: ",\"sequence_number\":")
            bytes.append(decimal: sequence)
        }
        bytes.append(contentsOf: draft.fields)
        if let obfuscationSeed, let deltaLength = draft.deltaLength {
            bytes.append(text: ",\"obfuscation\":\"")
            var random = DeterministicRandom(seed: obfuscationSeed, stream: UInt64(sequence))
            // Delta and obfuscation together are always a multiple of sixteen characters.
            random.append(
                (16 - deltaLength % 16) % 16, of: DeterministicRandom.alphanumerics, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: "}"))
    }
}
