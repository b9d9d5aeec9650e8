import CPlatform

/// What a person can read of an error page: HTML of a proxy or a gateway, or the XML of a cloud's store.
///
/// No parser of either: it looks for the one element that says what went wrong, and is right about pages
/// that machines make.
package struct MarkupText {
    package private(set) var message: [UInt8] = []
    package private(set) var code: [UInt8] = []

    /// Nil when the body is not markup.
    package init?(_ body: Input) {
        var start = 0
        if body.count >= 3 && body[0] == 0xEF && body[1] == 0xBB && body[2] == 0xBF { start = 3 }
        while start < body.count && body[start] <= 0x20 { start += 1 }
        guard start + 1 < body.count, body[start] == 0x3C else { return nil }
        let next = lowercased(body[start + 1])
        guard next >= 0x61 && next <= 0x7A || next == 0x21 || next == 0x3F else { return nil }
        // Error pages are small; of a large one the beginning counts.
        let end = min(body.count, MarkupText.maximumBytes)
        let text = UnsafeBufferPointer(rebasing: body[start..<end])
        for name in "title|h1|h2|message" as Words where message.isEmpty {
            message = MarkupText.content(of: name, in: text)
        }
        code =
            MarkupText.isPage(text)
            ? [] : MarkupText.content(of: ("code" as StaticString).buffer, in: text)
        if message.isEmpty { message = MarkupText.visible(text) }
    }

    private static var maximumBytes: Int { 64 * 1024 }
    private static var maximumText: Int { 300 }

    private static func isPage(_ text: Input) -> Bool {
        find("<html", text, 0) != nil || find("<!doctype html", text, 0) != nil
    }

    /// The text of the first element of that name that has any.
    private static func content(of name: Input, in text: Input) -> [UInt8] {
        var index = 0
        while let tag = find("<", text, index) {
            index = tag + 1
            guard starts(name, text, index) else { continue }
            let behind = index + name.count
            guard behind < text.count, text[behind] == 0x3E || text[behind] <= 0x20,
                let open = find(">", text, behind)
            else { continue }
            let close = elementEnd(name, text, open + 1)
            // Where the page ends it nowhere, the next element does.
            let end = close ?? find("<", text, open + 1) ?? text.count
            let found = visible(UnsafeBufferPointer(rebasing: text[(open + 1)..<end]))
            if !found.isEmpty || close == nil { return found }
            index = end  // so that no byte is looked at twice
        }
        return []
    }

    /// Where the element whose content begins at `start` ends; nil when it does not.
    private static func elementEnd(_ name: Input, _ text: Input, _ start: Int) -> Int? {
        var end = start
        while let close = find("</", text, end) {
            if starts(name, text, close + 2) { return close }
            end = close + 2
        }
        return nil
    }

    /// Text without tags, comments, scripts and styles: one line, its entities decoded.
    private static func visible(_ text: Input) -> [UInt8] {
        var line: [UInt8] = []
        var index = 0
        while index < text.count && line.count < maximumText {
            let byte = text[index]
            if byte == 0x3C {
                index = skipTag(text, index)
                appendSpace(&line)
            } else if byte == 0x5D && starts("]]>", text, index) {
                index += 3
            } else if byte == 0x26, let (character, next) = Entity.read(text, index) {
                if character <= 0x20 || character == 0xA0 {
                    appendSpace(&line)
                } else {
                    line.append(contentsOf: Entity.encode(character))
                }
                index = next
            } else {
                if byte <= 0x20 { appendSpace(&line) } else { line.append(byte) }
                index += 1
            }
        }
        while line.last == 0x20 { line.removeLast() }
        return line.withUnsafeBufferPointer { Array(PlainText.cut($0, to: maximumText)) }
    }

    private static func appendSpace(_ line: inout [UInt8]) {
        if !line.isEmpty && line.last != 0x20 { line.append(0x20) }
    }

    /// The place behind the tag or comment at `start`, and behind the content of those that nobody sees.
    private static func skipTag(_ text: Input, _ start: Int) -> Int {
        if starts("!--", text, start + 1) {
            return find("-->", text, start).map { $0 + 3 } ?? text.count
        }
        if starts("![cdata[", text, start + 1) { return start + 9 }
        let end = find(">", text, start).map { $0 + 1 } ?? text.count
        if starts("script", text, start + 1) { return find("</script", text, end) ?? text.count }
        if starts("style", text, start + 1) { return find("</style", text, end) ?? text.count }
        return end
    }

    /// `words`, small letters, stand at `start` in any case.
    private static func starts(_ words: Input, _ text: Input, _ start: Int) -> Bool {
        guard start + words.count <= text.count else { return false }
        for offset in words.indices where lowercased(text[start + offset]) != words[offset] {
            return false
        }
        return true
    }

    private static func starts(_ words: StaticString, _ text: Input, _ start: Int) -> Bool {
        starts(words.buffer, text, start)
    }

    private static func find(_ words: StaticString, _ text: Input, _ start: Int) -> Int? {
        guard let base = text.baseAddress else { return nil }
        let first = Int32(words.utf8Start.pointee)
        var index = start
        while index < text.count {
            // Every one of `words` begins with a character that has no case.
            guard let place = memchr(base + index, first, text.count - index) else { return nil }
            index = UnsafeRawPointer(place) - UnsafeRawPointer(base)
            if starts(words, text, index) { return index }
            index += 1
        }
        return nil
    }
}

/// A character reference of HTML (WHATWG HTML, 13.5), of those that error pages have.
private enum Entity {
    /// The character at `start`, which is an ampersand, and the place behind it; nil: it is an ampersand.
    static func read(_ text: Input, _ start: Int) -> (UInt32, Int)? {
        let end = min(text.count, start + 12)
        guard let close = text[start..<end].firstIndex(of: 0x3B) else { return nil }
        let name = UnsafeBufferPointer(rebasing: text[(start + 1)..<close])
        guard let first = name.first else { return nil }
        if first == 0x23 {
            guard let number = number(name) else { return nil }
            return (number, close + 1)
        }
        for known in names where known.count > name.count {
            let character = Input(rebasing: known[name.count...])
            if character[0] < 0x61 || character[0] > 0x7A,
                equal(Input(rebasing: known[..<name.count]), name)
            {
                return (decode(character), close + 1)
            }
        }
        return nil
    }

    private static func number(_ name: Input) -> UInt32? {
        let isHexadecimal = name.count > 1 && lowercased(name[1]) == 0x78
        var value: UInt32 = 0
        let digits = name.dropFirst(isHexadecimal ? 2 : 1)
        if digits.isEmpty { return nil }
        for byte in digits {
            let letter = lowercased(byte)
            let digit: UInt32
            switch letter {
            case 0x30...0x39: digit = UInt32(letter - 0x30)
            case 0x61...0x66 where isHexadecimal: digit = UInt32(letter - 0x61) + 10
            default: return nil
            }
            value = value &* (isHexadecimal ? 16 : 10) &+ digit
            if value > 0x10FFFF { return 0xFFFD }
        }
        return value == 0 || value >= 0xD800 && value < 0xE000 ? 0xFFFD : value
    }

    /// Each name with its character behind it.
    private static var names: Words {
        """
        amp&|lt<|gt>|quot"|apos'|nbsp\u{A0}|ndash\u{2013}|mdash\u{2014}|lsquo\u{2018}|\
        rsquo\u{2019}|ldquo\u{201C}|rdquo\u{201D}|hellip\u{2026}|middot\u{B7}|\
        bull\u{2022}|copy\u{A9}|reg\u{AE}|trade\u{2122}|laquo\u{AB}|raquo\u{BB}|\
        auml\u{E4}|ouml\u{F6}|uuml\u{FC}|szlig\u{DF}|eacute\u{E9}|egrave\u{E8}|\
        agrave\u{E0}
        """
    }

    /// The character that the two or three bytes of UTF-8, or the one, are.
    private static func decode(_ bytes: Input) -> UInt32 {
        var character = UInt32(bytes[0])
        if character >= 0xE0 { character &= 0x0F } else if character >= 0xC0 { character &= 0x1F }
        for byte in bytes.dropFirst() { character = character << 6 | UInt32(byte & 0x3F) }
        return character
    }

    /// In UTF-8.
    static func encode(_ character: UInt32) -> [UInt8] {
        func byte(_ shift: UInt32, _ mark: UInt8, _ mask: UInt32) -> UInt8 {
            mark | UInt8(truncatingIfNeeded: (character >> shift) & mask)
        }
        if character < 0x80 { return [byte(0, 0, 0x7F)] }
        if character < 0x800 { return [byte(6, 0xC0, 0x1F), byte(0, 0x80, 0x3F)] }
        if character < 0x10000 {
            return [byte(12, 0xE0, 0x0F), byte(6, 0x80, 0x3F), byte(0, 0x80, 0x3F)]
        }
        return [
            byte(18, 0xF0, 0x07), byte(12, 0x80, 0x3F), byte(6, 0x80, 0x3F), byte(0, 0x80, 0x3F),
        ]
    }
}
