/// What went wrong, in full. Never changes once made, so any thread may read it.
package final class ResponsesError: Error, @unchecked Sendable {
    /// What is known beside the message; most errors have little of it.
    package struct Details {
        package var httpStatus: Int32 = 0
        package var isRetryable = false
        package var phase = Phase.none
        package var httpVersion: StaticString = ""
        package var retryAfterMilliseconds: Int64 = -1
        package var attempts: Int32 = 0
        package var lastSequence: Int64 = -1
        package var type: Text?
        package var code: Text?
        package var param: Text?
        package var requestID: Text?
        package var body: Text?
        package var responseID: Text?
        package var history: Text?
        /// A line for each.
        package var headers: Text?

        package init() {}

        /// What is short and ends up printed is cleaned; an id that needs it is of no use. The body is
        /// data, history and headers are cleaned where they are made.
        fileprivate var readable: Details {
            var readable = self
            readable.type = ReadableText.clean(type, limit: ReadableText.longestName)
            readable.code = ReadableText.clean(code, limit: ReadableText.longestName)
            readable.param = ReadableText.clean(param, limit: ReadableText.longestName)
            readable.requestID = ReadableText.clean(requestID, limit: ReadableText.longestName)
            if let id = responseID, !ReadableText.isClean(id.buffer) || !Path.isUsable(id.buffer) {
                readable.responseID = nil
            }
            return readable
        }
    }

    package let status: Status
    /// Nil only when there was no memory for it.
    package let message: Text?
    package let details: Details

    package convenience init(_ status: Status, _ message: Message, _ details: Details = Details()) {
        self.init(status, message: Text(message), details)
    }

    /// Every error is made here: whatever a server or libcurl put into it, it can be shown to people.
    package init(_ status: Status, message: Text?, _ details: Details) {
        self.status = status
        self.message = ReadableText.clean(message)
        self.details = details.readable
    }

    /// Without what the client keeps secret, should a server have repeated it. The body is the server's
    /// own and stays.
    package func redacted(by redaction: Redaction) -> ResponsesError {
        var details = details
        details.type = redaction.redact(details.type)
        details.code = redaction.redact(details.code)
        details.param = redaction.redact(details.param)
        details.requestID = redaction.redact(details.requestID)
        return ResponsesError(status, message: redaction.redact(message), details)
    }

    /// An argument that cannot be accepted, before anything is sent.
    package static func invalid(_ argument: Message, _ message: Message) -> ResponsesError {
        var details = Details()
        details.param = Text(argument)
        return ResponsesError(.invalid, "\(argument): \(message)", details)
    }

    package static var noMemoryMessage: Message { "out of memory" }

    package static func noMemory() -> ResponsesError { ResponsesError(.noMemory, noMemoryMessage) }

    package static func forked() -> ResponsesError {
        ResponsesError(
            .forked,
            "the handle was made by the parent process; make a new client in this process")
    }
}

/// How far an attempt came; the numbers are those of the header.
package enum Phase: Int32 {
    case none, lookup, connect, tls, sending, waiting, reading

    /// Nothing of the request has gone out.
    var isBeforeSending: Bool { rawValue < Phase.sending.rawValue }
}
