import CPlatform

/// What a person can read of a body that is plain text.
package enum PlainText {
    /// As much of one as a message takes.
    static let maximumLine = 500

    /// The first line that is not empty; nothing when it is no text.
    package static func firstLine(of text: Input) -> [UInt8] {
        var start = 0
        // One byte order mark at the beginning is no part of the text.
        if text.count >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF { start = 3 }
        while start < text.count && text[start] <= 0x20 {
            if text[start] == 0 { return [] }
            start += 1
        }
        var end = start
        while end < text.count && text[end] != 0x0A && text[end] != 0x0D { end += 1 }
        while end > start && text[end - 1] <= 0x20 { end -= 1 }
        let line = cut(UnsafeBufferPointer(rebasing: text[start..<end]), to: maximumLine)
        if isText(line) { return Array(line) }
        // Text in another encoding, ISO 8859-1 say: most of it can be read.
        return isMostlyText(line) ? ReadableText.clean(line) : []
    }

    /// The beginning of a text, whole characters of it.
    static func cut(_ text: Input, to count: Int) -> Input {
        if text.count <= count { return text }
        var end = count
        // Continuation bytes of UTF-8 belong to the character before.
        while end > 0 && text[end] & 0xC0 == 0x80 { end -= 1 }
        return UnsafeBufferPointer(rebasing: text[0..<end])
    }

    /// Printable ASCII, but for one byte in four.
    private static func isMostlyText(_ text: Input) -> Bool {
        var others = 0
        for byte in text {
            if isControl(byte) { return false }
            if byte >= 0x7F { others += 1 }
        }
        return others * 4 <= text.count
    }

    /// One that only binary data has.
    private static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != 0x09 && byte != 0x1B
    }

    /// UTF-8 without the control characters that only binary data has.
    private static func isText(_ text: Input) -> Bool {
        var index = 0
        while index < text.count {
            let byte = text[index]
            if isControl(byte) { return false }
            let following: Int
            switch byte {
            case 0x00..<0x80: following = 0
            case 0xC2..<0xE0: following = 1
            case 0xE0..<0xF0: following = 2
            case 0xF0..<0xF5: following = 3
            default: return false
            }
            if index + following >= text.count { return false }
            for offset in 0..<following where text[index + 1 + offset] & 0xC0 != 0x80 {
                return false
            }
            index += 1 + following
        }
        return true
    }
}
