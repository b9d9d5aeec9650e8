/// The answer for a request that shall be refused: a status, the headers that say when to come
/// back, and a body in one of the shapes that servers have.
enum FaultyAnswer {
    static func send(_ status: Int, to exchange: Exchange) {
        let faults = exchange.faults
        var headers: [(String, String)] = []
        if let value = faults.retryAfter { headers.append(("retry-after", value)) }
        if let value = faults.retryAfterMilliseconds { headers.append(("retry-after-ms", value)) }
        if let value = faults.shouldRetry { headers.append(("x-should-retry", value)) }
        if (300..<400).contains(status) {
            headers.append(("location", "\(exchange.request.path)?redirected=1"))
        }
        let error = self.error(status, faults)
        exchange.note = "fault"
        switch faults.errorBody {
        case .openai: exchange.respond(status, error.body, headers: headers)
        case .html:
            exchange.respond(
                status, body: Bytes(text: "<html><body><h1>\(status)</h1></body></html>\n"),
                contentType: "text/html", headers: headers)
        case .empty:
            exchange.respond(status, body: [], contentType: "text/plain", headers: headers)
        case .string:
            exchange.respond(
                status, ["success": false, "error": .string(error.message)], headers: headers)
        case .detail:
            exchange.respond(
                status,
                [
                    "detail": [
                        ["loc": ["body", "input"], "msg": .string(error.message), "type": "value"]
                    ]
                ], headers: headers)
        case .integerCode:
            var body = error.body
            if var inner = body["error"] {
                inner.set("code", .integer(status))
                body.set("error", inner)
            }
            exchange.respond(status, body, headers: headers)
        case .broken:
            exchange.respond(
                status, body: Bytes(text: "{\"error\":{\"message\":\"cut o"),
                contentType: "application/json", headers: headers)
        }
    }

    static func error(_ status: Int, _ faults: Faults) -> APIError {
        let usual: (type: String, code: String?, message: String)
        switch status {
        case 401:
            usual = ("invalid_request_error", "invalid_api_key", "Incorrect API key provided.")
        case 429:
            usual = (
                "requests", "rate_limit_exceeded",
                "Rate limit reached for sandbox in organization org-sandbox on requests per min "
                    + "(RPM): Limit 3, Used 3, Requested 1. Please try again in 20s."
            )
        case 503:
            usual = ("service_unavailable", nil, "The engine is currently overloaded. Slow Down.")
        case 500...:
            usual = ("server_error", nil, ErrorEvent.server.message)
        default: usual = ("invalid_request_error", nil, "The sandbox was asked for this failure.")
        }
        return APIError(
            status: status, message: faults.errorMessage ?? usual.message,
            type: faults.errorType ?? usual.type, param: nil,
            code: faults.errorCode ?? usual.code)
    }
}

extension FaultName {
    /// For `GET /sandbox/faults`.
    static var listing: JSON {
        .array(
            all.map {
                [
                    "name": .string($0.name), "argument": .string($0.argument),
                    "summary": .string($0.summary),
                ]
            })
    }
}
