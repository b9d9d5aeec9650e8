/// Made-up but steady log probabilities: the longer a token, the less likely.
struct Logprobs {
    /// How many tokens are listed for each place.
    var alternatives: Int
    /// Content parts show the bytes of tokens, events do not.
    var showsBytes: Bool

    /// For every piece of a text.
    func all(of text: String) -> [JSON] {
        let bytes = Bytes(text: text)
        var entries: [JSON] = []
        var position = 0
        while position < bytes.count {
            let end = Pieces.end(of: bytes, from: position)
            entries.append(entry(String(decoding: bytes[position..<end], as: UTF8.self)))
            position = end
        }
        return entries
    }

    func entry(_ token: String) -> JSON {
        let likelihood = -0.01 * Double(token.utf8.count)
        var top = [one(token, likelihood)]
        for rank in 1..<max(1, alternatives) {
            top.append(one(token + String(rank), likelihood - Double(rank)))
        }
        var entry = one(token, likelihood)
        entry.set("top_logprobs", .array(alternatives > 0 ? top : []))
        return entry
    }

    private func one(_ token: String, _ logprob: Double) -> JSON {
        var one: JSONObject = ["token": .string(token)]
        if showsBytes { one.append("bytes", .array(token.utf8.map { .integer(Int($0)) })) }
        one.append("logprob", .number(logprob))
        return .object(one)
    }
}
