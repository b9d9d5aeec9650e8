/// An answer that says no: the status and the four fields of the error object.
struct APIError: Error {
    var status: Int
    var message: String
    var type: String
    var param: String?
    var code: String?

    var body: JSON {
        [
            "error": [
                "message": .string(message), "type": .string(type), "param": .optional(param),
                "code": .optional(code),
            ]
        ]
    }

    static func invalid(
        _ message: String, param: String? = nil, code: String? = nil, status: Int = 400
    ) -> APIError {
        APIError(
            status: status, message: message, type: "invalid_request_error", param: param,
            code: code)
    }

    static func notFound(_ message: String) -> APIError { invalid(message, status: 404) }

    static func responseNotFound(_ id: String) -> APIError {
        notFound("Response with id '\(id)' not found.")
    }

    static func conversationNotFound(_ id: String) -> APIError {
        notFound("Conversation with id '\(id)' not found.")
    }

    static func itemNotFound(_ id: String) -> APIError {
        notFound("Item with id '\(id)' not found.")
    }

    static func missing(_ param: String) -> APIError {
        invalid(
            "Missing required parameter: '\(param)'.", param: param,
            code: "missing_required_parameter")
    }

    static func unknownParameter(_ param: String) -> APIError {
        invalid("Unknown parameter: '\(param)'.", param: param, code: "unknown_parameter")
    }

    static func modelNotFound(_ model: String) -> APIError {
        invalid(
            "The requested model '\(model)' does not exist.", param: "model",
            code: "model_not_found")
    }
}
