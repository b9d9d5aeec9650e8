/// The `error` event of a stream.
struct ErrorEvent {
    /// The live API nests the fields under `error`; its documentation shows them flat.
    enum Shape: String, CaseIterable { case nested, flat }

    var code: String
    var message: String
    var type = "server_error"
    var param: String?

    static let server = ErrorEvent(
        code: "server_error",
        message: "The server had an error while processing your request. Sorry about that!")

    static let contextLengthExceeded = ErrorEvent(
        code: "context_length_exceeded",
        message: "Your input exceeds the context window of this model. Please adjust your input "
            + "and try again.", type: "invalid_request_error", param: "input")

    func draft(_ shape: Shape) -> EventDraft {
        switch shape {
        case .nested:
            return EventDraft(
                "error",
                [
                    "error": [
                        "type": .string(type), "code": .string(code),
                        "message": .string(message), "param": .optional(param),
                    ]
                ])
        case .flat:
            return EventDraft(
                "error",
                [
                    "code": .string(code), "message": .string(message), "param": .optional(param),
                ])
        }
    }

    /// What a fault sends in place of the rest of a response.
    static func drafts(_ faults: Faults, _ record: ResponseRecord) -> [EventDraft] {
        var error = server
        error.code = faults.errorCode ?? error.code
        error.type = faults.errorType ?? error.type
        error.message = faults.errorMessage ?? error.message
        var response = record.json(include: record.request.include)
        response.set("status", "failed")
        response.set("error", faults.errorThen == .before ? .null : error.responseError)
        let failed = EventDraft("response.failed", ["response": response])
        switch faults.errorThen {
        case .failed: return [error.draft(faults.errorShape), failed]
        case .before: return [failed, error.draft(faults.errorShape)]
        case .nothing: return [error.draft(faults.errorShape)]
        }
    }

    /// The `error` member of the failed response.
    var responseError: JSON { ["code": .string(code), "message": .string(message)] }
}
