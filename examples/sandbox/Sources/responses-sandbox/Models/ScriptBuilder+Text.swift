/// Messages, refusals and reasoning.
extension ScriptBuilder {
    /// A message of one text part.
    ///
    /// - Parameter isCutOff: closes the item as incomplete; the caller says why.
    mutating func message(
        _ text: String, annotations: [JSON] = [], phase: String? = nil, isCutOff: Bool = false,
        inOneDelta: Bool = false
    ) {
        guard !isOver else { return }
        let (shown, isWhole) = afford(text)
        let item = openMessage(phase)
        play(shown, annotations: annotations, in: item, inOneDelta: inOneDelta)
        let part = InputItems.outputText(
            shown, annotations: annotations,
            logprobs: inOneDelta ? [] : logprobs(shown, showsBytes: true))
        endText(part, in: item, logprobs: inOneDelta ? [] : logprobs(shown, showsBytes: false))
        close(
            item.index,
            messageItem(
                item, status: isWhole && !isCutOff ? "completed" : "incomplete", content: [part]))
        if !isWhole { runOut() }
    }

    /// A message that breaks off: no `done` for the part or the item.
    mutating func unfinishedMessage(_ text: String) {
        guard !isOver else { return }
        let (shown, _) = afford(text)
        let item = openMessage(nil)
        play(shown, annotations: [], in: item, inOneDelta: false)
    }

    mutating func refusal(_ text: String) {
        guard !isOver else { return }
        let (shown, isWhole) = afford(text)
        let item = openMessage(nil)
        let place = item.place
        event(
            "response.content_part.added",
            place.adding("part", ["type": "refusal", "refusal": ""]))
        deltas(DeltaRun(type: "response.refusal.delta", before: place, text: shown))
        event("response.refusal.done", place.adding("refusal", .string(shown)))
        let part: JSON = ["type": "refusal", "refusal": .string(shown)]
        event("response.content_part.done", place.adding("part", part))
        close(
            item.index,
            messageItem(item, status: isWhole ? "completed" : "incomplete", content: [part]))
        if !isWhole { runOut() }
    }

    // MARK: - Reasoning

    private static let thoughts = [
        "**Reading the question** The input is short, so the answer can be short as well.",
        "**Choosing an answer** The rule of the sandbox says what comes next.",
    ]

    mutating func reasoning(parts: Int) {
        guard !isOver else { return }
        let (id, index) = (ids.next("rs_"), takeIndex())
        openReasoning(id, index)
        var summary: [JSON] = []
        var isWhole = true
        for part in 0..<parts where isWhole {
            let text: String
            (text, isWhole) = afford(Self.thoughts[part % 2], isReasoning: true)
            summary.append(summaryPart(text, part: part, id: id, index: index))
        }
        close(index, reasoningItem(id, summary: summary))
        if !isWhole { runOut() }
    }

    private mutating func summaryPart(_ text: String, part: Int, id: String, index: Int) -> JSON {
        let place: JSONObject = [
            "item_id": .string(id), "output_index": .integer(index),
            "summary_index": .integer(part),
        ]
        let whole: JSON = ["type": "summary_text", "text": .string(text)]
        event(
            "response.reasoning_summary_part.added",
            place.adding("part", ["type": "summary_text", "text": ""]))
        deltas(
            DeltaRun(type: "response.reasoning_summary_text.delta", before: place, text: text))
        event("response.reasoning_summary_text.done", place.adding("text", .string(text)))
        event("response.reasoning_summary_part.done", place.adding("part", whole))
        return whole
    }

    mutating func rawReasoning() {
        guard !isOver else { return }
        let (id, index) = (ids.next("rs_"), takeIndex())
        let (text, isWhole) = afford(
            "The user wrote something. I repeat it, as the rule says.", isReasoning: true)
        openReasoning(id, index)
        let place: JSONObject = [
            "item_id": .string(id), "output_index": .integer(index), "content_index": 0,
        ]
        let part: JSON = ["type": "reasoning_text", "text": .string(text)]
        event(
            "response.content_part.added",
            place.adding("part", ["type": "reasoning_text", "text": ""]))
        deltas(DeltaRun(type: "response.reasoning_text.delta", before: place, text: text))
        event("response.reasoning_text.done", place.adding("text", .string(text)))
        event("response.content_part.done", place.adding("part", part))
        var item = reasoningItem(id, summary: [])
        item.set("content", [part])
        close(index, item)
        if !isWhole { runOut() }
    }

    mutating func silentReasoning() {
        guard !isOver else { return }
        let (id, index) = (ids.next("rs_"), takeIndex())
        openReasoning(id, index)
        close(index, reasoningItem(id, summary: []))
    }

    private mutating func openReasoning(_ id: String, _ index: Int) {
        open(index, reasoningItem(id, summary: []))
    }

    /// Reasoning items carry no status. The encrypted form is only shown to those who ask.
    private func reasoningItem(_ id: String, summary: [JSON]) -> JSON {
        [
            "id": .string(id), "type": "reasoning", "summary": .array(summary),
            "encrypted_content": .string(Opaque.text(for: id, seed: seed)),
        ]
    }

    // MARK: - The pieces of a message

    /// A message that was opened, and the members its text events share.
    struct OpenMessage {
        var id: String
        var index: Int
        var phase: String?

        var place: JSONObject {
            [
                "item_id": .string(id), "output_index": .integer(index), "content_index": 0,
            ]
        }
    }

    private mutating func openMessage(_ phase: String?) -> OpenMessage {
        let item = OpenMessage(id: ids.next("msg_"), index: takeIndex(), phase: phase)
        open(item.index, messageItem(item, status: "in_progress", content: []))
        return item
    }

    private func messageItem(_ item: OpenMessage, status: String, content: [JSON]) -> JSON {
        var message: JSONObject = [
            "id": .string(item.id), "type": "message", "status": .string(status),
            "content": .array(content),
        ]
        if let phase = item.phase { message.append("phase", .string(phase)) }
        message.append("role", "assistant")
        return .object(message)
    }

    private mutating func play(
        _ text: String, annotations: [JSON], in item: OpenMessage, inOneDelta: Bool
    ) {
        event(
            "response.content_part.added", item.place.adding("part", InputItems.outputText("")))
        deltas(
            DeltaRun(
                type: "response.output_text.delta", before: item.place, text: text,
                wholeInOne: inOneDelta,
                logprobs: showsLogprobs
                    ? Logprobs(alternatives: topLogprobs, showsBytes: false) : nil))
        for (number, annotation) in annotations.enumerated() {
            event(
                "response.output_text.annotation.added",
                item.place.adding("annotation_index", .integer(number))
                    .adding("annotation", annotation))
        }
    }

    private mutating func endText(_ part: JSON, in item: OpenMessage, logprobs: [JSON]) {
        event(
            "response.output_text.done",
            item.place.adding("text", part["text"] ?? "").adding("logprobs", .array(logprobs)))
        event("response.content_part.done", item.place.adding("part", part))
    }

    private var showsLogprobs: Bool { request.include.contains(.logprobs) }

    private var topLogprobs: Int { request.value("top_logprobs", default: 0).integer ?? 0 }

    private func logprobs(_ text: String, showsBytes: Bool) -> [JSON] {
        guard showsLogprobs else { return [] }
        return Logprobs(alternatives: topLogprobs, showsBytes: showsBytes).all(of: text)
    }
}

extension JSONObject {
    /// The object with one more member at its end.
    func adding(_ key: String, _ value: JSON) -> JSONObject {
        var more = self
        more.append(key, value)
        return more
    }
}

/// Text that stands for something only the server can read.
enum Opaque {
    static func text(for id: String, seed: UInt64) -> String {
        var random = DeterministicRandom(seed: seed, stream: stableHash(id))
        var text = Bytes(text: "gAAAAAB")
        random.append(121, of: DeterministicRandom.alphanumerics, to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
