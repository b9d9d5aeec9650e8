import CPlatform

/// A form with a file, as `multipart/form-data` (RFC 7578).
struct Form: ~Copyable {
    private var head = ByteBuffer()
    private var isFine = true
    let boundary: [UInt8]

    init() {
        var random = [UInt8](repeating: 0, count: 18)
        random.withUnsafeMutableBytes {
            if let start = $0.baseAddress { platform_random(start, $0.count) }
        }
        // Letters and digits alone: a boundary may have "+" and "/", and not every server knows.
        boundary =
            bytes("----libresponses") + Base64.encode(random).filter { $0 != 0x2B && $0 != 0x2F }
    }

    private mutating func add(_ words: StaticString) { isFine = isFine && head.append(words) }

    private mutating func add(_ words: [UInt8]) {
        isFine = isFine && words.withUnsafeBufferPointer { head.append($0) }
    }

    /// In quotes, and what would end them or the line as WHATWG HTML has it (4.10.21.8), which is what servers read.
    private mutating func addQuoted(_ text: [UInt8]) {
        for byte in text {
            switch byte {
            case 0x22: add("%22")
            case 0x0D: add("%0D")
            case 0x0A: add("%0A")
            default: isFine = isFine && head.append(byte)
            }
        }
    }

    private mutating func begin(_ name: [UInt8]) {
        add("--")
        add(boundary)
        add("\r\nContent-Disposition: form-data; name=\"")
        addQuoted(name)
        add("\"")
    }

    mutating func add(field name: [UInt8], _ value: [UInt8]) {
        begin(name)
        add("\r\n\r\n")
        add(value)
        add("\r\n")
    }

    private static var deepest: Int { 16 }

    /// The members of an object, and of those in it.
    mutating func add(_ object: JSONValue, in outer: [UInt8] = [], depth: Int = 0)
        throws(ResponsesError)
    {
        if depth > Form.deepest {
            throw .invalid("fields_json", "has more than 16 objects and arrays in each other")
        }
        var members = JSONMembers(of: object)
        while members.next() {
            let value = members.value
            var name = outer
            if let member = members.name {
                let plain = member.unescaped()
                name = outer.isEmpty ? plain : outer + [0x5B] + plain + [0x5D]
            } else {
                name += [0x5B, 0x5D]
            }
            switch value.kind {
            case .null: continue
            case .object, .array: try add(value, in: name, depth: depth + 1)
            case .string: add(field: name, value.unescaped())
            default: add(field: name, Array(value.raw))
            }
        }
    }

    /// The body, whose last part is the file.
    consuming func body(_ source: ByteSource) throws(ResponsesError) -> OutgoingBody {
        begin(source.field)
        add("; filename=\"")
        addQuoted(source.fileName)
        add("\"\r\n")
        if !source.mediaType.isEmpty {
            add("Content-Type: ")
            add(source.mediaType)
            add("\r\n")
        }
        add("\r\n")
        let end = Text(bytes("\r\n--") + boundary + bytes("--\r\n"))
        guard isFine, let end, let text = head.copy() else { throw .noMemory() }
        return OutgoingBody([
            .text(text, from: 0, count: text.count), .bytes(source),
            .text(end, from: 0, count: end.count),
        ])
    }
}

extension Operation {
    package static func upload(
        _ path: Input, _ fields: Input?, _ source: ByteSource, _ settings: FrozenSettings
    ) throws(ResponsesError) -> Operation {
        var form = Form()
        if let fields {
            guard let text = Text(copying: fields.baseAddress, count: fields.count) else {
                throw .noMemory()
            }
            try form.add(try RequestBody.checkObject(text, argument: "fields_json"))
        }
        let request = HTTPRequest(
            .post, at: "{path}", url: settings.url(try Operation.path(path)))
        request.ownHeaders = [
            bytes("Content-Type: multipart/form-data; boundary=") + form.boundary
        ]
        request.hasOwnType = true
        let body = try form.body(source)
        if body.total < 0 { request.ownHeaders.append(bytes("Transfer-Encoding: chunked")) }
        request.stream = body
        var operation = Operation(.document, request)
        operation.acceptsEmptyBody = true
        operation.isKnown = false
        return operation
    }

    package static func download(_ path: Input, _ settings: FrozenSettings)
        throws(ResponsesError) -> Operation
    {
        let request = HTTPRequest(.get, at: "{path}", url: settings.url(try Operation.path(path)))
        request.wantsBytes = true
        request.ownHeaders = Download.headers(settings.values)
        return Operation(.bytes, request)
    }

    /// Puts attachments where the body names them.
    func attach(_ attachments: [Attachment]) throws(ResponsesError) {
        guard !attachments.isEmpty, let json = request.body,
            let body = try Attachment.body(of: json, attachments)
        else { return }
        request.stream = body
        if body.total < 0 { request.ownHeaders.append(bytes("Transfer-Encoding: chunked")) }
    }
}
