/// What a model gets to see: the items of the conversation, and what is wanted.
struct Prompt {
    let request: CreateRequest
    /// Earlier turns, oldest first, then the input of this request.
    let items: [JSON]

    /// The text of the last message that is not the model's own.
    var lastText: String {
        let message = items.last { $0["role"].map { $0 == "user" } ?? false }
        return message.map(Self.text(ofMessage:)) ?? ""
    }

    /// The outputs of tools that came after the last message.
    var freshOutputs: [String] {
        items.reversed().prefix {
            $0["type"]?.string?.hasSuffix("_output") ?? false
        }.reversed().map { item in
            item["output"].map(Self.text(ofOutput:)) ?? ""
        }
    }

    var inputTokens: Int {
        Self.tokens(
            of: items, instructions: request.value("instructions").string ?? "",
            tools: request.tools)
    }

    /// What a model would have to read: the text of messages, everything else as JSON.
    static func tokens(of items: [JSON], instructions: String, tools: [JSON]) -> Int {
        let read = items.map { $0["role"] == nil ? $0.text : text(ofMessage: $0) }
        return (read + tools.map(\.text) + [instructions]).reduce(0) { $0 + Pieces.count($1) }
    }

    func tools(ofType type: String) -> [JSON] {
        request.tools.filter { $0["type"]?.string == type }
    }

    private static func text(ofMessage item: JSON) -> String {
        (item["content"]?.array ?? []).compactMap { part in
            switch part["type"]?.string {
            case "input_image": return "[image]"
            case "input_file": return "[file \(part["filename"]?.string ?? "")]"
            default: return part["text"]?.string
            }
        }.joined(separator: " ")
    }

    private static func text(ofOutput output: JSON) -> String {
        if let text = output.string { return text }
        let parts = output.array?.compactMap { $0["text"]?.string ?? $0["stdout"]?.string }
        return parts.map { $0.joined(separator: " ") } ?? output.text
    }
}
