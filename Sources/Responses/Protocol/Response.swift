import CPlatform

/// An answer: its JSON, and what came with it. What is asked of the JSON is read when it is asked.
package final class Response {
    private var body: ByteBuffer
    package let httpStatus: Int32
    private let headers: ResponseHeaders?
    package let attempts: Int32
    package let history: Text?

    private var hasHead = false
    private var head: (id: Text?, status: Text?) = (nil, nil)
    private var joinedText: Text?
    private var lines: Text?
    private var lookup = ByteBuffer()

    /// Takes over the bytes of a body; they must be one JSON value or empty.
    package init(
        body: consuming ByteBuffer, headers: ResponseHeaders?, attempts: Int32, history: Text?
    ) {
        self.body = body
        self.headers = headers
        httpStatus = headers?.status ?? 0
        self.attempts = attempts
        self.history = history
    }

    package var json: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: body.bytes, count: body.count)
    }

    private var document: JSONValue? { JSONValue(checking: body.bytes, count: body.count) }

    package func header(_ name: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        headers?.value(name)
    }

    /// All headers, a line each. Nil when memory is out.
    package func headerLines() -> Text? {
        if let lines { return lines }
        lines = headers?.lines() ?? Text("")
        return lines
    }

    package var requestID: UnsafeBufferPointer<UInt8>? { headers?.value("x-request-id") }

    package var id: Text? {
        readHead()
        return head.id
    }

    package var status: Text? {
        readHead()
        return head.status
    }

    /// Both in one pass: a body can be large.
    private func readHead() {
        if hasHead { return }
        hasHead = true
        document?.forEach { name, value in
            guard let name, value.kind == .string else { return true }
            if name.isText("id") { head.id = Text(value.unescaped()) }
            if name.isText("status") { head.status = Text(value.unescaped()) }
            return true
        }
    }

    /// Every `output_text` part of every message, joined. Nil when memory is out.
    ///
    /// A text can be large: it is put where it stays, in a block that has room for it from the start.
    package func text() -> Text? {
        if let joinedText { return joinedText }
        guard let output = document?.member("output") else {
            joinedText = Text("")
            return joinedText
        }
        var room = 0
        forEachText(of: output) { raw in
            room += raw.count
            return true
        }
        var joined = ByteBuffer()
        var isFine = joined.reserveExactly(room)
        if isFine {
            forEachText(of: output) { raw in
                isFine = JSONEscape.decode(raw, into: &joined)
                return isFine
            }
        }
        if isFine { joinedText = joined.takeText() }
        return joinedText
    }

    /// The texts as they are in the JSON, with escapes, which makes none of them longer.
    private func forEachText(
        of output: JSONValue, _ body: (UnsafeBufferPointer<UInt8>) -> Bool
    ) {
        var goesOn = true
        output.forEach { _, item in
            guard let type = item.member("type"), type.isText("message") else { return true }
            item.member("content")?.forEach { _, part in
                guard let type = part.member("type"), type.isText("output_text"),
                    let text = part.member("text"), text.kind == .string
                else { return true }
                goesOn = body(text.rawText)
                return goesOn
            }
            return goesOn
        }
    }

    package func find(_ pointer: UnsafeBufferPointer<UInt8>) -> Lookup.Outcome {
        Lookup.find(pointer, in: json, into: &lookup)
    }

    /// A copy that owns everything. Nil when memory is out.
    package func clone() -> Response? {
        var copy = ByteBuffer()
        guard copy.reserveExactly(body.count), copy.append(body.bytes, body.count) else {
            return nil
        }
        return Response(body: copy, headers: headers, attempts: attempts, history: history)
    }
}
