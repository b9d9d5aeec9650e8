/// Calls that the client has to answer.
extension ScriptBuilder {
    static let defaultFunction: JSON = [
        "type": "function", "name": "get_weather",
        "parameters": [
            "type": "object", "properties": ["location": ["type": "string"]],
            "required": ["location"],
        ],
    ]

    private struct OpenCall {
        var id: String
        var callID: String
        var index: Int
        var name: String
        var arguments: String
        var isWhole: Bool

        var place: JSONObject { ["item_id": .string(id), "output_index": .integer(index)] }
    }

    /// One call for each tool; the deltas of several calls come in turns, as they may.
    /// Arguments that are broken lack their last character, as a model's may.
    mutating func functionCalls(_ tools: [JSON], areBroken: Bool = false) {
        guard !isOver else { return }
        let calls = tools.enumerated().map {
            openFunction($1, number: $0, isBroken: areBroken)
        }
        var runs = calls.map { call in
            DeltaRun(
                type: "response.function_call_arguments.delta", before: call.place,
                text: call.arguments)
        }
        if runs.count == 1 {
            deltas(runs[0])
        } else {
            interleave(&runs)
        }
        for call in calls { closeFunction(call) }
        if calls.contains(where: { !$0.isWhole }) { runOut() }
    }

    private mutating func openFunction(_ tool: JSON, number: Int, isBroken: Bool) -> OpenCall {
        let name = tool["name"]?.string ?? "function"
        var sampler = SchemaSampler(root: tool["parameters"] ?? [:], hint: "", variant: number)
        let sample = sampler.sample().text
        let (arguments, isWhole) = afford(isBroken ? String(sample.dropLast()) : sample)
        let call = OpenCall(
            id: ids.next("fc_"), callID: ids.nextCall(), index: takeIndex(), name: name,
            arguments: arguments, isWhole: isWhole)
        open(call.index, functionItem(call, arguments: "", status: "in_progress"))
        return call
    }

    private mutating func closeFunction(_ call: OpenCall) {
        event(
            "response.function_call_arguments.done",
            call.place.adding("arguments", .string(call.arguments)))
        close(
            call.index,
            functionItem(
                call, arguments: call.arguments, status: call.isWhole ? "completed" : "incomplete")
        )
    }

    private mutating func interleave(_ runs: inout [DeltaRun]) {
        var goesOn = true
        while goesOn {
            goesOn = false
            for index in runs.indices {
                guard let draft = runs[index].next() else { continue }
                goesOn = true
                add(draft)
            }
        }
    }

    private func functionItem(_ call: OpenCall, arguments: String, status: String) -> JSON {
        [
            "id": .string(call.id), "type": "function_call", "status": .string(status),
            "arguments": .string(arguments), "call_id": .string(call.callID),
            "name": .string(call.name),
        ]
    }

    mutating func customCall(_ tool: JSON?) {
        guard !isOver else { return }
        let (id, callID, index) = (ids.next("ctc_"), ids.nextCall(), takeIndex())
        let name = tool?["name"]?.string ?? "run_query"
        let (input, isWhole) = afford(customInput(tool))
        func item(_ input: String) -> JSON {
            [
                "id": .string(id), "type": "custom_tool_call", "call_id": .string(callID),
                "name": .string(name), "input": .string(input),
            ]
        }
        let place: JSONObject = ["item_id": .string(id), "output_index": .integer(index)]
        open(index, item(""))
        deltas(
            DeltaRun(type: "response.custom_tool_call_input.delta", before: place, text: input))
        event("response.custom_tool_call_input.done", place.adding("input", .string(input)))
        close(index, item(input))
        if !isWhole { runOut() }
    }

    /// A text that a regex grammar accepts; anything will do for the other formats.
    private func customInput(_ tool: JSON?) -> String {
        let format = tool?["format"]
        guard format?["syntax"]?.string == "regex", let pattern = format?["definition"]?.string
        else { return "SELECT answer FROM sandbox WHERE id = 42;" }
        return PatternSampler.sample(pattern)
    }

    mutating func localShell() {
        hosted(
            [
                "type": "local_shell_call", "call_id": .string(ids.nextCall()),
                "action": [
                    "type": "exec", "command": ["ls", "-l"], "env": [:], "timeout_ms": 1000,
                ],
            ], prefix: "lsh_", statuses: [])
    }

    mutating func applyPatch() {
        hosted(
            [
                "type": "apply_patch_call", "call_id": .string(ids.nextCall()),
                "operation": [
                    "type": "update_file", "path": "hello.txt",
                    "diff": "@@\n-Hello\n+Hello, sandbox\n",
                ],
            ], prefix: "apc_", statuses: [])
    }

    mutating func computer() {
        hosted(
            [
                "type": "computer_call", "call_id": .string(ids.nextCall()),
                "action": ["type": "click", "button": "left", "x": 100, "y": 200],
                "pending_safety_checks": [],
            ], prefix: "cu_", statuses: [])
    }

    mutating func mcpApproval(server: String) {
        guard !isOver else { return }
        let index = takeIndex()
        let item: JSON = [
            "id": .string(ids.next("mcpr_")), "type": "mcp_approval_request",
            "arguments": "{\"query\":\"sandbox\"}", "name": "search",
            "server_label": .string(server),
        ]
        open(index, item)
        close(index, item)
    }
}
