/// The bodies a client may send, field by field.
enum RequestSchemas {
    static let includeValues = [
        "file_search_call.results", "web_search_call.results", "web_search_call.action.sources",
        "message.input_image.image_url", "computer_call_output.output.image_url",
        "code_interpreter_call.outputs", "reasoning.encrypted_content",
        "message.output_text.logprobs",
    ]

    private static let input = Schema.either(
        .string, .array(of: .inputItem, minimum: 0, maximum: nil))
    private static let conversation = Schema.either(
        .string, .object([.required("id", .string)]))
    static let metadata = Schema.stringMap(maximumPairs: 16, maximumKey: 64, maximumValue: 512)
    private static let serviceTier = Schema.choice([
        "auto", "default", "flex", "scale", "priority", "fast", "ultrafast",
    ])
    private static let cacheOptions = Schema.object([
        .optional("mode", .choice(["implicit", "explicit"])), .optional("ttl", .string),
        .optional("comparison_response_id", .string), .optional("prewarm", .bool),
    ])

    private static let text = Schema.object([
        .optional(
            "format",
            .variants([
                .type("text", fields: []), .type("json_object", fields: []),
                .type(
                    "json_schema",
                    fields: [
                        .required("name", .name(maximum: 64)), .required("schema", .anyObject),
                        .optional("description", .string), .optional("strict", .bool),
                    ]),
            ])),
        .optional("verbosity", .choice(["low", "medium", "high"])),
    ])

    private static let reasoning = Schema.object([
        .optional(
            "effort", .choice(["none", "minimal", "low", "medium", "high", "xhigh", "max"])),
        .optional("summary", .choice(["auto", "concise", "detailed"])),
        .optional("generate_summary", .choice(["auto", "concise", "detailed"])),
        .optional("context", .choice(["auto", "current_turn", "all_turns"])),
        .optional("mode", .choice(["standard", "pro"])),
    ])

    static let create: [Schema.Field] =
        [
            .optional("model", .string), .optional("input", input),
            .optional("instructions", .string), .optional("previous_response_id", .string),
            .optional("conversation", conversation), .optional("stream", .bool),
            .optional("stream_options", .object([.optional("include_obfuscation", .bool)])),
            .optional("background", .bool), .optional("store", .bool),
            .optional("include", .list(.choice(includeValues))),
            .optional("max_output_tokens", .integer(minimum: 16, maximum: nil)),
            .optional("max_tool_calls", .integer(minimum: 1, maximum: nil)),
            .optional("temperature", .number(minimum: 0, maximum: 2)),
            .optional("top_p", .number(minimum: 0, maximum: 1)),
            .optional("top_logprobs", .integer(minimum: 0, maximum: 20)),
            .optional("parallel_tool_calls", .bool), .optional("tools", ToolSchemas.list),
            .optional("tool_choice", ToolSchemas.choice), .optional("text", text),
            .optional("reasoning", reasoning),
        ] + createOptions

    private static let createOptions: [Schema.Field] = [
        .optional("truncation", .choice(["auto", "disabled"])), .optional("metadata", metadata),
        .optional("service_tier", serviceTier),
        .optional(
            "prompt",
            .object([
                .required("id", .string), .optional("version", .string),
                .optional("variables", .anyObject),
            ])),
        .optional("prompt_cache_key", .string), .optional("prompt_cache_options", cacheOptions),
        .optional("prompt_cache_retention", .choice(["in_memory", "in-memory", "24h"])),
        .optional("safety_identifier", .shortString(maximum: 128)), .optional("user", .string),
        .optional(
            "context_management",
            .list(
                .variants([
                    .type(
                        "compaction",
                        fields: [
                            .optional("compact_threshold", .integer(minimum: 1000, maximum: nil))
                        ])
                ]))),
        .optional(
            "moderation",
            .object([.required("model", .string), .optional("policy", .anyObject)])),
        .optional("access_programs", .anyObject), .optional("image", .anyObject),
    ]

    static let inputTokens: [Schema.Field] = [
        .optional("model", .string), .optional("input", input),
        .optional("instructions", .string), .optional("tools", ToolSchemas.list),
        .optional("tool_choice", ToolSchemas.choice), .optional("text", text),
        .optional("reasoning", reasoning), .optional("truncation", .choice(["auto", "disabled"])),
        .optional("parallel_tool_calls", .bool), .optional("previous_response_id", .string),
        .optional("conversation", conversation), .optional("personality", .string),
    ]

    static let compact: [Schema.Field] = [
        .required("model", .string), .optional("input", input),
        .optional("instructions", .string), .optional("previous_response_id", .string),
        .optional("prompt_cache_key", .string), .optional("prompt_cache_options", cacheOptions),
        .optional("prompt_cache_retention", .choice(["in_memory", "in-memory", "24h"])),
        .optional("service_tier", serviceTier), .optional("image", .anyObject),
    ]

    private static let twentyItems = Schema.array(of: .inputItem, minimum: 0, maximum: 20)

    static let conversationCreate: [Schema.Field] = [
        .optional("items", twentyItems), .optional("metadata", metadata),
    ]
    static let conversationUpdate: [Schema.Field] = [.required("metadata", metadata)]
    static let conversationItems: [Schema.Field] = [
        .required("items", .array(of: .inputItem, minimum: 1, maximum: 20))
    ]
}
