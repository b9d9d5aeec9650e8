import CPlatform

/// What a server says about a failure, read from whatever it sent: the documented object, an `error`
/// that is a string, a code that is a number, `detail` of a FastAPI server, HTML, or nothing.
package struct ServerFailure {
    package var message: [UInt8] = []
    package var type: [UInt8] = []
    package var code: [UInt8] = []
    package var param: [UInt8] = []

    package init() {}

    /// Reads the body of an answer with a status of 400 or more. `text` ends in NUL and has
    /// `ByteBuffer.slack` readable bytes behind.
    package init(body text: UnsafePointer<UInt8>, count: Int) {
        if let document = JSONValue(checking: text, count: count) {
            read(document)
            return
        }
        readFirstEvent(text, count)
    }

    /// Reads an `error` event, flat or nested, or the object of a response that failed.
    package init(event document: JSONValue) {
        read(document)
    }

    package var isEmpty: Bool { message.isEmpty && type.isEmpty && code.isEmpty }

    private mutating func read(_ document: JSONValue) {
        if document.kind == .string {
            message = document.unescaped()
            return
        }
        // Each field is looked for in `error` first, then beside it.
        if let error = document.member("error") {
            if error.kind == .object { readFields(error) }
            if error.kind == .string { message = error.unescaped() }
        }
        readFields(document)
        if message.isEmpty, let detail = document.member("detail") {
            message = detail.kind == .string ? detail.unescaped() : Array(detail.raw.prefix(2000))
        }
    }

    private mutating func readFields(_ object: JSONValue) {
        func scalar(_ name: StaticString) -> [UInt8] {
            guard let value = object.member(name) else { return [] }
            switch value.kind {
            case .string: return value.unescaped()
            case .number: return Array(value.raw)
            default: return []
            }
        }
        if message.isEmpty { message = scalar("message") }
        if code.isEmpty { code = scalar("code") }
        if param.isEmpty { param = scalar("param") }
        if type.isEmpty {
            type = scalar("type")
            // The type of the event itself says nothing about the failure.
            if type.count == 5 && equal(type, "error") { type = [] }
            if type.count > 9 && type.withUnsafeBufferPointer({ startsWithResponse($0) }) {
                type = []
            }
        }
    }

    private func startsWithResponse(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let start = text.baseAddress else { return false }
        return matches(start, "response.")
    }

    /// A failure that is told as an event stream: its first data line that is JSON.
    private mutating func readFirstEvent(_ text: UnsafePointer<UInt8>, _ count: Int) {
        guard count > 6, matches(text, "data:") || matches(text, "event:") else { return }
        var received = ByteBuffer()
        guard received.append(text, count), received.append("\n\n") else { return }
        var decoder = EventStreamDecoder(maximumEventBytes: count + 2)
        guard decoder.refill(from: &received) else { return }
        while case .event(let data, let length, _) = decoder.next() {
            guard let document = JSONValue(checking: data, count: length) else { continue }
            read(document.member("response")?.member("error") ?? document)
            if !isEmpty { return }
        }
    }

    /// Codes and types that say that money or a quota has run out: a retry cannot help.
    package var isQuotaExhausted: Bool {
        for name in ServerFailure.quotaNames where equal(code, name) || equal(type, name) {
            return true
        }
        return false
    }

    private static var quotaNames: [StaticString] {
        [
            "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded", "organization_usage_limit_exceeded",
            "billing_hard_limit_reached",
        ]
    }

    /// The HTTP status that the same failure would have had as an answer; 0 when nothing tells.
    package var impliedStatus: Int32 {
        if let status = number(code), status >= 400, status < 600 { return status }
        if isQuotaExhausted || equal(code, "rate_limit_exceeded") || equal(type, "requests")
            || equal(type, "tokens") || equal(type, "too_many_requests")
            || equal(code, "too_many_requests")
        {
            return 429
        }
        if equal(type, "invalid_request_error") || equal(type, "invalid_request") { return 400 }
        if equal(code, "server_is_overloaded") || equal(code, "slow_down")
            || equal(type, "service_unavailable") || equal(type, "overloaded_error")
        {
            return 503
        }
        if equal(type, "server_error") || equal(code, "server_error")
            || equal(code, "internal_server_error")
        {
            return 500
        }
        return 0
    }

    private func number(_ text: [UInt8]) -> Int32? {
        if text.isEmpty || text.count > 3 { return nil }
        var value: Int32 = 0
        for byte in text {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int32(byte - 0x30)
        }
        return value
    }
}
