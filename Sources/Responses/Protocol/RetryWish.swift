/// A wait that a server asks for in words: "Please try again in 1.2s.", "Retry after 5 seconds".
package enum RetryWish {
    /// In milliseconds, rounded up; -1 when the text names none.
    package static func inWords(_ text: [UInt8]) -> Int64 {
        text.withUnsafeBufferPointer { text in
            // A message, not a book: it stands near its beginning.
            let end = min(text.count, 4000)
            var index = 0
            while index < end {
                // At the beginning of a word.
                if index == 0 || !isLetter(text[index - 1]) {
                    for lead in leads {
                        guard let behind = skip(lead, text, index, end) else { continue }
                        let wish = duration(text, behind, end)
                        if wish >= 0 { return wish }
                    }
                }
                index += 1
            }
            return -1
        }
    }

    private static var leads: Words {
        """
        try again in|try again after|again in|again after|retry in|retry after|retry-after|retry_after|\
        retrying in|retrying after|please wait|wait for|available in|resets in|reset in|reset after
        """
    }

    private static var fillers: Words { "about|approximately|at least|another|for|~|:|=" }

    /// The place behind `words`, which stand at `start` in any case and end with their last letter; nil
    /// when something else is there.
    private static func skip(_ words: Input, _ text: Input, _ start: Int, _ end: Int) -> Int? {
        guard start + words.count <= end else { return nil }
        for offset in words.indices where lowercased(text[start + offset]) != words[offset] {
            return nil
        }
        let behind = start + words.count
        let isWhole =
            !isLetter(words[words.count - 1]) || behind == end || !isLetter(text[behind])
        return isWhole ? behind : nil
    }

    /// Numbers with their units, one behind the other: "1m3s", "20 seconds", "1 minute and 5 seconds". A
    /// number that nothing follows is one of seconds, as in the header of that name.
    private static func duration(_ text: Input, _ start: Int, _ end: Int) -> Int64 {
        var index = skipSpace(text, start, end)
        var isLead = true
        while isLead {
            isLead = false
            for filler in fillers {
                guard let behind = skip(filler, text, index, end) else { continue }
                index = skipSpace(text, behind, end)
                isLead = true
            }
        }
        var total: Int64 = -1
        while true {
            guard let (numberEnd, digits) = number(text, index, end) else { return total }
            let unitStart = skipSpace(text, numberEnd, end)
            guard let unit = unit(text, unitStart, end) else {
                if total >= 0 || !endsHere(text, numberEnd, end) { return total }
                return RetryRule.seconds(digits) ?? -1
            }
            guard let part = RetryRule.decimal(digits, scale: unit.milliseconds) else {
                return total
            }
            let sum = max(0, total).addingReportingOverflow(part)
            total = sum.overflow ? Int64.max / 4 : min(sum.partialValue, Int64.max / 4)
            index = skipSpace(text, unit.end, end)
            for joint in "and|," as Words {
                if let behind = skip(joint, text, index, end) {
                    index = skipSpace(text, behind, end)
                }
            }
        }
    }

    /// The unit of time at `start`, and the place behind it.
    private static func unit(_ text: Input, _ start: Int, _ end: Int) -> (
        milliseconds: Int64, end: Int
    )? {
        func behind(_ names: Words) -> Int? {
            for name in names {
                if let behind = skip(name, text, start, end) { return behind }
            }
            return nil
        }
        if let end = behind("milliseconds|millisecond|msecs|msec|ms") { return (1, end) }
        if let end = behind("seconds|second|secs|sec|s") { return (1000, end) }
        if let end = behind("minutes|minute|mins|min|m") { return (60_000, end) }
        if let end = behind("hours|hour|hrs|hr|h") { return (3_600_000, end) }
        if let end = behind("days|day|d") { return (86_400_000, end) }
        return nil
    }

    /// Digits and at most one point between them.
    private static func number(_ text: Input, _ start: Int, _ end: Int) -> (Int, Input)? {
        var index = start
        var hasPoint = false
        while index < end {
            if text[index] == 0x2E {
                if hasPoint || index == start || index + 1 >= end || !isDigit(text[index + 1]) {
                    break
                }
                hasPoint = true
            } else if !isDigit(text[index]) {
                break
            }
            index += 1
        }
        if index == start { return nil }
        return (index, UnsafeBufferPointer(rebasing: text[start..<index]))
    }

    /// The end of a sentence or of the text.
    private static func endsHere(_ text: Input, _ start: Int, _ end: Int) -> Bool {
        if start >= end { return true }
        switch text[start] {
        case 0x2E, 0x2C, 0x3B, 0x21, 0x29, 0x22, 0x27:
            return start + 1 >= end || !isDigit(text[start + 1])
        default: return text[start] < 0x20
        }
    }

    private static func skipSpace(_ text: Input, _ start: Int, _ end: Int) -> Int {
        var index = start
        while index < end && text[index] <= 0x20 { index += 1 }
        return index
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func isLetter(_ byte: UInt8) -> Bool {
        let letter = lowercased(byte)
        return letter >= 0x61 && letter <= 0x7A
    }
}
