/// Tools that the server runs by itself.
extension ScriptBuilder {
    /// An item that goes through its states: `added`, one event for each state, `done`.
    ///
    /// - Parameters:
    ///   - fields: the members of the finished item.
    ///   - hiddenUntilDone: members that are empty in `added`, with the value they have there.
    ///   - middle: events between the second last state and the last.
    mutating func hosted(
        _ fields: JSONObject, prefix: String, statuses: [String],
        hiddenUntilDone: JSONObject = [:], finalStatus: String = "completed",
        middle: (inout ScriptBuilder, JSONObject) -> Void = { _, _ in }
    ) {
        guard !isOver else { return }
        let (id, index) = (ids.next(prefix), takeIndex())
        let type = fields["type"]?.string ?? ""
        let place: JSONObject = ["item_id": .string(id), "output_index": .integer(index)]
        func item(status: String) -> JSONObject {
            var item: JSONObject = ["id": .string(id), "status": .string(status)]
            for member in fields.members { item.append(member.key, member.value) }
            return item
        }
        var added = item(status: "in_progress")
        for member in hiddenUntilDone.members { added[member.key] = member.value }
        open(index, .object(added))
        for status in statuses.dropLast() { event("response.\(type).\(status)", place) }
        middle(&self, place)
        if let last = statuses.last { event("response.\(type).\(last)", place) }
        close(index, .object(item(status: finalStatus)))
    }

    mutating func webSearch(_ query: String) {
        let source = "https://example.com/sandbox"
        citations.append([
            "type": "url_citation", "start_index": 0, "end_index": 8, "url": .string(source),
            "title": "The sandbox",
        ])
        hosted(
            [
                "type": "web_search_call",
                "action": [
                    "type": "search", "query": .string(query), "queries": [.string(query)],
                    "sources": [["type": "url", "url": .string(source)]],
                ],
            ], prefix: "ws_", statuses: ["in_progress", "searching", "completed"],
            hiddenUntilDone: ["action": ["type": "search", "query": ""]])
    }

    mutating func fileSearch(_ query: String) {
        let file = "file-sandbox0001"
        citations.append([
            "type": "file_citation", "index": 8, "file_id": .string(file),
            "filename": "sandbox.txt",
        ])
        hosted(
            [
                "type": "file_search_call", "queries": [.string(query)],
                "results": [
                    [
                        "file_id": .string(file), "filename": "sandbox.txt", "score": .number(0.98),
                        "text": "Everything here is made up.", "attributes": ["year": 2026],
                    ]
                ],
            ], prefix: "fs_", statuses: ["in_progress", "searching", "completed"],
            hiddenUntilDone: ["queries": [], "results": .null])
    }

    mutating func codeInterpreter() {
        let code = "total = sum(range(10))\nprint(total)\n"
        hosted(
            [
                "type": "code_interpreter_call", "code": .string(code),
                "container_id": .string(ids.next("cntr_")),
                "outputs": [["type": "logs", "logs": "45\n"]],
            ], prefix: "ci_", statuses: [],
            hiddenUntilDone: ["code": "", "outputs": .null]
        ) { builder, place in
            let (shown, _) = builder.afford(code)
            builder.event("response.code_interpreter_call.in_progress", place)
            builder.deltas(
                DeltaRun(
                    type: "response.code_interpreter_call_code.delta", before: place, text: shown))
            builder.event(
                "response.code_interpreter_call_code.done", place.adding("code", .string(shown)))
            builder.event("response.code_interpreter_call.interpreting", place)
            builder.event("response.code_interpreter_call.completed", place)
        }
    }

    mutating func image(partials: Int) {
        hosted(
            [
                "type": "image_generation_call", "result": .string(TinyImage.base64),
                "output_format": "png", "quality": "low", "size": "1024x1024",
                "background": "opaque", "revised_prompt": "A sandbox, seen from above.",
                "action": "generate",
            ], prefix: "ig_", statuses: ["in_progress", "generating", "completed"],
            hiddenUntilDone: ["result": .null]
        ) { builder, place in
            for number in 0..<partials {
                builder.event(
                    "response.image_generation_call.partial_image",
                    place.adding("partial_image_index", .integer(number))
                        .adding("partial_image_b64", .string(TinyImage.base64))
                        .adding("size", "1024x1024").adding("quality", "low")
                        .adding("background", "opaque").adding("output_format", "png"))
            }
        }
    }

    // MARK: - MCP

    mutating func mcp(server: String) {
        let tool: JSON = [
            "name": "search", "description": "Finds things.",
            "input_schema": [
                "type": "object", "properties": ["query": ["type": "string"]],
            ], "annotations": .null,
        ]
        listTools(server, tools: [tool], error: .null)
        callTool(server, output: "Found: the sandbox.", error: .null)
    }

    mutating func failingMCP(server: String) {
        listTools(server, tools: [], error: "The server did not answer.")
        callTool(
            server, output: .null,
            error: ["type": "http_error", "code": 503, "message": "Service Unavailable"])
    }

    private mutating func listTools(_ server: String, tools: [JSON], error: JSON) {
        guard !isOver else { return }
        let (id, index) = (ids.next("mcpl_"), takeIndex())
        let place: JSONObject = ["item_id": .string(id), "output_index": .integer(index)]
        func item(_ tools: [JSON], _ error: JSON) -> JSON {
            [
                "id": .string(id), "type": "mcp_list_tools", "server_label": .string(server),
                "tools": .array(tools), "error": error,
            ]
        }
        open(index, item([], .null))
        event("response.mcp_list_tools.in_progress", place)
        event("response.mcp_list_tools.\(error.isNull ? "completed" : "failed")", place)
        close(index, item(tools, error))
    }

    private mutating func callTool(_ server: String, output: JSON, error: JSON) {
        let arguments = "{\"query\":\"sandbox\"}"
        let status = error.isNull ? "completed" : "failed"
        hosted(
            [
                "type": "mcp_call", "approval_request_id": .null, "arguments": .string(arguments),
                "error": error, "name": "search", "output": output,
                "server_label": .string(server),
            ], prefix: "mcp_", statuses: [],
            hiddenUntilDone: [
                "arguments": "", "output": .null, "error": .null,
            ], finalStatus: status
        ) { builder, place in
            let (shown, _) = builder.afford(arguments)
            builder.event("response.mcp_call.in_progress", place)
            builder.deltas(
                DeltaRun(type: "response.mcp_call_arguments.delta", before: place, text: shown))
            builder.event(
                "response.mcp_call_arguments.done", place.adding("arguments", .string(shown)))
            builder.event("response.mcp_call.\(status)", place)
        }
    }

    // MARK: - The shell

    mutating func shell() {
        guard !isOver else { return }
        let callID = ids.nextCall()
        let commands = ["ls -l", "cat hello.txt"]
        hosted(
            [
                "type": "shell_call", "call_id": .string(callID),
                "action": [
                    "commands": .array(commands.map { .string($0) }), "timeout_ms": 1000,
                    "max_output_length": 4096,
                ], "environment": .null,
            ], prefix: "sh_", statuses: [],
            hiddenUntilDone: ["action": ["commands": []]]
        ) { builder, place in
            for (number, command) in commands.enumerated() {
                builder.shellCommand(command, number: number, place: place)
            }
        }
        shellOutput(callID)
    }

    /// The events of a command know its place in the output, and no item id.
    private mutating func shellCommand(_ command: String, number: Int, place: JSONObject) {
        let place: JSONObject = [
            "output_index": place["output_index"] ?? 0, "command_index": .integer(number),
        ]
        let (shown, _) = afford(command)
        event("response.shell_call_command.added", place.adding("command", ""))
        deltas(DeltaRun(type: "response.shell_call_command.delta", before: place, text: shown))
        event("response.shell_call_command.done", place.adding("command", .string(shown)))
    }

    private mutating func shellOutput(_ callID: String) {
        let output: JSON = [
            [
                "stdout": "Hello, sandbox\n", "stderr": "",
                "outcome": ["type": "exit", "exit_code": 0],
            ]
        ]
        hosted(
            [
                "type": "shell_call_output", "call_id": .string(callID), "output": output,
                "max_output_length": 4096,
            ], prefix: "sho_", statuses: [], hiddenUntilDone: ["output": []]
        ) { builder, place in
            let place = place.adding("command_index", 0)
            builder.event(
                "response.shell_call_output_content.delta",
                place.adding("delta", ["stdout": "Hello, sandbox\n"]))
            builder.event(
                "response.shell_call_output_content.done", place.adding("output", output))
        }
    }
}
