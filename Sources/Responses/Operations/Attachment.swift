import CPlatform

/// Bytes that a client has by a name, for the JSON of its requests.
struct Attachment {
    let name: [UInt8]
    let source: ByteSource

    private static var mark: StaticString { "attachment:" }

    static func isName(_ name: Input) -> Bool {
        if name.isEmpty || name.count > 64 { return false }
        for byte in name {
            switch byte {
            case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x5F: break
            default: return false
            }
        }
        return true
    }

    /// The body with what stands for names in it; nil when none does. `json` is text that has been checked.
    static func body(of json: Text, _ attachments: [Attachment]) throws(ResponsesError)
        -> OutgoingBody?
    {
        var parts: [OutgoingBody.Part] = []
        let start = UnsafePointer(json.base)
        var copied = start
        var p = start
        let end = start + json.count
        func add(upTo place: UnsafePointer<UInt8>) {
            if place > copied {
                parts.append(.text(json, from: copied - start, count: place - copied))
            }
            copied = place
        }
        while p < end, let quote = memchr(p, 0x22, end - p) {
            p = start + (UnsafeRawPointer(quote) - UnsafeRawPointer(start))
            let close = CheckedJSON.stringEnd(p)
            let text = Input(start: p + 1, count: max(0, close - p - 2))
            p = close
            // A member's name is none.
            guard let name = name(in: text), JSONScanner.skipSpace(close).pointee != 0x3A else {
                continue
            }
            let attachment = try find(name, attachments)
            add(upTo: text.baseAddress.unsafelyUnwrapped)  // safe: it has a name in it
            let type = attachment.source.mediaType
            if !type.isEmpty {
                guard let head = Text(bytes("data:") + type + bytes(";base64,")) else {
                    throw .noMemory()
                }
                parts.append(.text(head, from: 0, count: head.count))
            }
            parts.append(.base64(attachment.source))
            copied = close - 1
        }
        if parts.isEmpty { return nil }
        add(upTo: end)
        return OutgoingBody(parts)
    }

    private static func name(in text: Input) -> Input? {
        let count = mark.utf8CodeUnitCount
        guard text.count > count, let start = text.baseAddress, matches(start, mark) else {
            return nil
        }
        let name = Input(rebasing: text[count...])
        return isName(name) ? name : nil
    }

    private static func find(_ name: Input, _ attachments: [Attachment]) throws(ResponsesError)
        -> Attachment
    {
        for attachment in attachments
        where attachment.name.withUnsafeBufferPointer({ equal($0, name) }) {
            return attachment
        }
        throw .invalid(
            "json",
            "has the string \"attachment:\(Message(Array(name)))\", and the client has no attachment of that name"
        )
    }

    /// Whether one of them is named in it.
    static func isNamed(in json: Text, _ attachments: [Attachment]) throws(ResponsesError) -> Bool {
        if attachments.isEmpty { return false }
        return try body(of: json, attachments) != nil
    }
}
