/// Gives the items of a request the form in which they are stored and listed.
enum InputItems {
    /// - Parameter lookUp: finds the stored item that an `item_reference` names.
    static func normalized(
        _ input: JSON?, identifiers: Identifiers, lookUp: (String) -> JSON?
    ) throws -> [JSON] {
        switch input {
        case .string(let text):
            return [message(role: "user", content: .string(text), id: identifiers.next("msg_"))]
        case .array(let items):
            return try items.map { try normalized($0, identifiers, lookUp) }
        default: return []
        }
    }

    private static func normalized(
        _ item: JSON, _ identifiers: Identifiers, _ lookUp: (String) -> JSON?
    ) throws -> JSON {
        let type = item["type"]?.string ?? (item["role"] == nil ? "item_reference" : "message")
        if type == "item_reference" {
            let id = item["id"]?.string ?? ""
            guard let found = lookUp(id) else { throw APIError.itemNotFound(id) }
            return found
        }
        let id = item["id"]?.string ?? identifiers.next(prefixes[type] ?? "item_")
        if type == "message" {
            var stored = message(
                role: item["role"]?.string ?? "user", content: item["content"] ?? [], id: id)
            if let phase = item["phase"], !phase.isNull { stored.set("phase", phase) }
            return stored
        }
        return completed(item, type: type, id: id)
    }

    private static func message(role: String, content: JSON, id: String) -> JSON {
        let isAssistant = role == "assistant"
        let parts: [JSON]
        if let text = content.string {
            parts = [
                isAssistant
                    ? outputText(text) : ["type": "input_text", "text": .string(text)]
            ]
        } else {
            parts = (content.array ?? []).map(normalizedPart)
        }
        return [
            "id": .string(id), "type": "message", "status": "completed", "content": .array(parts),
            "role": .string(role),
        ]
    }

    static func outputText(_ text: String, annotations: [JSON] = [], logprobs: [JSON] = []) -> JSON
    {
        [
            "type": "output_text", "annotations": .array(annotations),
            "logprobs": .array(logprobs), "text": .string(text),
        ]
    }

    private static func normalizedPart(_ part: JSON) -> JSON {
        var part = part
        switch part["type"]?.string {
        case "output_text":
            if part["annotations"]?.array == nil { part.set("annotations", []) }
            if part["logprobs"]?.array == nil { part.set("logprobs", []) }
        case "input_image":
            if part["detail"]?.string == nil { part.set("detail", "auto") }
            if part["file_id"] == nil { part.set("file_id", .null) }
            if part["image_url"] == nil { part.set("image_url", .null) }
        default: break
        }
        return part
    }

    /// Fills in what the listing promises and the client may leave out.
    private static func completed(_ item: JSON, type: String, id: String) -> JSON {
        var stored: JSONObject = ["id": .string(id), "type": .string(type)]
        for member in item.object?.members ?? [] where member.key != "id" && member.key != "type" {
            if !member.value.isNull { stored.append(member.key, member.value) }
        }
        if stored["status"] == nil, typesWithStatus.contains(type) {
            stored["status"] = "completed"
        }
        if type == "computer_call", stored["pending_safety_checks"] == nil {
            stored["pending_safety_checks"] = []
        }
        if type.hasPrefix("tool_search"), stored["execution"] == nil {
            stored["execution"] = "client"
        }
        return .object(stored)
    }

    private static let typesWithStatus: Set<String> = [
        "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output",
        "computer_call", "computer_call_output", "local_shell_call", "shell_call",
        "shell_call_output", "apply_patch_call", "tool_search_call", "tool_search_output",
        "web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call",
    ]

    private static let prefixes = [
        "message": "msg_", "function_call": "fc_", "function_call_output": "fco_",
        "custom_tool_call": "ctc_", "custom_tool_call_output": "ctco_", "reasoning": "rs_",
        "computer_call_output": "cco_", "shell_call": "sh_", "shell_call_output": "sho_",
        "apply_patch_call": "apc_", "apply_patch_call_output": "apco_",
        "mcp_approval_response": "mcpr_", "tool_search_call": "tsc_",
        "tool_search_output": "tso_", "compaction": "cmp_", "compaction_trigger": "cmpt_",
        "additional_tools": "at_", "configuration_update": "cu_",
    ]

    // MARK: - What the items of one request must satisfy together

    private static let outputTypes = [
        "function_call_output": "function_call", "custom_tool_call_output": "custom_tool_call",
    ]

    /// Every call has its output, every output its call, every reasoning item what it led to.
    static func checkConsistency(history: [JSON], own: [JSON]) throws {
        let all = history + own
        func ids(_ type: String) -> [String] {
            all.filter { $0["type"]?.string == type }.compactMap { $0["call_id"]?.string }
        }
        for (output, call) in outputTypes.sorted(by: { $0.key < $1.key }) {
            let kind = call == "function_call" ? "function call" : "custom tool call"
            let answered = Set(ids(output))
            if let open = ids(call).first(where: { !answered.contains($0) }) {
                throw APIError.invalid(
                    "No tool output found for \(kind) \(open).", param: "input")
            }
            let called = Set(ids(call))
            if let stray = ids(output).first(where: { !called.contains($0) }) {
                throw APIError.invalid(
                    "No tool call found for \(kind) output with call_id \(stray).",
                    param: "input")
            }
        }
        try checkReasoning(own)
    }

    private static func checkReasoning(_ own: [JSON]) throws {
        for (index, item) in own.enumerated() where item["type"]?.string == "reasoning" {
            let next = index + 1 < own.count ? own[index + 1] : .null
            let isInput =
                next["role"].map { $0 != "assistant" } ?? false
                || next["type"]?.string?.hasSuffix("_output") ?? false
            if next.isNull || isInput {
                throw APIError.invalid(
                    "Item '\(item["id"]?.string ?? "")' of type 'reasoning' was provided without "
                        + "its required following item.")
            }
        }
    }
}
