import CPlatform

/// What a server says of how much it takes from a client: in the headers of its answers, in several forms.
///
/// - `x-ratelimit-limit-requests`, `-remaining-`, `-reset-`, and the same with `-tokens`: OpenAI, Azure, Groq and most
///   servers that speak their API; a reset is "1s", "6m0s" or "12ms".
/// - `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10): `"default";r=50;t=30` and
///   `"default";q=100`; in an earlier draft one `limit=100, remaining=50, reset=30`.
/// - `RateLimit-Limit`, `-Remaining`, `-Reset` (its first drafts), and the same with `X-` in front: a reset is seconds,
///   or the time when it is, in seconds or milliseconds since 1970.
package struct RateLimits {
    package struct Limit {
        /// How many in a window of time, and how many are left; -1: unknown.
        package var limit: Int64 = -1
        package var remaining: Int64 = -1
        /// Until the limit is as if nothing had been asked for, in milliseconds; -1: unknown.
        package var reset: Int64 = -1

        package init() {}
    }

    package var requests = Limit()
    package var tokens = Limit()

    /// Nothing is known.
    package init() {}

    /// `lines`: the headers of an answer, "name: value" each. `now`: seconds since 1970.
    package init(_ lines: Input, now: Int64) {
        requests = Limit(lines, "x-ratelimit-", "-requests", now)
        tokens = Limit(lines, "x-ratelimit-", "-tokens", now)
        if let text = HeaderLines.value("ratelimit", "", "", lines) { takeFields(text) }
        if let text = HeaderLines.value("ratelimit-policy", "", "", lines) { takeFields(text) }
        for prefix in "ratelimit-|x-ratelimit-" as Words {
            let limit = Limit(lines, prefix, "", now)
            requests.complete(limit.limit, limit.remaining, limit.reset)
        }
    }

    /// One of the six, by the numbers of the header; nil for another number.
    package subscript(_ number: Int32) -> Int64? {
        switch number {
        case 1: return requests.limit
        case 2: return requests.remaining
        case 3: return requests.reset
        case 4: return tokens.limit
        case 5: return tokens.remaining
        case 6: return tokens.reset
        default: return nil
        }
    }

    // MARK: the drafts

    /// Items with "," between them, each a name with parameters behind ";", or a parameter itself.
    private mutating func takeFields(_ text: Input) {
        var isOfTokens = false
        for item in RateLimits.parts(text, 0x2C) {
            var isFirst = true
            for part in RateLimits.parts(item, 0x3B) {
                let equals = part.firstIndex(of: 0x3D)
                if isFirst { isOfTokens = RateLimits.namesTokens(part) }
                isFirst = false
                guard let equals else { continue }
                let name = Input(rebasing: part[..<equals])
                let number = RateLimits.count(Input(rebasing: part[(equals + 1)...]))
                if number < 0 { continue }
                // The scale is that of seconds, which are not so many that it could overflow.
                let time = min(number, 1_000_000_000_000) &* 1000
                var taken = Limit()
                if equal(name, "q") || equal(name, "limit") { taken.limit = number }
                if equal(name, "r") || equal(name, "remaining") { taken.remaining = number }
                if equal(name, "t") || equal(name, "reset") { taken.reset = time }
                if isOfTokens {
                    tokens.complete(taken.limit, taken.remaining, taken.reset)
                } else {
                    requests.complete(taken.limit, taken.remaining, taken.reset)
                }
            }
        }
    }

    private static func namesTokens(_ name: Input) -> Bool {
        let word = ("token" as StaticString).buffer
        if name.count < word.count { return false }
        for start in 0...(name.count - word.count) {
            let piece = Input(rebasing: name[start..<(start + word.count)])
            if equalIgnoringCase(piece, word) { return true }
        }
        return false
    }

    private static func parts(_ text: Input, _ separator: UInt8) -> [Input] {
        var parts: [Input] = []
        var start = 0
        for index in 0...text.count where index == text.count || text[index] == separator {
            var from = start
            var end = index
            while from < end && text[from] <= 0x20 { from += 1 }
            while end > from && text[end - 1] <= 0x20 { end -= 1 }
            parts.append(Input(rebasing: text[from..<end]))
            start = index + 1
        }
        return parts
    }

    // MARK: values

    /// The whole number that a value begins with: "100, 100;w=60" has several.
    fileprivate static func count(_ text: Input?) -> Int64 {
        guard let text else { return -1 }
        var value: Int64 = -1
        for byte in text {
            if byte == 0x20 && value < 0 { continue }
            guard byte >= 0x30, byte <= 0x39 else { break }
            if value > 100_000_000_000_000 { return Int64.max / 4 }
            value = max(value, 0) &* 10 &+ Int64(byte &- 0x30)
        }
        return value
    }

    /// "1h2m3.5s", "6m0s", "12ms", or seconds without a unit; a large number is a time.
    fileprivate static func duration(_ text: Input?, _ now: Int64) -> Int64 {
        guard let text, !text.isEmpty else { return -1 }
        var total: Int64 = 0
        var start = 0
        while start < text.count {
            var end = start
            while end < text.count && isOfNumber(text[end]) { end += 1 }
            var unitEnd = end
            while unitEnd < text.count && !isOfNumber(text[unitEnd]) { unitEnd += 1 }
            let number = Input(rebasing: text[start..<end])
            let unit = Input(rebasing: text[end..<unitEnd])
            guard let scale = scale(unit), let value = RetryRule.decimal(number, scale: scale)
            else {
                return -1
            }
            if unit.isEmpty && value >= 1_000_000_000_000 {
                // Seconds since 1970, which are milliseconds now, or milliseconds, which are a thousand times that.
                let time = value >= 1_000_000_000_000_000 ? value / 1000 : value
                return max(0, time &- now &* 1000)
            }
            total = min(total, Int64.max / 4) + min(value, Int64.max / 4)
            start = unitEnd
        }
        return total
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte == 0x2E || byte == 0x20
    }

    /// Milliseconds in a unit.
    private static func scale(_ unit: Input) -> Int64? {
        if unit.isEmpty || equal(unit, "s") { return 1000 }
        if equal(unit, "ms") { return 1 }
        if equal(unit, "m") { return 60_000 }
        if equal(unit, "h") { return 3_600_000 }
        if equal(unit, "d") { return 86_400_000 }
        return nil
    }
}

extension RateLimits.Limit {
    fileprivate init(
        _ lines: Input, _ prefix: Input, _ suffix: StaticString, _ now: Int64
    ) {
        limit = RateLimits.count(HeaderLines.value(prefix, "limit", suffix, lines))
        remaining = RateLimits.count(HeaderLines.value(prefix, "remaining", suffix, lines))
        reset = RateLimits.duration(HeaderLines.value(prefix, "reset", suffix, lines), now)
    }

    fileprivate init(
        _ lines: Input, _ prefix: StaticString, _ suffix: StaticString, _ now: Int64
    ) {
        self.init(lines, prefix.buffer, suffix, now)
    }

    /// What is not known yet.
    fileprivate mutating func complete(_ limit: Int64, _ remaining: Int64, _ reset: Int64) {
        if self.limit < 0 { self.limit = limit }
        if self.remaining < 0 { self.remaining = remaining }
        if self.reset < 0 { self.reset = reset }
    }
}

/// Headers as the text that an answer or an error has of them.
private enum HeaderLines {
    static func value(
        _ prefix: StaticString, _ name: StaticString, _ suffix: StaticString, _ lines: Input
    ) -> Input? {
        value(prefix.buffer, name, suffix, lines)
    }

    /// The first header whose name is these three in a row.
    @inline(never)
    static func value(
        _ prefix: Input, _ name: StaticString, _ suffix: StaticString, _ lines: Input
    ) -> Input? {
        var start = 0
        while start < lines.count {
            var end = start
            while end < lines.count && lines[end] != 0x0A { end += 1 }
            var place = start
            let isNamed =
                skip(prefix, lines, &place, end) && skip(name.buffer, lines, &place, end)
                && skip(suffix.buffer, lines, &place, end)
            if isNamed && place < end && lines[place] == 0x3A {
                place += 1
                while place < end && lines[place] == 0x20 { place += 1 }
                return Input(rebasing: lines[place..<end])
            }
            start = end + 1
        }
        return nil
    }

    private static func skip(_ word: Input, _ lines: Input, _ place: inout Int, _ end: Int) -> Bool
    {
        if end - place < word.count { return false }
        for byte in word {
            if lowercased(lines[place]) != byte { return false }
            place += 1
        }
        return true
    }
}

extension ResponseHeaders {
    package var rateLimits: RateLimits {
        lines().map { RateLimits($0.buffer, now: platform_wall_clock()) } ?? RateLimits()
    }
}

extension ResponsesError {
    package var rateLimits: RateLimits {
        details.headers.map { RateLimits($0.buffer, now: platform_wall_clock()) } ?? RateLimits()
    }
}
