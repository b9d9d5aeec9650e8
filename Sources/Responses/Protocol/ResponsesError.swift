/// What went wrong, in full. Never changes once made, so any thread may read it.
package final class ResponsesError: Error, @unchecked Sendable {
    /// What is known beside the message; most errors have little of it.
    package struct Details {
        package var httpStatus: Int32 = 0
        package var isRetryable = false
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
    }

    package let status: Status
    /// Nil only when there was no memory for it.
    package let message: Text?
    package let details: Details

    package init(_ status: Status, _ message: String, _ details: Details = Details()) {
        self.status = status
        self.message = Text(message)
        self.details = details
    }

    package init(_ status: Status, message: Text?, _ details: Details) {
        self.status = status
        self.message = message
        self.details = details
    }

    /// An argument that cannot be accepted, before anything is sent.
    package static func invalid(_ argument: String, _ message: String) -> ResponsesError {
        var details = Details()
        details.param = Text(argument)
        return ResponsesError(.invalid, "\(argument): \(message)", details)
    }

    package static let noMemoryMessage = "out of memory"

    package static func noMemory() -> ResponsesError { ResponsesError(.noMemory, noMemoryMessage) }

    /// The largest part of an answer that an error keeps.
    package static let maximumBody = 64 * 1024
}
