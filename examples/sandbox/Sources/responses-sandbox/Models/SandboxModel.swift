/// The rule by which the sandbox answers.
///
/// 1. Outputs of tools are repeated: `The tool answered: …`.
/// 2. `#word` in the last message, or the model's name, say what to do.
/// 3. A tool that `tool_choice` demands, or whose name the message mentions, is used.
/// 4. A `json_schema` format is satisfied with generated values.
/// 5. Otherwise: `You said: …`, after a reasoning item if `reasoning` asks for one.
struct SandboxModel {
    private let prompt: Prompt
    private var builder: ScriptBuilder
    private let modelBehaviour: Behaviour?

    static func script(for prompt: Prompt, identifiers: Identifiers) throws -> Script {
        var model = SandboxModel(
            prompt: prompt, builder: ScriptBuilder(request: prompt.request, ids: identifiers),
            modelBehaviour: try ModelCatalog.behaviour(of: prompt.request.model))
        model.answer()
        return model.builder.script
    }

    private init(prompt: Prompt, builder: ScriptBuilder, modelBehaviour: Behaviour?) {
        self.prompt = prompt
        self.builder = builder
        self.modelBehaviour = modelBehaviour
    }

    private mutating func answer() {
        let outputs = prompt.freshOutputs
        guard outputs.isEmpty else {
            return answerText("The tool answered: " + outputs.joined(separator: "; "))
        }
        if exceedsCompactionThreshold { builder.compaction() }
        let directives = self.directives
        if directives.isEmpty { reasonAsRequested() }
        for directive in directives { perform(directive) }
        if let last = directives.last, last.behaviour.isAnswer { return }
        if directives.isEmpty, callFunctions() { return }
        answerText("You said: \(prompt.lastText)", annotations: builder.citations)
    }

    private var exceedsCompactionThreshold: Bool {
        let rules = prompt.request.value("context_management").array ?? []
        return rules.contains { rule in
            rule["compact_threshold"]?.integer.map { prompt.inputTokens >= $0 } ?? false
        }
    }

    /// A summary for those who asked for one; effort alone leaves an item that shows nothing.
    private mutating func reasonAsRequested() {
        let reasoning = prompt.request.value("reasoning")
        if reasoning["summary"]?.string != nil {
            builder.reasoning(parts: 2)
        } else if let effort = reasoning["effort"]?.string, effort != "none" {
            builder.silentReasoning()
        }
    }

    private var directives: [Directive] {
        let text = prompt.lastText
        if let behaviour = modelBehaviour {
            return [Directive(behaviour: behaviour, count: Directive.firstNumber(in: text))]
        }
        let spoken = Directive.all(in: text)
        return spoken.isEmpty ? hostedTools(mentionedIn: text) : spoken
    }

    // MARK: - Tools by choice or by name

    private func hostedTools(mentionedIn text: String) -> [Directive] {
        let choice = prompt.request.toolChoice
        guard choice != "none" else { return [] }
        return prompt.request.tools.compactMap { tool in
            guard let type = tool["type"]?.string, let behaviour = Behaviour.using(tool: type)
            else { return nil }
            let hasFunctions = !prompt.tools(ofType: "function").isEmpty
            let isDemanded =
                choice["type"]?.string == type || (choice == "required" && !hasFunctions)
            return isDemanded || text.contains(type)
                ? Directive(behaviour: behaviour, count: nil) : nil
        }
    }

    private mutating func callFunctions() -> Bool {
        let wanted = wantedFunctions
        guard !wanted.isEmpty else {
            let custom = wantedCustomTools
            for tool in custom { builder.customCall(tool) }
            return !custom.isEmpty
        }
        let isParallel = prompt.request.value("parallel_tool_calls", default: true).bool ?? true
        builder.functionCalls(isParallel ? wanted : Array(wanted.prefix(1)))
        return true
    }

    private var wantedFunctions: [JSON] { wanted(prompt.tools(ofType: "function"), "function") }

    private var wantedCustomTools: [JSON] { wanted(prompt.tools(ofType: "custom"), "custom") }

    private func wanted(_ tools: [JSON], _ type: String) -> [JSON] {
        let choice = prompt.request.toolChoice
        guard choice != "none" else { return [] }
        if choice["type"]?.string == type {
            return tools.filter { $0["name"] == choice["name"] }
        }
        let allowed = choice["tools"]?.array.map { allowed in
            tools.filter { tool in allowed.contains { $0["name"] == tool["name"] } }
        }
        let candidates = allowed ?? tools
        guard !candidates.isEmpty else { return [] }
        let words = Set(
            prompt.lastText.utf8.split { !Pieces.isWordByte($0) }
                .compactMap { String($0)?.lowercased() })
        let mentioned = candidates.filter { isMentioned($0["name"]?.string ?? "", in: words) }
        let isRequired = choice == "required" || choice["mode"]?.string == "required"
        return mentioned.isEmpty && isRequired ? Array(candidates.prefix(1)) : mentioned
    }

    /// `get_weather` is meant by its name, and by the word `weather`.
    private func isMentioned(_ name: String, in words: Set<String>) -> Bool {
        let lower = name.lowercased()
        if words.contains(lower) { return true }
        return lower.split { $0 == "_" || $0 == "-" }.contains {
            $0.count >= 4 && words.contains(String($0))
        }
    }

    // MARK: - Text

    /// The answer, in the format that was asked for.
    private mutating func answerText(_ text: String, annotations: [JSON] = []) {
        let format = prompt.request.textFormat
        switch format["type"]?.string {
        case "json_schema":
            var sampler = SchemaSampler(root: format["schema"] ?? [:], hint: prompt.lastText)
            builder.message(sampler.sample().text)
        case "json_object": builder.message(JSON.object(["answer": .string(text)]).text)
        default: builder.message(text, annotations: annotations)
        }
    }

    // MARK: - Behaviours

    private mutating func perform(_ directive: Directive) {
        let count = directive.count
        switch directive.behaviour {
        case .long: builder.message(Words.sentence(count ?? 200, seed: builder.seed))
        case .about: builder.message(About.libresponses)
        case .functionCall: callInTurn(count ?? 1)
        case .parallelCalls: callAllFunctions()
        case .brokenArguments:
            builder.functionCalls([functionsOrDefault[0]], areBroken: true)
        case .customCall: builder.customCall(prompt.tools(ofType: "custom").first)
        case .reasoning: builder.reasoning(parts: max(1, min(count ?? 2, 100)))
        case .rawReasoning: builder.rawReasoning()
        case .silentReasoning: builder.silentReasoning()
        case .refusal: builder.refusal("I'm sorry, but I cannot help with that request.")
        case .incomplete:
            builder.message(Words.sentence(count ?? 12, seed: builder.seed), isCutOff: true)
            builder.end(.incomplete(reason: "max_output_tokens"))
        case .contentFilter:
            builder.message(Words.sentence(count ?? 12, seed: builder.seed), isCutOff: true)
            builder.end(.incomplete(reason: "content_filter"))
        case .fail:
            builder.unfinishedMessage(Words.sentence(count ?? 5, seed: builder.seed))
            builder.end(.failed(.server))
        case .failEarly: builder.end(.failed(.contextLengthExceeded))
        case .everything: performEverything()
        case .huge:
            builder.message(
                String(repeating: "sandbox ", count: max(1, (count ?? 1 << 20) / 8)),
                inOneDelta: true)
        default: performHosted(directive)
        }
    }

    private mutating func performHosted(_ directive: Directive) {
        let query = prompt.lastText
        switch directive.behaviour {
        case .webSearch: builder.webSearch(query)
        case .fileSearch: builder.fileSearch(query)
        case .codeInterpreter: builder.codeInterpreter()
        case .image: builder.image(partials: min(3, directive.count ?? 2))
        case .mcp: builder.mcp(server: mcpServer)
        case .mcpFail: builder.failingMCP(server: mcpServer)
        case .mcpApproval: builder.mcpApproval(server: mcpServer)
        case .shell: builder.shell()
        case .localShell: builder.localShell()
        case .applyPatch: builder.applyPatch()
        case .computer: builder.computer()
        case .toolSearch: builder.toolSearch(prompt.request.tools)
        case .program: builder.program()
        case .compaction: builder.compaction()
        case .annotations: builder.annotatedMessage()
        case .commentary: builder.message("Let me think about it.", phase: "commentary")
        case .audio: builder.audio()
        case .unknown: builder.unknownEvents()
        default: break
        }
    }

    private mutating func performEverything() {
        let all: [Behaviour] = [
            .reasoning, .rawReasoning, .silentReasoning, .commentary, .webSearch, .fileSearch,
            .codeInterpreter, .image, .mcp, .mcpFail, .mcpApproval, .shell, .localShell,
            .applyPatch, .computer, .toolSearch, .program, .compaction, .audio, .annotations,
            .refusal, .customCall, .parallelCalls,
        ]
        for behaviour in all { perform(Directive(behaviour: behaviour, count: nil)) }
    }

    private var mcpServer: String {
        prompt.tools(ofType: "mcp").first?["server_label"]?.string ?? "sandbox-server"
    }

    private mutating func callInTurn(_ count: Int) {
        let tools = functionsOrDefault
        for index in 0..<min(count, 128) { builder.functionCalls([tools[index % tools.count]]) }
    }

    private mutating func callAllFunctions() {
        let tools = functionsOrDefault
        builder.functionCalls(tools.count == 1 ? [tools[0], tools[0]] : tools)
    }

    /// A client that only wants to see the events need not define a tool.
    private var functionsOrDefault: [JSON] {
        let functions = prompt.tools(ofType: "function")
        return functions.isEmpty ? [ScriptBuilder.defaultFunction] : functions
    }
}

/// Plain words, in an order that follows from the seed.
enum Words {
    private static let list = [
        "a", "river", "runs", "through", "the", "quiet", "valley", "and", "every", "stone",
        "remembers", "rain", "while", "light", "moves", "over", "old", "roofs", "toward",
        "evening", "where", "small", "boats", "return", "with", "salt", "on", "their", "sails",
    ]

    /// An answer stands in memory several times, so there is an end to its length.
    private static let most = 5_000_000

    static func sentence(_ wanted: Int, seed: UInt64) -> String {
        let count = min(wanted, most)
        var random = DeterministicRandom(seed: seed, stream: 0x776F_7264)
        var text = Bytes()
        text.reserveCapacity(count * 6)
        for index in 0..<count {
            if index > 0 { text.append(0x20) }
            text.append(text: list[random.below(list.count)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
