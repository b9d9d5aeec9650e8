/// Makes a text that a regular expression accepts: the shortest way through it, more or less.
///
/// Knows what patterns in schemas are made of: literals, classes, escapes, groups, alternatives and
/// quantifiers. Look-around and back-references are passed over.
struct PatternSampler {
    private let pattern: [Character]
    private var position = 0
    private var depth = 0

    private static let deepest = 100
    /// Repetitions of repetitions end here.
    private static let longest = 1 << 16

    static func sample(_ pattern: String) -> String {
        var sampler = PatternSampler(pattern: Array(pattern))
        return sampler.alternatives()
    }

    private init(pattern: [Character]) { self.pattern = pattern }

    private var current: Character? { position < pattern.count ? pattern[position] : nil }

    private mutating func take() -> Character? {
        guard let character = current else { return nil }
        position += 1
        return character
    }

    /// The first of several alternatives; the others are read and forgotten.
    private mutating func alternatives() -> String {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.deepest else {
            position = pattern.count
            return ""
        }
        let first = sequence()
        while current == "|" {
            position += 1
            _ = sequence()
        }
        return first
    }

    private mutating func sequence() -> String {
        var text = ""
        while let character = current, character != "|", character != ")" {
            let one = atom()
            let room = (Self.longest - text.utf8.count) / max(1, one.utf8.count)
            text += String(repeating: one, count: max(0, min(repetitions(), room)))
        }
        return text
    }

    private mutating func atom() -> String {
        switch take() {
        case "^", "$": return ""
        case ".": return "a"
        case "(": return group()
        case "[": return String(characterClass())
        case "\\": return escape().map { String($0) } ?? ""
        case let character?: return String(character)
        case nil: return ""
        }
    }

    private mutating func group() -> String {
        var isAssertion = false
        if current == "?" {
            position += 1
            let kind = take()
            isAssertion = kind == "=" || kind == "!"
            if kind == "<" {
                isAssertion = current == "=" || current == "!"
                // A name ends at its bracket; a look-behind has only its sign.
                while let character = take(), !isAssertion, character != ">" {}
            } else if kind == "P" {
                while let character = take(), character != ">" {}
            }
        }
        let inside = alternatives()
        if current == ")" { position += 1 }
        return isAssertion ? "" : inside
    }

    private mutating func characterClass() -> Character {
        let isNegated = current == "^"
        if isNegated { position += 1 }
        var members: [Character] = []
        var ranges: [ClosedRange<Character>] = []
        while let character = take(), character != "]" || (members.isEmpty && ranges.isEmpty) {
            let low = character == "\\" ? escape() ?? character : character
            if current == "-", position + 1 < pattern.count, pattern[position + 1] != "]" {
                position += 1
                let high = take() ?? low
                if low <= high { ranges.append(low...high) }
            } else {
                members.append(low)
            }
        }
        guard isNegated else { return ranges.first?.lowerBound ?? members.first ?? "a" }
        return Array("abcdefghijklmnopqrstuvwxyz0123456789 _-").first { candidate in
            !members.contains(candidate) && !ranges.contains { $0.contains(candidate) }
        } ?? "~"
    }

    private mutating func escape() -> Character? {
        switch take() {
        case "d": return "4"
        case "w", "S", "D": return "a"
        case "s", "W": return " "
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "b", "B", "A", "Z", "z": return nil
        case let character: return character
        }
    }

    /// How often the atom before it is repeated: as little as allowed, but not left out for `*`.
    private mutating func repetitions() -> Int {
        var count = 1
        switch current {
        case "*", "+": position += 1
        case "?":
            position += 1
            count = 1
        case "{": count = counted() ?? 1
        default: return 1
        }
        // Lazy and possessive marks change nothing here.
        if current == "?" || current == "+" { position += 1 }
        return count
    }

    /// `{3}`, `{3,}`, `{3,5}`; a brace that is none of these stands for itself.
    private mutating func counted() -> Int? {
        guard let end = pattern[position...].firstIndex(of: "}") else { return nil }
        let bounds = String(pattern[position + 1..<end]).split(
            separator: ",", omittingEmptySubsequences: false)
        guard let low = bounds.first.flatMap({ Int($0) }) else { return nil }
        position = end + 1
        let high = bounds.count > 1 ? Int(bounds[1]) ?? Int.max : low
        return min(max(low, min(1, high)), 4096)
    }
}
