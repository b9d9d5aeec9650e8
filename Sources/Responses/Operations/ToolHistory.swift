import CPlatform

/// What the next request of a run has for its body: the caller's, with the tools and with what came since.
///
/// All of it again and again, as every server takes it; but only what is new, if the server has what was before:
/// in a conversation, in a session, or because the caller named the response before.
final class ToolHistory {
    /// The caller's body, and the tools in it.
    private let given: Text
    private let object: JSONValue
    private let tools: [Tool]

    private let isStored: Bool
    private let isConversation: Bool
    /// Requests name the response before.
    private let isChain: Bool
    /// All of it is kept, because the server may forget what was before.
    private let keepsAll: Bool
    /// Whether `reasoning.encrypted_content` was added to what is to be included.
    private(set) var asksForReasoning = false

    /// Items with commas between them: all since the beginning, and the outputs of the last round.
    private var items = ByteBuffer()
    private var outputs = ByteBuffer()
    /// The id of the response before, as JSON. Nil in the first round, and where all is sent.
    private var previousID: Text?
    private var isFirst = true
    private var sendsAll = false

    static let encrypted: StaticString = "reasoning.encrypted_content"

    private init(_ given: Text, _ object: JSONValue, _ tools: [Tool], isSession: Bool) {
        self.given = given
        self.object = object
        self.tools = tools
        isStored = object.member("store")?.kind != .false
        isConversation = object.said("conversation") != nil
        let isContinued = object.said("previous_response_id") != nil
        isChain = !isConversation && (isSession || isStored && isContinued)
        keepsAll = !isConversation && !(isChain && isContinued)
        asksForReasoning = !isStored && keepsAll && !includesReasoning
    }

    static func make(_ json: GivenJSON, _ tools: [Tool], isSession: Bool) throws(ResponsesError)
        -> ToolHistory
    {
        let given = try RequestBody.prepare(json, stream: nil)
        let object = try RequestBody.checkObject(given, argument: "json")
        let history = ToolHistory(given, object, tools, isSession: isSession)
        try history.checkNames()
        if history.keepsAll && !history.addInput() { throw .noMemory() }
        return history
    }

    private func checkNames() throws(ResponsesError) {
        guard let list = object.said("tools") else { return }
        guard list.kind == .array else {
            throw .invalid("json", "\"tools\" must be an array")
        }
        for tool in tools where declares(tool.name.buffer, namespace: nil) {
            throw .invalid(
                "json",
                "\"tools\" has a function \"\(tool.name)\", which is also in the argument tools")
        }
    }

    private var includesReasoning: Bool {
        var isThere = false
        object.said("include")?.forEach { _, value in
            isThere = value.isText(ToolHistory.encrypted)
            return !isThere
        }
        return isThere
    }

    private func addInput() -> Bool {
        guard let input = object.said("input") else { return true }
        switch input.kind {
        case .string:
            return items.append("{\"role\":\"user\",\"content\":") && items.append(input.raw)
                && items.append(0x7D)
        case .array: return addElements(of: input, to: &items)
        default: return items.append(input.raw)
        }
    }

    private func addElements(of array: JSONValue, to list: inout ByteBuffer) -> Bool {
        var isFine = true
        array.forEach { _, value in
            isFine = ToolHistory.add(value, to: &list)
            return isFine
        }
        return isFine
    }

    private static func add(_ value: JSONValue, to list: inout ByteBuffer) -> Bool {
        if !list.isEmpty && !list.append(0x2C) { return false }
        // What a server wrote may have what no request may.
        return JSONScanner.hasNotFinite(value)
            ? JSONWriter.finite(value, into: &list) : list.append(value.raw)
    }

    // MARK: what the caller's body says

    /// The caller has declared a tool of that name.
    func declares(_ name: Input, namespace: JSONValue?) -> Bool {
        guard let list = object.said("tools") else { return false }
        guard let namespace else { return ToolHistory.has(list, name) }
        var isThere = false
        list.forEach { _, tool in
            if tool.member("type")?.isText("namespace") == true,
                let space = tool.member("name"), space.kind == .string,
                space.isSameText(as: namespace),
                let inner = tool.member("tools")
            {
                isThere = ToolHistory.has(inner, name)
            }
            return !isThere
        }
        // What is loaded when needed has its own name there.
        return isThere || namespace.isText(name) && ToolHistory.has(list, name)
    }

    private static func has(_ list: JSONValue, _ name: Input) -> Bool {
        var isThere = false
        list.forEach { _, tool in
            isThere =
                tool.member("type")?.isOne(of: "function|custom") == true
                && tool.member("name")?.isText(name) == true
            return !isThere
        }
        return isThere
    }

    /// A prompt of the server, and what a search finds, have tools that are not named here.
    var mayHaveOtherTools: Bool {
        if object.said("prompt") != nil { return true }
        var hasSearch = false
        object.said("tools")?.forEach { _, tool in
            hasSearch = tool.member("type")?.isText("tool_search") == true
            return !hasSearch
        }
        return hasSearch
    }

    // MARK: going on

    /// What follows a response whose calls were answered. False when memory is out.
    func goOn(after response: JSONValue, with calls: [ToolCall]) -> Bool {
        isFirst = false
        sendsAll = false
        outputs.removeAll()
        for call in calls where !addOutput(of: call) { return false }
        if isChain {
            previousID = response.member("id").flatMap {
                Text(copying: $0.start, count: $0.count)
            }
            if previousID == nil { return false }
        }
        if !keepsAll { return true }
        var isFine = true
        response.member("output")?.forEach { _, item in
            if isKnown(item) { isFine = addItem(item) }
            return isFine
        }
        if isFine && !items.isEmpty && !outputs.isEmpty { isFine = items.append(0x2C) }
        return isFine && items.append(outputs.bytes, outputs.count)
    }

    /// An image that the program has taken out left "" behind, which for a server is one that is broken.
    private func addItem(_ item: JSONValue) -> Bool {
        guard item.member("type")?.isText("image_generation_call") == true,
            item.member("result")?.isText("") == true
        else { return ToolHistory.add(item, to: &items) }
        return (items.isEmpty || items.append(0x2C))
            && JSONWriter.object(item, replacing: "result", into: &items) { $0.append("null") }
    }

    /// Whether the server can make something of an item: not of the name of one that it forgot.
    private func isKnown(_ item: JSONValue) -> Bool {
        if isStored || item.member("type")?.isText("reasoning") != true { return true }
        if let secret = item.member("encrypted_content"), secret.kind == .string {
            return !secret.rawText.isEmpty
        }
        return item.member("content")?.element(0) != nil
    }

    private func addOutput(of call: ToolCall) -> Bool {
        guard case .output(let output) = call.answer else { return true }
        if !outputs.isEmpty && !outputs.append(0x2C) { return false }
        let type: StaticString =
            call.isCustom ? "custom_tool_call_output" : "function_call_output"
        guard outputs.append("{\"type\":\""), outputs.append(type),
            outputs.append("\",\"call_id\":"),
            JSONEscape.encode(call.id.buffer, into: &outputs)
        else { return false }
        if let caller = call.caller {
            guard outputs.append(",\"caller\":"), outputs.append(caller.buffer) else {
                return false
            }
        }
        return outputs.append(",\"output\":") && outputs.append(output.buffer)
            && outputs.append(0x7D)
    }

    /// Takes back what was asked for.
    func askNoMoreForReasoning() { asksForReasoning = false }

    /// Has all of it sent, because the server has lost the response before. False where it is not here.
    func beginAnew() -> Bool {
        guard isChain, keepsAll, previousID != nil else { return false }
        previousID = nil
        sendsAll = true
        return true
    }

    // MARK: the body

    /// With room in front, as `RequestBody` wants it. Nil when memory is out.
    func body() -> Text? {
        var members: [JSONWriter.Member] = []
        if !tools.isEmpty { members.append(("tools", { self.writeTools(&$0) })) }
        if asksForReasoning { members.append(("include", { self.writeInclude(&$0) })) }
        if !isFirst {
            members.append(("input", { self.writeInput(&$0) }))
            if let previousID {
                members.append(("previous_response_id", { $0.append(previousID.buffer) }))
            }
            if let choice = object.said("tool_choice"), ToolHistory.demands(choice) {
                members.append(("tool_choice", { self.writeChoice(choice, &$0) }))
            }
        }
        var body = ByteBuffer()
        guard RequestBody.begin(&body),
            JSONWriter.object(JSONWriter.Source(object), replacing: members, into: &body)
        else { return nil }
        return RequestBody.end(&body)
    }

    private func writeTools(_ out: inout ByteBuffer) -> Bool {
        var list = ByteBuffer()
        if let own = object.said("tools"), !addElements(of: own, to: &list) { return false }
        for tool in tools {
            if !list.isEmpty && !list.append(0x2C) { return false }
            let definition = trimmed(tool.definition.buffer)
            if !list.append(definition) { return false }
        }
        return out.append(0x5B) && out.append(list.bytes, list.count) && out.append(0x5D)
    }

    private func writeInclude(_ out: inout ByteBuffer) -> Bool {
        var list = ByteBuffer()
        if let own = object.said("include"), !addElements(of: own, to: &list) { return false }
        if !list.isEmpty && !list.append(0x2C) { return false }
        return out.append(0x5B) && out.append(list.bytes, list.count) && out.append(0x22)
            && out.append(ToolHistory.encrypted) && out.append("\"]")
    }

    private func writeInput(_ out: inout ByteBuffer) -> Bool {
        let hasOutputsAlone = !sendsAll && (isChain || isConversation)
        guard out.append(0x5B) else { return false }
        let isFine =
            hasOutputsAlone
            ? out.append(outputs.bytes, outputs.count) : out.append(items.bytes, items.count)
        return isFine && out.append(0x5D)
    }

    /// A tool that had to be called was called; demanded again and again, the model could never answer.
    private static func demands(_ choice: JSONValue) -> Bool {
        choice.kind == .object || choice.isText("required")
    }

    private func writeChoice(_ choice: JSONValue, _ out: inout ByteBuffer) -> Bool {
        guard choice.member("type")?.isText("allowed_tools") == true else {
            return out.append("\"auto\"")
        }
        return JSONWriter.object(choice, replacing: "mode", into: &out) { $0.append("\"auto\"") }
    }
}

extension JSONValue {
    /// The member that is there and says something.
    fileprivate func said(_ name: StaticString) -> JSONValue? {
        guard let value = member(name), value.kind != .null else { return nil }
        return value
    }
}
