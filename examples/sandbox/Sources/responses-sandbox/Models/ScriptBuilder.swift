/// Builds a script item by item, in the order of events that the API keeps, within the tokens
/// that the request allows.
struct ScriptBuilder {
    private(set) var script = Script()
    let request: CreateRequest
    let ids: Identifiers
    /// Annotations for the answer that follows a search.
    var citations: [JSON] = []
    private var remainingTokens: Int
    private var nextOutputIndex = 0
    private(set) var isOver = false

    init(request: CreateRequest, ids: Identifiers) {
        self.request = request
        self.ids = ids
        remainingTokens = request.maximumOutputTokens ?? .max
    }

    var seed: UInt64 { ids.seed }

    mutating func takeIndex() -> Int {
        defer { nextOutputIndex += 1 }
        return nextOutputIndex
    }

    // MARK: - Acts

    mutating func open(_ index: Int, _ item: JSON) {
        script.acts.append(.open(outputIndex: index, item: item))
    }

    mutating func close(_ index: Int, _ item: JSON) {
        script.acts.append(.close(outputIndex: index, item: item, tokens: script.tokens))
    }

    mutating func event(_ type: String, _ members: JSONObject, deltaLength: Int? = nil) {
        script.acts.append(.event(EventDraft(type, members, deltaLength: deltaLength)))
    }

    mutating func add(_ draft: EventDraft) { script.acts.append(.event(draft)) }

    mutating func deltas(_ run: DeltaRun) { script.acts.append(.deltas(run)) }

    /// Nothing follows.
    mutating func end(_ ending: Script.Ending) {
        guard !isOver else { return }
        isOver = true
        script.ending = ending
    }

    // MARK: - Tokens

    /// As much of the text as the budget allows, paid for.
    mutating func afford(_ text: String, isReasoning: Bool = false) -> (String, isWhole: Bool) {
        var taken = (text: text, isWhole: true)
        if remainingTokens < .max {
            taken = Pieces.prefix(text, pieces: remainingTokens)
        }
        let count = Pieces.count(taken.text)
        script.tokens.output += count
        if isReasoning { script.tokens.reasoning += count }
        if remainingTokens < .max { remainingTokens -= count }
        return (taken.text, taken.isWhole)
    }

    /// The budget is used up: the response ends here.
    mutating func runOut() { end(.incomplete(reason: "max_output_tokens")) }
}
