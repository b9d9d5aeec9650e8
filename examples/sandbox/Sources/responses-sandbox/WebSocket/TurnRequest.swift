/// A `response.create` of a client: the body of a create request, and what belongs to the transport.
struct TurnRequest {
    /// What a POST would have as its body.
    let body: JSON
    let lane: String?
    /// What the metadata asks of the sandbox.
    let wishes: SandboxWishes
    /// False for a response without output, which prepares the next.
    let generates: Bool

    /// - Parameter event: a message whose type is `response.create`, with a `stream_id` that is valid.
    init(_ event: JSON) throws {
        lane = try Self.lane(of: event)
        if let generate = event["generate"] {
            try SchemaCheck.check(generate, .bool, at: "generate")
        }
        let warmsUp = event["prompt_cache_options"]?["prewarm"]?.bool ?? false
        generates = (event["generate"]?.bool ?? true) && !warmsUp
        var body = event
        for name in ["type", "stream_id", "generate"] { body.remove(name) }
        if body["background"]?.bool == false || body["background"]?.isNull == true {
            body.remove("background")
        }
        guard body["background"] == nil else {
            throw APIError.invalid(
                "The 'background' parameter is not supported over WebSocket.", param: "background",
                code: "unsupported_parameter")
        }
        // Some clients say it and some do not: there is no other way over a WebSocket.
        body.set("stream", true)
        self.body = body
        wishes = SandboxWishes(metadata: body["metadata"])
    }

    /// A turn that the server makes itself.
    init(body: JSON, lane: String?) {
        self.body = body
        self.lane = lane
        generates = true
        wishes = SandboxWishes(metadata: body["metadata"])
    }

    /// The response that this one continues.
    var previousResponseID: String? { body["previous_response_id"]?.string }

    /// The lane an event names, nil for the one without a name.
    static func lane(of event: JSON) throws -> String? {
        guard let value = event["stream_id"], !value.isNull else { return nil }
        guard let text = value.string, (1...256).contains(text.utf8.count),
            text.utf8.allSatisfy(isLaneByte)
        else {
            throw APIError.invalid(
                "The 'stream_id' field must be a non-empty string with at most 256 characters and "
                    + "may only contain letters, numbers, underscores, hyphens, and periods.",
                param: "stream_id", code: "invalid_stream_id")
        }
        return text
    }

    private static func isLaneByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            return true
        default: return false
        }
    }
}
