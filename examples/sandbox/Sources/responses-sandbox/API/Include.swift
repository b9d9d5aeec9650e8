/// The optional parts a client asked to see; everything else is hidden from what it gets.
struct Include {
    enum Part: String {
        case fileSearchResults = "file_search_call.results"
        case webSearchSources = "web_search_call.action.sources"
        case inputImageURL = "message.input_image.image_url"
        case computerImageURL = "computer_call_output.output.image_url"
        case codeOutputs = "code_interpreter_call.outputs"
        case encryptedReasoning = "reasoning.encrypted_content"
        case logprobs = "message.output_text.logprobs"
    }

    private var names: Set<String>

    init(names: [String]) { self.names = Set(names) }

    static let nothing = Include(names: [])

    /// From a query: `include[]=a&include[]=b`, `include=a`, `include[0]=a`, percent-encoded or not.
    init(query: [HTTPRequest.QueryItem]) throws {
        names = []
        for item in query where item.name == "include" || item.name.hasPrefix("include[") {
            for value in item.value.split(separator: ",") {
                try SchemaCheck.check(
                    .string(String(value)), .choice(RequestSchemas.includeValues),
                    at: "include[\(names.count)]")
                names.insert(String(value))
            }
        }
    }

    func adding(_ part: Part) -> Include {
        var more = self
        more.names.insert(part.rawValue)
        return more
    }

    func contains(_ part: Part) -> Bool { names.contains(part.rawValue) }

    /// The item as the client may see it.
    func shown(_ item: JSON) -> JSON {
        var item = item
        switch item["type"]?.string {
        case "message": item.set("content", .array(shownParts(of: item)))
        case "reasoning" where !contains(.encryptedReasoning): item.remove("encrypted_content")
        case "file_search_call" where !contains(.fileSearchResults): item.set("results", .null)
        case "code_interpreter_call" where !contains(.codeOutputs): item.set("outputs", .null)
        case "web_search_call" where !contains(.webSearchSources):
            if var action = item["action"] {
                action.remove("sources")
                item.set("action", action)
            }
        case "computer_call_output" where !contains(.computerImageURL):
            if var output = item["output"] {
                output.remove("image_url")
                item.set("output", output)
            }
        default: break
        }
        return item
    }

    private func shownParts(of message: JSON) -> [JSON] {
        (message["content"]?.array ?? []).map { part in
            var part = part
            switch part["type"]?.string {
            case "output_text" where !contains(.logprobs): part.set("logprobs", [])
            case "input_image" where !contains(.inputImageURL): part.set("image_url", .null)
            default: break
            }
            return part
        }
    }
}
