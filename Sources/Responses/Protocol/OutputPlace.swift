/// Where in its item a text belongs, and which events bring it.
extension OutputPart {
    /// The member of the item that the part is in.
    package enum List: Equatable {
        case content, summary, arguments, input, code, operation, action, output

        /// Whether each part is an object of an array, and not a text.
        package var hasObjects: Bool { self == .content || self == .summary || self == .output }

        package var member: StaticString {
            switch self {
            case .content: return "content"
            case .summary: return "summary"
            case .arguments: return "arguments"
            case .input: return "input"
            case .code: return "code"
            case .operation: return "operation"
            case .action: return "action"
            case .output: return "output"
            }
        }
    }

    package enum Place {
        case outputText, refusal, reasoningText, summaryText
        case functionArguments, mcpArguments, customInput, code
        /// `operation.diff` of an `apply_patch_call`.
        case diff
        /// One of `action.commands` of a `shell_call`.
        case command
        /// One of `output` of a `shell_call_output`, with "stdout" and "stderr".
        case shellOutput

        package init?(ofDelta kind: EventKind) {
            switch kind {
            case .outputTextDelta: self = .outputText
            case .refusalDelta: self = .refusal
            case .reasoningTextDelta: self = .reasoningText
            case .reasoningSummaryTextDelta: self = .summaryText
            case .functionCallArgumentsDelta: self = .functionArguments
            case .mcpCallArgumentsDelta: self = .mcpArguments
            case .customToolCallInputDelta: self = .customInput
            case .codeInterpreterCodeDelta: self = .code
            case .applyPatchDiffDelta: self = .diff
            case .shellCallCommandDelta: self = .command
            default: return nil
            }
        }

        /// Where the text of an event that has all of it goes, and the member it is in.
        package static func ofWhole(_ kind: EventKind) -> (Place, StaticString)? {
            switch kind {
            case .outputTextDone: return (.outputText, "text")
            case .refusalDone: return (.refusal, "refusal")
            case .reasoningTextDone: return (.reasoningText, "text")
            case .reasoningSummaryTextDone: return (.summaryText, "text")
            case .functionCallArgumentsDone: return (.functionArguments, "arguments")
            case .mcpCallArgumentsDone: return (.mcpArguments, "arguments")
            case .customToolCallInputDone: return (.customInput, "input")
            case .codeInterpreterCodeDone: return (.code, "code")
            case .applyPatchDiffDone: return (.diff, "diff")
            case .shellCallCommandAdded, .shellCallCommandDone: return (.command, "command")
            default: return nil
            }
        }

        package init(ofPart part: JSONValue, isSummary: Bool) {
            if isSummary {
                self = .summaryText
            } else if let type = part.member("type"), type.isText("refusal") {
                self = .refusal
            } else if let type = part.member("type"), type.isText("reasoning_text") {
                self = .reasoningText
            } else {
                self = .outputText
            }
        }

        package var list: List {
            switch self {
            case .outputText, .refusal, .reasoningText: return .content
            case .summaryText: return .summary
            case .functionArguments, .mcpArguments: return .arguments
            case .customInput: return .input
            case .code: return .code
            case .diff: return .operation
            case .command: return .action
            case .shellOutput: return .output
            }
        }

        /// The type of an item that no event began.
        package var itemType: StaticString {
            switch self {
            case .outputText, .refusal: return "message"
            case .reasoningText, .summaryText: return "reasoning"
            case .functionArguments: return "function_call"
            case .mcpArguments: return "mcp_call"
            case .customInput: return "custom_tool_call"
            case .code: return "code_interpreter_call"
            case .diff: return "apply_patch_call"
            case .command: return "shell_call"
            case .shellOutput: return "shell_call_output"
            }
        }

        var partType: StaticString {
            switch self {
            case .refusal: return "refusal"
            case .reasoningText: return "reasoning_text"
            case .summaryText: return "summary_text"
            default: return "output_text"
            }
        }

        var partMember: StaticString {
            switch self {
            case .refusal: return "refusal"
            case .shellOutput: return "stdout"
            default: return "text"
            }
        }
    }
}
