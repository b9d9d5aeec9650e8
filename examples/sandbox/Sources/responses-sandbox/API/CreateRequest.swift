/// A create request that passed every check on its shape, with its defaults filled in.
struct CreateRequest {
    let raw: JSONObject
    let model: String
    let isStream: Bool
    let isBackground: Bool
    let isStored: Bool
    let include: Include
    let includesObfuscation: Bool
    let previousResponseID: String?
    let conversationID: String?
    let maximumOutputTokens: Int?
    let tools: [JSON]
    let toolChoice: JSON

    /// - Parameter isWarmUp: without output; needs no input either.
    init(body: JSON, isWarmUp: Bool = false) throws {
        try SchemaCheck.checkObject(body, RequestSchemas.create, at: "")
        raw = body.object ?? [:]
        isStream = raw["stream"]?.bool ?? false
        isBackground = raw["background"]?.bool ?? false
        isStored = raw["store"]?.bool ?? true
        includesObfuscation = raw["stream_options"]?["include_obfuscation"]?.bool ?? true
        previousResponseID = raw["previous_response_id"]?.string
        conversationID = raw["conversation"]?.string ?? raw["conversation"]?["id"]?.string
        maximumOutputTokens = raw["max_output_tokens"]?.integer
        tools = (raw["tools"]?.array ?? []).map(Self.withDefaults)
        toolChoice = raw["tool_choice"].flatMap { $0.isNull ? nil : $0 } ?? "auto"
        let wanted = Include(names: raw["include"]?.array?.compactMap(\.string) ?? [])
        include = raw["top_logprobs"]?.integer ?? 0 > 0 ? wanted.adding(.logprobs) : wanted
        let hasPrompt = raw["prompt"]?.object != nil
        guard let name = raw["model"]?.string ?? (hasPrompt ? "sandbox" : nil) else {
            throw APIError.missing("model")
        }
        model = name
        if !isWarmUp { try checkInput(hasPrompt: hasPrompt) }
        try checkCombinations()
    }

    private func checkInput(hasPrompt: Bool) throws {
        let hasInput = raw["input"].map { !$0.isNull } ?? false
        if !hasInput && !hasPrompt && previousResponseID == nil && conversationID == nil {
            throw APIError.missing("input")
        }
        if raw["input"] == .array([]) && previousResponseID == nil && conversationID == nil {
            throw APIError.invalid(
                "Invalid 'input': empty array. Expected an array with minimum length 1, but got an "
                    + "empty array instead.", param: "input", code: "empty_array")
        }
    }

    private func checkCombinations() throws {
        if previousResponseID != nil, conversationID != nil {
            throw APIError.invalid(
                "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. Ensure "
                    + "you are only providing one of: 'previous_response_id' or 'conversation'.",
                code: "mutually_exclusive_parameters")
        }
        if raw["stream_options"]?.object != nil, !isStream {
            throw APIError.invalid(
                "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
                param: "stream_options", code: "invalid_value")
        }
        try checkToolChoice()
    }

    private func checkToolChoice() throws {
        if toolChoice == "required", tools.isEmpty {
            throw APIError.invalid(
                "Tool choice 'required' must be specified with 'tools' parameter.",
                param: "tool_choice", code: "invalid_value")
        }
        guard let type = toolChoice["type"]?.string, type == "function" || type == "custom" else {
            return
        }
        let name = toolChoice["name"]?.string
        guard tools.contains(where: { $0["type"]?.string == type && $0["name"]?.string == name })
        else {
            throw APIError.invalid(
                "Tool choice '\(name ?? "")' not found in 'tools' parameter.",
                param: "tool_choice", code: "invalid_value")
        }
    }

    /// Function tools come back with all five members, whatever the client left out.
    private static func withDefaults(_ tool: JSON) -> JSON {
        guard tool["type"]?.string == "function" else { return tool }
        var echoed: JSONObject = [
            "type": "function", "description": tool["description"] ?? .null,
            "name": tool["name"] ?? .null, "parameters": tool["parameters"] ?? .null,
            "strict": tool["strict"].flatMap { $0.isNull ? nil : $0 } ?? true,
        ]
        for member in tool.object?.members ?? [] where echoed[member.key] == nil {
            echoed.append(member.key, member.value)
        }
        return .object(echoed)
    }

    /// The format of the answer's text, as it comes back in the response.
    var textFormat: JSON {
        guard let format = raw["text"]?["format"], let type = format["type"]?.string else {
            return ["type": "text"]
        }
        guard type == "json_schema" else { return format }
        return [
            "type": "json_schema", "description": format["description"] ?? .null,
            "name": format["name"] ?? .null, "schema": format["schema"] ?? .null,
            "strict": format["strict"].flatMap { $0.isNull ? nil : $0 } ?? false,
        ]
    }

    /// A member as sent, or the default for one that is absent or null.
    func value(_ name: String, default fallback: JSON = .null) -> JSON {
        raw[name].flatMap { $0.isNull ? nil : $0 } ?? fallback
    }

    /// Numbers with a fraction on the wire, even when the client wrote `1`.
    func decimal(_ name: String, default fallback: Double) -> JSON {
        .number(raw[name]?.number ?? fallback)
    }
}
