/// Everything a model will say, decided before it says the first word.
///
/// Long texts are cut into deltas only while they are sent, so an answer of a million words costs
/// no memory per event.
struct Script {
    var acts: [Act] = []
    var ending = Ending.completed
    var tokens = Tokens()

    /// What the output costs.
    struct Tokens {
        var output = 0
        var reasoning = 0
    }

    enum Act {
        case event(EventDraft)
        /// The pieces of a text, one delta event each.
        case deltas(DeltaRun)
        /// `output_item.added`
        case open(outputIndex: Int, item: JSON)
        /// `output_item.done`: the item is part of the output from here on, which has cost so much.
        case close(outputIndex: Int, item: JSON, tokens: Tokens)
    }

    enum Ending {
        case completed
        case incomplete(reason: String)
        /// An `error` event, then `response.failed`.
        case failed(ErrorEvent)
    }
}

/// A text on its way out as delta events.
struct DeltaRun {
    let type: String
    /// The members before and after the delta's text.
    let prefix: Bytes
    let suffix: Bytes
    let text: Bytes
    private(set) var position = 0
    private let wholeInOne: Bool
    private let logprobs: Logprobs?

    /// - Parameter logprobs: shown with each delta of an output text; others carry none.
    init(
        type: String, before: JSONObject, text: String, wholeInOne: Bool = false,
        logprobs: Logprobs? = nil
    ) {
        self.type = type
        prefix = EventDraft(type, before).fields + Bytes(text: ",\"delta\":\"")
        let showsNone = type == "response.output_text.delta" && logprobs == nil
        suffix = Bytes(text: showsNone ? "\",\"logprobs\":[]" : "\"")
        self.text = Bytes(text: text)
        self.wholeInOne = wholeInOne
        self.logprobs = logprobs
    }

    /// What has been sent so far.
    var sent: String { String(decoding: text[..<position], as: UTF8.self) }

    mutating func next() -> EventDraft? {
        guard position < text.count else { return nil }
        let end = wholeInOne ? text.count : Pieces.end(of: text, from: position)
        var fields = Bytes()
        fields.reserveCapacity(prefix.count + (end - position) + suffix.count + 8)
        fields.append(contentsOf: prefix)
        var characters = 0
        text.withUnsafeBufferPointer {
            let piece = UnsafeBufferPointer(rebasing: $0[position..<end])
            fields.append(escaping: piece)
            for byte in piece where byte & 0xC0 != 0x80 { characters += 1 }
        }
        fields.append(contentsOf: suffix)
        if let logprobs {
            let token = String(decoding: text[position..<end], as: UTF8.self)
            fields.append(text: ",\"logprobs\":")
            JSON.array([logprobs.entry(token)]).write(to: &fields)
        }
        position = end
        return EventDraft(type: type, fields: fields, deltaLength: characters)
    }
}

/// The sandbox's idea of a token: a word with the space before it, at most twelve bytes, or one
/// sign of punctuation. Counting and cutting follow the same rule, so usage can be checked.
enum Pieces {
    private static let longest = 12

    static func count(_ text: String) -> Int {
        let bytes = Bytes(text: text)
        var count = 0
        var position = 0
        while position < bytes.count {
            position = end(of: bytes, from: position)
            count += 1
        }
        return count
    }

    /// The first so many pieces of the text, and whether that was all of it.
    static func prefix(_ text: String, pieces: Int) -> (text: String, isWhole: Bool) {
        let bytes = Bytes(text: text)
        var position = 0
        var taken = 0
        while taken < pieces, position < bytes.count {
            position = end(of: bytes, from: position)
            taken += 1
        }
        return (String(decoding: bytes[..<position], as: UTF8.self), position == bytes.count)
    }

    /// Where the piece that starts at `start` ends.
    static func end(of bytes: Bytes, from start: Int) -> Int {
        var end = start
        if bytes[end] == 0x20 { end += 1 }
        let word = end
        while end < bytes.count, end - word < longest, isWordByte(bytes[end]) { end += 1 }
        if end == word {
            // Punctuation, or a space that no word follows.
            return end == start || (end < bytes.count && bytes[end] > 0x20) ? end + 1 : end
        }
        // Never cut a character in two.
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        return end
    }

    static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "'"), UInt8(ascii: "_"), 0x80...:
            return true
        default: return false
        }
    }
}
