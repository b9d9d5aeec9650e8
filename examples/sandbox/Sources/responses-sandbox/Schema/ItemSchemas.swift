/// The input items and their content parts, every field the API knows.
enum ItemSchemas {
    static let inputStatus = Schema.choice(["in_progress", "completed", "incomplete"])
    private static let id = Schema.Field.optional("id", .string)
    private static let requiredID = Schema.Field.required("id", .string)
    private static let callID = Schema.Field.required("call_id", .string)
    private static let status = Schema.Field.optional("status", inputStatus)
    private static let caller = Schema.Field.optional("caller", .anyObject)
    private static let createdBy = Schema.Field.optional("created_by", .string)
    private static let name = Schema.Field.required("name", .string)
    private static let namespace = Schema.Field.optional("namespace", .string)
    private static let cacheBreakpoint = Schema.Field.optional(
        "prompt_cache_breakpoint", .anyObject)

    static let inputParts: [Schema.Variant] = [
        .type("input_text", fields: [.required("text", .string), cacheBreakpoint]),
        .type(
            "input_image",
            fields: [
                .optional("detail", .choice(["low", "high", "auto", "original"])),
                .optional("image_url", .string), .optional("file_id", .string), cacheBreakpoint,
            ]),
        .type(
            "input_file",
            fields: [
                .optional("file_id", .string), .optional("file_data", .string),
                .optional("file_url", .string), .optional("filename", .string),
                .optional("detail", .choice(["auto", "low", "high"])), cacheBreakpoint,
            ]),
    ]

    private static let outputParts: [Schema.Variant] = [
        .type(
            "output_text",
            fields: [
                .required("text", .string), .optional("annotations", .anyArray),
                .optional("logprobs", .anyArray),
            ]),
        .type("refusal", fields: [.required("refusal", .string)]),
    ]

    private static let textOrParts = Schema.either(.string, .list(.variants(inputParts)))

    static let message: [Schema.Field] = [
        .optional("type", .choice(["message"])), id, status,
        .required("role", .choice(["user", "assistant", "system", "developer"])),
        .required("content", textOrParts), .optional("phase", .choice(phases)),
    ]

    static let assistantMessage: [Schema.Field] = [
        .optional("type", .choice(["message"])), id, status,
        .required("role", .choice(["assistant"])),
        .required("content", .either(.string, .list(.variants(outputParts + inputParts)))),
        .optional("phase", .choice(phases)),
    ]

    private static let phases = ["commentary", "final_answer"]

    static let reference: [Schema.Field] = [
        .optional("type", .choice(["item_reference"])), .required("id", .string),
    ]

    /// Every item type besides `message`.
    static let variants: [Schema.Variant] = calls + hostedCalls + outputs + others

    private static let calls: [Schema.Variant] = [
        .type(
            "function_call",
            fields: [
                id, callID, name, .required("arguments", .string), status, namespace, caller,
                createdBy, .optional("async", .bool),
            ]),
        .type(
            "custom_tool_call",
            fields: [
                id, callID, name, .required("input", .string), status, namespace, caller,
                createdBy, .optional("async", .bool),
            ]),
        .type(
            "local_shell_call",
            fields: [requiredID, callID, .required("action", .anyObject), status]),
        .type(
            "shell_call",
            fields: [
                id, callID, .required("action", .anyObject), .optional("environment", .anyObject),
                status, caller, createdBy,
            ]),
        .type(
            "apply_patch_call",
            fields: [
                id, callID, .required("operation", .anyObject), status, caller, createdBy,
            ]),
        .type(
            "computer_call",
            fields: [
                requiredID, callID, .optional("action", .anyObject),
                .optional("actions", .anyArray), .optional("pending_safety_checks", .anyArray),
                status,
            ]),
    ]

    private static let hostedCalls: [Schema.Variant] = [
        .type(
            "file_search_call",
            fields: [
                requiredID, .required("queries", .strings), .optional("results", .anyArray),
                .optional("status", .string),
            ]),
        .type(
            "web_search_call",
            fields: [
                requiredID, .optional("action", .anyObject), .optional("status", .string),
            ]),
        .type(
            "code_interpreter_call",
            fields: [
                requiredID, .optional("code", .string), .required("container_id", .string),
                .optional("outputs", .anyArray), .optional("status", .string),
            ]),
        .type(
            "image_generation_call",
            fields: [
                requiredID, .optional("result", .string), .optional("status", .string),
                .optional("action", .string), .optional("background", .string),
                .optional("error", .anyObject), .optional("output_format", .string),
                .optional("quality", .string), .optional("revised_prompt", .string),
                .optional("size", .string), .optional("svg_usage", .anyObject),
            ]),
        .type(
            "mcp_list_tools",
            fields: [
                requiredID, .required("server_label", .string), .required("tools", .anyArray),
                .optional("error", .any),
            ]),
        .type(
            "mcp_call",
            fields: [
                requiredID, .required("server_label", .string), name,
                .required("arguments", .string), .optional("output", .string),
                .optional("error", .any), .optional("status", .string),
                .optional("approval_request_id", .string),
            ]),
        .type(
            "mcp_approval_request",
            fields: [
                requiredID, .required("server_label", .string), name,
                .required("arguments", .string),
            ]),
        .type(
            "tool_search_call",
            fields: [
                id, .optional("call_id", .string), .required("arguments", .any),
                .optional("execution", .choice(["server", "client"])), status, createdBy,
            ]),
    ]

    private static let outputs: [Schema.Variant] = [
        .type(
            "function_call_output",
            fields: [
                id, .optional("call_id", .string), .required("output", textOrParts), status,
                caller, createdBy, .optional("name", .string), namespace,
            ]),
        .type(
            "custom_tool_call_output",
            fields: [id, callID, .required("output", textOrParts), status, caller, createdBy]),
        .type(
            "computer_call_output",
            fields: [
                id, callID, .required("output", .anyObject),
                .optional("acknowledged_safety_checks", .anyArray), status, createdBy,
            ]),
        .type(
            "local_shell_call_output",
            fields: [
                requiredID, .optional("call_id", .string), .required("output", .string), status,
            ]
        ),
        .type(
            "shell_call_output",
            fields: [
                id, callID, .required("output", .anyArray),
                .optional("max_output_length", .anyInteger), status, caller, createdBy,
            ]),
        .type(
            "apply_patch_call_output",
            fields: [
                id, callID, .required("status", .choice(["completed", "failed"])),
                .optional("output", .string), caller, createdBy,
            ]),
        .type(
            "mcp_approval_response",
            fields: [
                id, .required("approval_request_id", .string), .required("approve", .bool),
                .optional("reason", .string),
            ]),
        .type(
            "tool_search_output",
            fields: [
                id, .optional("call_id", .string), .required("tools", ToolSchemas.list),
                .optional("execution", .choice(["server", "client"])), status, createdBy,
            ]),
        .type(
            "program_output",
            fields: [
                requiredID, callID, .required("result", .string),
                .required("status", .choice(["completed", "incomplete"])),
            ]),
    ]

    private static let others: [Schema.Variant] = [
        .type("item_reference", fields: [requiredID]),
        .type(
            "reasoning",
            fields: [
                requiredID, .required("summary", .anyArray), .optional("content", .anyArray),
                .optional("encrypted_content", .string), status,
            ]),
        .type(
            "compaction", fields: [id, .required("encrypted_content", .string), createdBy]),
        .type("compaction_trigger", fields: [id]),
        .type(
            "additional_tools",
            fields: [
                id, .required("role", .choice(["developer"])),
                .required("tools", ToolSchemas.list),
            ]),
        .type(
            "program",
            fields: [
                requiredID, callID, .required("code", .string), .required("fingerprint", .string),
            ]),
        .type(
            "configuration_update",
            fields: [id, .optional("reasoning", .anyObject), .optional("text", .anyObject)]),
    ]
}
