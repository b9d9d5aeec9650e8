/// The tools and the ways to choose among them.
enum ToolSchemas {
    static let list = Schema.list(.later { .variants(variants) })

    private static let callers = Schema.Field.optional(
        "allowed_callers", .list(.choice(["direct", "programmatic"])))
    private static let description = Schema.Field.optional("description", .string)
    private static let deferLoading = Schema.Field.optional("defer_loading", .bool)
    private static let contextSize = Schema.Field.optional(
        "search_context_size", .choice(["low", "medium", "high"]))
    private static let userLocation = Schema.Field.optional("user_location", .anyObject)

    static let variants: [Schema.Variant] = [function, custom] + hosted + local

    private static let function = Schema.Variant.type(
        "function",
        fields: [
            .required("name", .name(maximum: 64)), .optional("parameters", .anyObject),
            .optional("strict", .bool), description, deferLoading, callers,
            .optional("async", .bool), .optional("output_schema", .anyObject),
        ])

    private static let custom = Schema.Variant.type(
        "custom",
        fields: [
            .required("name", .name(maximum: 64)), description, deferLoading, callers,
            .optional("async", .bool),
            .optional(
                "format",
                .variants([
                    .type("text", fields: []),
                    .type(
                        "grammar",
                        fields: [
                            .required("definition", .string),
                            .required("syntax", .choice(["lark", "regex"])),
                        ]),
                ])),
        ])

    private static let hosted: [Schema.Variant] = [
        .type(
            "file_search",
            fields: [
                .required("vector_store_ids", .array(of: .string, minimum: 1, maximum: nil)),
                .optional("filters", .anyObject),
                .optional("max_num_results", .integer(minimum: 1, maximum: 50)),
                .optional("ranking_options", .anyObject),
            ]),
        .type(
            "web_search", "web_search_2025_08_26",
            fields: [
                .optional("filters", .anyObject), contextSize, userLocation,
                .optional("external_web_access", .bool),
            ]),
        .type(
            "web_search_preview", "web_search_preview_2025_03_11",
            fields: [
                contextSize, userLocation,
                .optional("search_content_types", .list(.choice(["text", "image"]))),
            ]),
        .type("computer", fields: []),
        .type(
            "computer_use_preview",
            fields: [
                .required("display_width", .anyInteger), .required("display_height", .anyInteger),
                .required(
                    "environment", .choice(["windows", "mac", "linux", "ubuntu", "browser"])),
            ]),
        .type(
            "mcp",
            fields: [
                .required("server_label", .string), .optional("server_url", .string),
                .optional("connector_id", .string), .optional("tunnel_id", .string),
                .optional("headers", .anyObject), .optional("authorization", .string),
                .optional("allowed_tools", .either(.strings, .anyObject)),
                .optional("require_approval", .either(.choice(["always", "never"]), .anyObject)),
                .optional("server_description", .string), deferLoading, callers,
            ]),
        .type(
            "code_interpreter",
            fields: [.required("container", .either(.string, .anyObject)), callers]),
        .type("image_generation", fields: imageGeneration),
    ]

    private static let imageGeneration: [Schema.Field] = [
        .optional("action", .choice(["generate", "edit", "auto"])),
        .optional("background", .choice(["transparent", "opaque", "auto"])),
        .optional("complexity", .choice(["low", "medium", "high"])),
        .optional("frame_count", .anyInteger), .optional("frame_duration_ms", .anyInteger),
        .optional("input_fidelity", .choice(["high", "low"])),
        .optional("input_image_mask", .anyObject), .optional("model", .string),
        .optional("moderation", .choice(["auto", "low"])),
        .optional("output_compression", .integer(minimum: 0, maximum: 100)),
        .optional("output_format", .choice(["png", "webp", "jpeg", "gif", "svg"])),
        .optional("partial_images", .integer(minimum: 0, maximum: 3)),
        .optional("quality", .choice(["low", "medium", "high", "xhigh", "max", "auto"])),
        .optional("size", .string), .optional("svg", .anyObject),
    ]

    private static let local: [Schema.Variant] = [
        .type("local_shell", fields: []),
        .type("shell", fields: [.optional("environment", .anyObject), callers]),
        .type("apply_patch", fields: [callers]),
        .type(
            "namespace",
            fields: [
                .required("name", .name(maximum: 64)), .required("description", .string),
                .required("tools", .later { .list(.variants([function, custom])) }),
            ]),
        .type(
            "tool_search",
            fields: [
                description, .optional("execution", .choice(["server", "client"])),
                .optional("parameters", .anyObject),
            ]),
        .type("programmatic_tool_calling", fields: []),
    ]

    static let choice = Schema.either(
        .choice(["none", "auto", "required"]),
        .variants([
            .type("function", fields: [.required("name", .string)]),
            .type("custom", fields: [.required("name", .string)]),
            .type(
                "mcp",
                fields: [.required("server_label", .string), .optional("name", .string)]),
            .type(
                "allowed_tools",
                fields: [
                    .required("mode", .choice(["auto", "required"])),
                    .required("tools", .list(.anyObject)),
                ]),
            .type(
                "file_search", "web_search_preview", "web_search_preview_2025_03_11",
                "web_search", "web_search_2025_08_26", "computer_use_preview", "computer",
                "code_interpreter", "image_generation", "apply_patch", "shell", "local_shell",
                "programmatic_tool_calling", fields: []),
        ]))
}
