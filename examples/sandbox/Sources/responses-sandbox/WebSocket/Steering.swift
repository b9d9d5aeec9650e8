/// A `response.steer` of a client, checked as far as it can be without knowing the response.
struct SteerRequest {
    let previousResponseID: String
    let input: JSON
    /// What is wrong with it; it is answered all the same.
    let problem: String?

    private static let parts = Schema.array(
        of: .variants(ItemSchemas.inputParts), minimum: 1, maximum: nil)
    private static let message = Schema.object([
        .optional("type", .choice(["message"])), .required("role", .choice(["user"])),
        .required("content", .either(.string, parts)),
    ])
    private static let fields: [Schema.Field] = [
        .required("type", .string), .required("previous_response_id", .string),
        .required("input", .either(.string, .array(of: message, minimum: 1, maximum: nil))),
    ]

    init(_ event: JSON) throws {
        guard let previous = event["previous_response_id"] else {
            throw APIError.missing("previous_response_id")
        }
        try SchemaCheck.check(previous, .string, at: "previous_response_id")
        previousResponseID = previous.string ?? ""
        input = event["input"] ?? ""
        do {
            try SchemaCheck.checkObject(event, Self.fields, at: "")
            problem = nil
        } catch let error as APIError {
            problem = error.message
        }
    }
}

/// Input that a response was steered with and that no response has taken up yet.
struct Steer {
    let id: String
    let previousResponseID: String
    let input: JSON

    /// More of them wait for one response at most.
    static let maximumPending = 16

    /// The input as items of a request.
    var items: [JSON] {
        if let text = input.string {
            return [["type": "message", "role": "user", "content": .string(text)]]
        }
        return input.array ?? []
    }

    private var place: JSON {
        ["id": .string(id), "previous_response_id": .string(previousResponseID)]
    }

    var acceptance: EventDraft { EventDraft("response.steer.accepted", ["steer": place]) }

    func pending(_ stubs: [JSON]) -> EventDraft {
        EventDraft(
            "response.steer.pending",
            [
                "steer": place, "reason": "waiting_for_required_input",
                "required_input": .array(stubs),
            ])
    }

    func failure(_ code: String, _ message: String) -> EventDraft {
        Self.failure(
            code, message, id: id, previousResponseID: previousResponseID, input: input)
    }

    /// - Parameter id: nil when none was given to the input yet.
    static func failure(
        _ code: String, _ message: String, id: String? = nil, previousResponseID: String,
        input: JSON
    ) -> EventDraft {
        var steer: JSONObject = [:]
        if let id { steer.append("id", .string(id)) }
        steer.append("previous_response_id", .string(previousResponseID))
        steer.append("input", input)
        return EventDraft(
            "response.steer.failed",
            [
                "steer": .object(steer),
                "error": [
                    "type": "invalid_request_error", "code": .string(code),
                    "message": .string(message),
                ],
            ])
    }
}

/// What a client has to supply before a conversation can go on.
enum RequiredInput {
    /// The type of the output that each type of call waits for.
    private static let outputs = [
        "function_call": "function_call_output", "custom_tool_call": "custom_tool_call_output",
        "computer_call": "computer_call_output", "shell_call": "shell_call_output",
        "apply_patch_call": "apply_patch_call_output", "tool_search_call": "tool_search_output",
    ]

    /// One stub for each call of the output that has no result in it.
    static func stubs(for output: [JSON]) -> [JSON] {
        let answered = Set(
            output.filter { $0["type"]?.string?.hasSuffix("_output") ?? false }
                .compactMap { $0["call_id"]?.string })
        return output.compactMap { item in
            let type = item["type"]?.string ?? ""
            if type == "mcp_approval_request" {
                return [
                    "type": "mcp_approval_response", "approval_request_id": item["id"] ?? .null,
                ]
            }
            guard let wanted = outputs[type], let call = item["call_id"]?.string,
                !answered.contains(call)
            else { return nil }
            return stub(wanted, call, item)
        }
    }

    private static func stub(_ type: String, _ call: String, _ item: JSON) -> JSON? {
        var stub: JSONObject = ["type": .string(type), "call_id": .string(call)]
        switch type {
        case "function_call_output": stub.append("name", item["name"] ?? "")
        case "tool_search_output":
            guard item["execution"]?.string == "client" else { return nil }
            stub.append("execution", "client")
        default: break
        }
        return .object(stub)
    }
}
