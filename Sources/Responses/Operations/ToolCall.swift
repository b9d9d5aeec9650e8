import CPlatform

/// The model calls a function of the host's. The host has the call for as long as it likes; what it says counts
/// while the run waits for it.
package final class ToolCall {
    package let engine: Engine
    package let name: Text
    package let id: Text
    /// A JSON object; of a custom tool, its input.
    package let arguments: Text
    let isCustom: Bool
    /// "caller" of the call as JSON, which its output has to repeat; nil for none.
    let caller: Text?

    enum Answer {
        case pending
        /// A JSON value.
        case output(Text)
        /// There is none.
        case none
    }

    // MARK: state under the engine's lock

    private(set) var answer = Answer.pending
    /// Who waits. Nil when the call of the run has ended.
    private var run: Unmanaged<Call>?

    init(
        _ run: Call, name: Text, id: Text, arguments: Text, isCustom: Bool, caller: Text?
    ) {
        engine = run.engine
        self.run = Unmanaged.passUnretained(run)
        self.name = name
        self.id = id
        self.arguments = arguments
        self.isCustom = isCustom
        self.caller = caller
    }

    var isPending: Bool {
        if case .pending = answer { return true }
        return false
    }

    /// The run waits no more. The lock is held.
    func detach() { run = nil }

    // MARK: answers of any thread

    package func answer(text: Input) throws(ResponsesError) {
        try Toolbox.checkText(text, "output")
        var json = ByteBuffer()
        guard JSONEscape.encode(text, into: &json) else { throw .noMemory() }
        try settle(&json)
    }

    /// Parts with text, images and files go as they are; any other JSON is text for the model.
    package func answer(json given: Input) throws(ResponsesError) {
        guard let copy = Text(copying: given.baseAddress, count: given.count) else {
            throw .noMemory()
        }
        guard let value = JSONValue(checking: copy.base, count: copy.count),
            !JSONScanner.hasNotFinite(value)
        else {
            throw .invalid(
                "json", "is not JSON; expected one value in UTF-8, without NaN and Infinity")
        }
        var json = ByteBuffer()
        let isText = value.kind == .string || ToolCall.areParts(value)
        guard isText ? json.append(value.raw) : JSONEscape.encode(value.raw, into: &json) else {
            throw .noMemory()
        }
        try settle(&json)
    }

    package func fail(_ message: Input) throws(ResponsesError) {
        try Toolbox.checkText(message, "message")
        try tell(Message(Array(message)))
    }

    /// The model is told what is wrong.
    func tell(_ problem: Message) throws(ResponsesError) {
        let text = bytes("Error: ") + problem.bytes
        var json = ByteBuffer()
        guard text.withUnsafeBufferPointer({ JSONEscape.encode($0, into: &json) }) else {
            throw .noMemory()
        }
        try settle(&json)
    }

    private static func areParts(_ value: JSONValue) -> Bool {
        guard value.kind == .array, value.element(0) != nil else { return false }
        var areParts = true
        value.forEach { _, part in
            areParts =
                part.member("type")?.isOne(of: "input_text|input_image|input_file") == true
            return areParts
        }
        return areParts
    }

    private func settle(_ json: inout ByteBuffer) throws(ResponsesError) {
        guard let text = json.copy() else { throw .noMemory() }
        if !settle(.output(text)) { throw .invalid("call", "has its output already") }
    }

    /// No answer will come; again is fine.
    package func giveUp() { _ = settle(.none) }

    private func settle(_ end: Answer) -> Bool {
        engine.locked {
            guard isPending else { return false }
            answer = end
            guard let run else { return true }
            run._withUnsafeGuaranteedRef {
                engine.tell($0)
                engine.wakeDriver()
            }
            return true
        }
    }
}
