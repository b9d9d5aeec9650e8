import CPlatform

/// An answer: its JSON, and what came with it. What is asked of the JSON is read when it is asked.
package final class Response {
    private var body: ByteBuffer
    package let httpStatus: Int32
    private let headers: ResponseHeaders?
    package let attempts: Int32
    package let history: Text?

    private var members: MemberIndex
    private var largeValues = LargeValues()
    private var hasLargeValues = false
    private var knownID: Text?
    private var knownStatus: Text?
    private var joinedText: Text?
    private var lines: Text?
    private var lookup = ByteBuffer()

    /// Takes over the bytes of a body; they must be one JSON value or empty. `members` are those of the body,
    /// where they have been found already.
    package init(
        body: consuming ByteBuffer, members: consuming MemberIndex = MemberIndex(),
        headers: ResponseHeaders?, attempts: Int32, history: Text?
    ) {
        self.body = body
        self.members = members
        self.headers = headers
        httpStatus = headers?.status ?? 0
        self.attempts = attempts
        self.history = history
    }

    package var json: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: body.bytes, count: body.count)
    }

    /// One that did not come with its index is given one when it is first asked.
    private func findMembers() {
        if members.document != nil || body.isEmpty { return }
        members = MemberIndex(checking: body.bytes, count: body.count)
    }

    /// The JSON as a value; nil when it is none.
    package var document: JSONValue? {
        findMembers()
        return members.document
    }

    private func member(_ name: StaticString) -> JSONValue? {
        findMembers()
        return members.member(name.buffer)
    }

    package func header(_ name: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        headers?.value(name)
    }

    /// All headers, a line each. Nil when memory is out.
    package func headerLines() -> Text? {
        if let lines { return lines }
        lines = headers?.lines() ?? Text("")
        return lines
    }

    package var rateLimits: RateLimits { headers?.rateLimits ?? RateLimits() }

    package var httpVersion: StaticString { headers?.version ?? "" }

    package var requestID: UnsafeBufferPointer<UInt8>? { headers?.value("x-request-id") }

    package var id: Text? {
        if knownID == nil { knownID = text(of: "id") }
        return knownID
    }

    package var status: Text? {
        if knownStatus == nil { knownStatus = text(of: "status") }
        return knownStatus
    }

    private func text(of name: StaticString) -> Text? {
        guard let value = member(name), value.kind == .string else { return nil }
        return Text(value.unescaped())
    }

    /// Every `output_text` part of every message, joined. Nil when memory is out.
    package func text() -> Text? {
        if let joinedText { return joinedText }
        joinedText = member("output").map { OutputText.join($0) } ?? Text("")
        return joinedText
    }

    package func find(_ pointer: UnsafeBufferPointer<UInt8>) -> Lookup.Outcome {
        findMembers()
        guard let document = members.document else { return .nothingThere }
        if !hasLargeValues, document.count >= LargeValues.worthwhile,
            let outer = JSONPointer.outermost(pointer, members),
            outer.count >= LargeValues.worthwhile
        {
            hasLargeValues = true
            largeValues = LargeValues(of: document)
        }
        return Lookup.hand(
            JSONPointer.find(pointer, in: document, members, largeValues), through: &lookup)
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
