/// Something a model can be asked to do: by its name, `sandbox-refusal`, or in the input,
/// `#refusal`; several words are done in the order they stand.
enum Behaviour: String, CaseIterable {
    case long
    case about
    case functionCall = "function-call"
    case parallelCalls = "parallel-calls"
    case brokenArguments = "broken-arguments"
    case customCall = "custom-call"
    case reasoning
    case rawReasoning = "raw-reasoning"
    case silentReasoning = "silent-reasoning"
    case refusal
    case incomplete
    case contentFilter = "content-filter"
    case fail
    case failEarly = "fail-early"
    case webSearch = "web-search"
    case fileSearch = "file-search"
    case codeInterpreter = "code-interpreter"
    case image
    case mcp
    case mcpFail = "mcp-fail"
    case mcpApproval = "mcp-approval"
    case shell
    case localShell = "local-shell"
    case applyPatch = "apply-patch"
    case computer
    case toolSearch = "tool-search"
    case program
    case compaction
    case annotations
    case commentary
    case audio
    case huge
    case unknown
    case everything

    var summary: String {
        switch self {
        case .long: return "an answer of N words (200)"
        case .about: return "tell what libresponses does"
        case .functionCall: return "call the first function tool, or N of them in turn"
        case .parallelCalls: return "call every function tool at once, deltas interleaved"
        case .brokenArguments: return "call the first function tool with broken JSON"
        case .customCall: return "call the first custom tool"
        case .reasoning: return "reasoning with a summary of N parts (2)"
        case .rawReasoning: return "reasoning with its text"
        case .silentReasoning: return "a reasoning item that shows nothing"
        case .refusal: return "a refusal"
        case .incomplete: return "stop in the middle, as if max_output_tokens were reached"
        case .contentFilter: return "stop in the middle for the content filter"
        case .fail: return "fail after N words (5): error event, response.failed"
        case .failEarly: return "fail before the first item: error event at sequence 2"
        case .webSearch: return "a web search, and an answer that cites it"
        case .fileSearch: return "a file search, and an answer that cites it"
        case .codeInterpreter: return "run code, with logs"
        case .image: return "a base64 image, with N partial images (2)"
        case .mcp: return "list the tools of an MCP server and call one"
        case .mcpFail: return "an MCP server that fails: listing and call"
        case .mcpApproval: return "ask for approval of an MCP call"
        case .shell: return "a shell call of two commands and its output"
        case .localShell: return "a local_shell call"
        case .applyPatch: return "an apply_patch call"
        case .computer: return "a computer call"
        case .toolSearch: return "a tool search and what it found"
        case .program: return "a program and its output"
        case .compaction: return "compact the conversation"
        case .annotations: return "an answer with every kind of annotation"
        case .commentary: return "a commentary message before the answer"
        case .audio: return "audio and transcript events"
        case .huge: return "an answer of N bytes in a single delta (1048576)"
        case .unknown: return "events of types that do not exist yet"
        case .everything: return "every kind of item and event, one after the other"
        }
    }

    /// Whether the answer is complete with this, or a text comes after it.
    var isAnswer: Bool {
        switch self {
        case .long, .about, .functionCall, .parallelCalls, .brokenArguments, .customCall, .refusal,
            .incomplete, .contentFilter, .fail, .failEarly, .mcpApproval, .localShell, .applyPatch,
            .computer, .annotations, .huge:
            return true
        default: return false
        }
    }

    /// The behaviour that uses a hosted tool of this type.
    static func using(tool type: String) -> Behaviour? {
        switch type {
        case "web_search", "web_search_2025_08_26", "web_search_preview",
            "web_search_preview_2025_03_11":
            return .webSearch
        case "file_search": return .fileSearch
        case "code_interpreter": return .codeInterpreter
        case "image_generation": return .image
        case "mcp": return .mcp
        case "computer", "computer_use_preview": return .computer
        case "shell": return .shell
        case "local_shell": return .localShell
        case "apply_patch": return .applyPatch
        case "tool_search": return .toolSearch
        case "programmatic_tool_calling": return .program
        default: return nil
        }
    }
}

/// A behaviour and the number that came with it.
struct Directive {
    var behaviour: Behaviour
    var count: Int?

    /// The known `#word` and `#word=N` of a text, in order.
    static func all(in text: String) -> [Directive] {
        // By bytes, because an input may have megabytes.
        text.utf8.split { $0 <= 0x20 || $0 == UInt8(ascii: ",") }.compactMap { word in
            guard word.first == UInt8(ascii: "#") else { return nil }
            let parts = word.dropFirst().split(separator: UInt8(ascii: "="), maxSplits: 1)
            guard let name = parts.first.flatMap({ String($0) }),
                let behaviour = Behaviour(rawValue: name)
            else { return nil }
            return Directive(
                behaviour: behaviour, count: parts.count > 1 ? leadingNumber(parts[1]) : nil)
        }
    }

    /// The first number of a text.
    static func firstNumber(in text: String) -> Int? {
        leadingNumber(text.utf8.drop { !isDigit($0) })
    }

    private static func leadingNumber(_ text: Substring.UTF8View) -> Int? {
        let digits = String(text.prefix { isDigit($0) }) ?? ""
        return digits.isEmpty ? nil : min(Int(digits) ?? largestCount, largestCount)
    }

    /// Words or bytes: an answer has to fit into memory several times.
    private static let largestCount = 128 * 1024 * 1024

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
