import CPlatform

/// A loop of creates: which calls of a response are to be answered, and by which functions.
final class ToolRun {
    let history: ToolHistory
    private let tools: [Tool]
    let maximumSteps: Int
    /// Responses that have come.
    var steps = 0

    // MARK: state under the engine's lock

    /// The calls of the last response, in their order; empty while a request is under way.
    var calls: [ToolCall] = []

    private init(_ history: ToolHistory, _ tools: [Tool], maximumSteps: Int) {
        self.history = history
        self.tools = tools
        self.maximumSteps = maximumSteps
    }

    /// Everything that can fail is done before the object is made: Embedded Swift leaks an object whose own
    /// initialiser throws.
    convenience init(
        _ json: GivenJSON, _ tools: Toolbox?, _ settings: FrozenSettings, isSession: Bool
    ) throws(ResponsesError) {
        let tools = tools?.tools ?? []
        let history = try ToolHistory.make(json, tools, isSession: isSession)
        self.init(history, tools, maximumSteps: settings.values.maximumSteps)
    }

    /// The body of the next request.
    func body() throws(ResponsesError) -> GivenJSON {
        guard let body = history.body() else { throw .noMemory() }
        return .owned(body)
    }

    // MARK: which calls

    /// The calls of a response that are the run's to answer. Empty when it ends here: there are none, or one
    /// is for the caller. Nil when memory is out.
    func calls(of response: JSONValue) -> [JSONValue]? {
        // A server that leaves the status out means "completed".
        if let status = response.member("status"), status.kind == .string,
            !status.isText("completed")
        {
            return []
        }
        guard let output = response.member("output") else { return [] }
        var answered = AnsweredCalls(in: output)
        var found: [JSONValue] = []
        var endsHere = false
        output.forEach { _, item in
            guard let type = item.member("type"), type.kind == .string else { return true }
            let kind = type.rawText
            if isCall(kind, item) && !answered.contains(item) {
                endsHere = !isOurs(item, type)
                found.append(item)
            }
            return !endsHere
        }
        if answered.lacksMemory { return nil }
        return endsHere ? [] : found
    }

    private func isCall(_ type: Input, _ item: JSONValue) -> Bool {
        if equal(type, "function_call") || equal(type, "mcp_approval_request") { return true }
        // Of a computer, a shell, a custom tool; those that the server carries out have no id of their own.
        return ToolRun.ends(type, with: "_call") && ToolRun.isThere(item.member("call_id"))
    }

    private func isOurs(_ item: JSONValue, _ type: JSONValue) -> Bool {
        guard type.isOne(of: "function_call|custom_tool_call"),
            item.member("status")?.isText("incomplete") != true,
            let name = item.member("name"), name.kind == .string
        else { return false }
        if let tool = tool(for: item) { return tool.function != nil }
        // A custom tool has no name that a model makes up for it.
        if type.isText("custom_tool_call") || history.mayHaveOtherTools { return false }
        let namespace = ToolRun.isThere(item.member("namespace")) ? item.member("namespace") : nil
        let text = name.unescaped()
        return !text.withUnsafeBufferPointer { history.declares($0, namespace: namespace) }
    }

    func tool(for item: JSONValue) -> Tool? {
        guard let name = item.member("name") else { return nil }
        if let namespace = item.member("namespace"), namespace.kind == .string,
            !namespace.isSameText(as: name)
        {
            return nil
        }
        let isCustom = item.member("type")?.isText("custom_tool_call") == true
        return tools.first { $0.isCustom == isCustom && name.isText($0.name.buffer) }
    }

    fileprivate static func ends(_ text: Input, with end: StaticString) -> Bool {
        text.count >= end.utf8CodeUnitCount
            && equal(Input(rebasing: text.suffix(end.utf8CodeUnitCount)), end)
    }

    private static func isThere(_ value: JSONValue?) -> Bool {
        guard let value else { return false }
        return value.kind != .null
    }

    // MARK: what is wrong with a call

    func words(forUnknown item: JSONValue) -> Message {
        var text: Message = "there is no tool "
        if let name = item.member("name") { text += Message(Array(name.raw.prefix(200))) }
        text += "; the tools are: "
        var isFirst = true
        for tool in tools where tool.function != nil {
            if !isFirst { text += ", " }
            isFirst = false
            text.append(tool.name)
        }
        if isFirst { text += "none" }
        return text
    }

    /// Nil when nothing is.
    func problem(with arguments: Text, for tool: Tool) -> Message? {
        if tool.isCustom { return nil }
        let words: Message = "the arguments of \(tool.name) are wrong: "
        guard let value = JSONValue(checking: arguments.base, count: arguments.count),
            !JSONScanner.hasNotFinite(value)
        else { return words + "they are not JSON" }
        if value.kind != .object { return words + "they are not a JSON object" }
        guard let schema = tool.schema,
            let problem = ArgumentCheck.problem(of: value, against: schema)
        else { return nil }
        return words + problem
    }
}

/// The calls of a response whose outputs the server has given with them, as for its own shell. A server may write
/// any number of both, in any order, so they are looked up by hash.
private struct AnsweredCalls {
    /// In order.
    private var hashes: [UInt64] = []
    /// Of an id with escapes there was no copy, and what was said of it is not so.
    private(set) var lacksMemory = false

    init(in output: JSONValue) {
        output.forEach { _, item in
            if let type = item.member("type"), type.kind == .string,
                ToolRun.ends(type.rawText, with: "_output"), let hash = self.hash(of: item)
            {
                hashes.insert(hash, at: place(of: hash))
            }
            return true
        }
    }

    mutating func contains(_ call: JSONValue) -> Bool {
        guard !hashes.isEmpty, let hash = self.hash(of: call) else { return false }
        let place = self.place(of: hash)
        return place < hashes.count && hashes[place] == hash
    }

    /// Of the first that is not smaller.
    @inline(never)
    private func place(of hash: UInt64) -> Int {
        var low = 0
        var high = hashes.count
        while low < high {
            let middle = (low &+ high) / 2
            if hashes[middle] < hash { low = middle &+ 1 } else { high = middle }
        }
        return low
    }

    /// Of the text of the "call_id" (FNV-1a). Two texts with one hash are a server's doing, which could as well
    /// have written the same text.
    @inline(never)
    private mutating func hash(of item: JSONValue) -> UInt64? {
        guard let id = item.member("call_id"), id.kind == .string else { return nil }
        let hash = id.withText { text in
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            return hash
        }
        if hash == nil { lacksMemory = true }
        return hash
    }
}
