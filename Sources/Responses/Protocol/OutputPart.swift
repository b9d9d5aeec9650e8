/// A text that grows by deltas: a content part, a summary part, or a member of its item.
package final class OutputPart {
    /// The member of the item that the part is in.
    package enum List: Equatable {
        case content, summary, arguments, input, code

        package var isArray: Bool { self == .content || self == .summary }

        package var member: StaticString {
            switch self {
            case .content: return "content"
            case .summary: return "summary"
            case .arguments: return "arguments"
            case .input: return "input"
            case .code: return "code"
            }
        }
    }

    package enum Place {
        case outputText, refusal, reasoningText, summaryText
        case functionArguments, mcpArguments, customInput, code

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
            default: return nil
            }
        }

        /// Where a `.done` event's text goes, and the member it is in.
        package static func ofDone(_ kind: EventKind) -> (Place, StaticString)? {
            switch kind {
            case .outputTextDone: return (.outputText, "text")
            case .refusalDone: return (.refusal, "refusal")
            case .reasoningTextDone: return (.reasoningText, "text")
            case .reasoningSummaryTextDone: return (.summaryText, "text")
            case .functionCallArgumentsDone: return (.functionArguments, "arguments")
            case .mcpCallArgumentsDone: return (.mcpArguments, "arguments")
            case .customToolCallInputDone: return (.customInput, "input")
            case .codeInterpreterCodeDone: return (.code, "code")
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
            }
        }

        fileprivate var partType: StaticString {
            switch self {
            case .refusal: return "refusal"
            case .reasoningText: return "reasoning_text"
            case .summaryText: return "summary_text"
            default: return "output_text"
            }
        }

        fileprivate var partMember: StaticString {
            if case .refusal = self { return "refusal" }
            return "text"
        }
    }

    /// About what a part takes beside its text, so that many empty ones count.
    static let cost = 128

    package private(set) var place: Place
    package let index: Int32
    /// What the deltas have made so far, without escapes.
    package var text = ByteBuffer()
    /// The part as the server last gave it.
    private var whole: Text?
    /// Annotations that came by events of their own, with commas between them.
    private var annotations = ByteBuffer()
    /// The whole item came later and contains this.
    package var isOutdated = false

    package init(place: Place, index: Int32) {
        self.place = place
        self.index = index
    }

    package var contents: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: text.bytes, count: text.count)
    }

    package func takeWhole(_ value: JSONValue, _ hold: (Int) -> Bool) -> Accumulator.Outcome {
        if !hold(value.count) { return .tooLarge }
        guard let copy = Text(copying: value.start, count: value.count) else { return .noMemory }
        whole = copy
        if place.list == .content { place = Place(ofPart: value, isSummary: false) }
        annotations.removeAll()
        guard let said = value.member(place.partMember), said.kind == .string else { return .fine }
        // A part begins with an empty text; it must not wipe out deltas that came before it.
        if said.rawText.isEmpty && !text.isEmpty { return .fine }
        return replaceText(said, hold)
    }

    package func replaceText(_ value: JSONValue, _ hold: (Int) -> Bool) -> Accumulator.Outcome {
        if !hold(max(0, value.count - text.count)) { return .tooLarge }
        text.removeAll()
        return JSONEscape.decode(value.rawText, into: &text) ? .fine : .noMemory
    }

    package func addAnnotation(_ value: JSONValue, _ hold: (Int) -> Bool) -> Accumulator.Outcome {
        if !hold(value.count) { return .tooLarge }
        if !annotations.isEmpty && !annotations.append(0x2C) { return .noMemory }
        return annotations.append(value.start, value.count) ? .fine : .noMemory
    }

    // MARK: writing

    package func write(into out: inout ByteBuffer) -> Bool {
        var started = ByteBuffer()
        if let whole {
            guard started.append(whole.base, whole.count) else { return false }
        } else {
            guard started.append("{\"type\":\""), started.append(place.partType),
                started.append(place.list == .content ? "\",\"annotations\":[]}" : "\"}")
            else { return false }
        }
        guard let value = JSONValue(checking: started.bytes, count: started.count) else {
            return false
        }
        if annotations.isEmpty { return writeText(over: value, into: &out) }
        var annotated = ByteBuffer()
        let isWritten = JSONWriter.object(value, replacing: "annotations", into: &annotated) {
            out in
            out.append(0x5B) && out.append(annotations.bytes, annotations.count) && out.append(0x5D)
        }
        guard isWritten,
            let next = JSONValue(checking: annotated.bytes, count: annotated.count)
        else { return false }
        return writeText(over: next, into: &out)
    }

    private func writeText(over value: JSONValue, into out: inout ByteBuffer) -> Bool {
        JSONWriter.object(value, replacing: place.partMember, into: &out) { out in
            JSONEscape.encode(contents, into: &out)
        }
    }
}
