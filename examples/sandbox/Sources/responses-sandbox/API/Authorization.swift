/// Who may ask: any key when the server has none of its own, otherwise that one.
enum Authorization {
    static func check(_ request: HTTPRequest, key: String?) throws {
        guard let presented = presentedKey(request) else {
            throw APIError.invalid(
                "You didn't provide an API key. You need to provide your API key in an "
                    + "Authorization header using Bearer auth (i.e. Authorization: Bearer "
                    + "YOUR_KEY).", status: 401)
        }
        guard let key, presented != key else { return }
        throw APIError.invalid(
            "Incorrect API key provided: \(masked(presented)). You can find your API key at "
                + "https://platform.openai.com/account/api-keys.", code: "invalid_api_key",
            status: 401)
    }

    /// From `Authorization: Bearer`, or `api-key`, which Azure takes.
    private static func presentedKey(_ request: HTTPRequest) -> String? {
        if let header = request.header("authorization"), header.lowercased().hasPrefix("bearer ") {
            let key = trimmed(header.dropFirst(7))
            if !key.isEmpty { return key }
        }
        guard let key = request.header("api-key"), !key.isEmpty else { return nil }
        return key
    }

    private static func masked(_ key: String) -> String {
        guard key.count > 8 else { return String(repeating: "*", count: key.count) }
        return key.prefix(4) + String(repeating: "*", count: key.count - 8) + key.suffix(4)
    }
}

/// What must hold for the headers of any request.
enum RequestHeaders {
    /// `isForm`: the body may be one, and is looked at by whoever takes it.
    static func check(_ request: HTTPRequest, isForm: Bool = false) throws {
        if let id = request.header("x-client-request-id"),
            id.utf8.count > 512 || !id.utf8.allSatisfy({ $0 < 0x80 })
        {
            throw APIError.invalid(
                "Invalid 'X-Client-Request-Id' header: expected at most 512 ASCII characters.",
                param: "X-Client-Request-Id")
        }
        guard !isForm, request.method == "POST", !request.body.isEmpty,
            let type = request.header("content-type"),
            !type.lowercased().hasPrefix("application/json")
        else { return }
        throw APIError.invalid(
            "Unsupported content type: '\(type)'. This API method only accepts "
                + "'application/json' requests, but you specified the header 'Content-Type: "
                + "\(type)'. Please try again with a supported content type.", status: 415)
    }

    /// The body as JSON; an empty one where a body is optional reads as an empty object.
    static func body(_ request: HTTPRequest, isOptional: Bool = false) throws -> JSON {
        if isOptional, request.body.isEmpty { return [:] }
        guard let body = JSON(reading: request.body), body.object != nil else {
            throw notJSON
        }
        return body
    }
    static let notJSON = APIError.invalid(
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using "
            + "your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent "
            + "was not valid JSON. If you have trouble figuring out how to fix this, please contact "
            + "us through our help center at help.openai.com.)")
}
