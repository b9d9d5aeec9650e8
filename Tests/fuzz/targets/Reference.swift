/// The same things as the library does, done slowly and in the words of the standards.
enum Reference {
    // MARK: event streams (WHATWG HTML, 9.2.6)

    struct Event {
        var data: [UInt8]
        var name: [UInt8]
    }

    static func events(_ stream: [UInt8]) -> [Event] {
        var events: [Event] = []
        var data: [UInt8]?
        var name: [UInt8] = []
        var line: [UInt8] = []
        var index = 0
        if stream.count >= 3 && stream[0] == 0xEF && stream[1] == 0xBB && stream[2] == 0xBF {
            index = 3
        }
        while index < stream.count {
            let byte = stream[index]
            index += 1
            if byte != 0x0A && byte != 0x0D {
                line.append(byte)
                continue
            }
            if byte == 0x0D && index < stream.count && stream[index] == 0x0A { index += 1 }
            if line.isEmpty {
                // Not of the standard: data that is nothing but space is no event of this API.
                if let data, data.contains(where: { !isSpace($0) }) {
                    events.append(Event(data: data, name: name))
                }
                data = nil
                name = []
            } else {
                let (field, value) = split(line)
                if same(field, bytes("data")) {
                    data = data.map { $0 + [0x0A] + value } ?? value
                } else if same(field, bytes("event")) {
                    name = value
                }
            }
            line = []
        }
        return events
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func split(_ line: [UInt8]) -> ([UInt8], [UInt8]) {
        guard let colon = line.firstIndex(of: 0x3A) else { return (line, []) }
        var value = Array(line[(colon + 1)...])
        if value.first == 0x20 { value.removeFirst() }
        return (Array(line[..<colon]), value)
    }

    // MARK: JSON (RFC 8259) in UTF-8 (RFC 3629), with the three numbers that Python adds

    /// A parser by the grammar, one byte after the other, with the end of the text checked each time.
    struct Parser {
        let text: [UInt8]
        var index = 0
        /// Without NaN and Infinity.
        var isStrict = false

        init(_ text: [UInt8]) { self.text = text }

        private var byte: Int { index < text.count ? Int(text[index]) : -1 }

        private mutating func space() {
            while byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { index += 1 }
        }

        private mutating func eat(_ wanted: Int) -> Bool {
            if byte != wanted { return false }
            index += 1
            return true
        }

        private mutating func word(_ word: StaticString) -> Bool {
            for wanted in bytes(word) where !eat(Int(wanted)) { return false }
            return true
        }

        private mutating func digits() -> Bool {
            if byte < 0x30 || byte > 0x39 { return false }
            while byte >= 0x30 && byte <= 0x39 { index += 1 }
            return true
        }

        private mutating func number() -> Bool {
            if eat(0x2D) && byte == 0x49 { return !isStrict && word("Infinity") }
            if !eat(0x30) && !digits() { return false }
            if eat(0x2E) && !digits() { return false }
            if byte == 0x65 || byte == 0x45 {
                index += 1
                if !eat(0x2B) { _ = eat(0x2D) }
                return digits()
            }
            return true
        }

        private func hexadecimal(_ byte: Int) -> Int {
            switch byte {
            case 0x30...0x39: return byte - 0x30
            case 0x41...0x46: return byte - 0x41 + 10
            case 0x61...0x66: return byte - 0x61 + 10
            default: return -1
            }
        }

        private mutating func codeUnit() -> Int {
            var value = 0
            for _ in 0..<4 {
                let digit = hexadecimal(byte)
                if digit < 0 { return -1 }
                value = value * 16 + digit
                index += 1
            }
            return value
        }

        private static func utf8(_ scalar: Int) -> [UInt8] {
            if scalar < 0x80 { return [UInt8(scalar)] }
            if scalar < 0x800 { return [UInt8(0xC0 + scalar / 64), UInt8(0x80 + scalar % 64)] }
            if scalar < 0x10000 {
                return [
                    UInt8(0xE0 + scalar / 4096), UInt8(0x80 + scalar / 64 % 64),
                    UInt8(0x80 + scalar % 64),
                ]
            }
            return [
                UInt8(0xF0 + scalar / 262144), UInt8(0x80 + scalar / 4096 % 64),
                UInt8(0x80 + scalar / 64 % 64), UInt8(0x80 + scalar % 64),
            ]
        }

        /// One character beyond ASCII; nil when it is not UTF-8.
        mutating func character() -> [UInt8]? {
            let first = byte
            let count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
            if first < 0xC0 || first > 0xF7 || index + count > text.count { return nil }
            var scalar = first % (count == 4 ? 8 : count == 3 ? 16 : 32)
            for offset in 1..<count {
                let next = Int(text[index + offset])
                if next / 64 != 2 { return nil }
                scalar = scalar * 64 + next % 64
            }
            if scalar < (count == 4 ? 0x10000 : count == 3 ? 0x800 : 0x80) { return nil }
            if scalar > 0x10FFFF || scalar >= 0xD800 && scalar <= 0xDFFF { return nil }
            let bytes = Array(text[index..<index + count])
            index += count
            return bytes
        }

        /// The text of a string, nil when it is none.
        mutating func string() -> [UInt8]? {
            if !eat(0x22) { return nil }
            var result: [UInt8] = []
            while true {
                if eat(0x22) { return result }
                if byte < 0x20 { return nil }
                if byte >= 0x80 {
                    guard let character = character() else { return nil }
                    result += character
                } else if !eat(0x5C) {
                    result.append(UInt8(byte))
                    index += 1
                } else {
                    guard let escaped = escape() else { return nil }
                    result += escaped
                }
            }
        }

        private mutating func escape() -> [UInt8]? {
            let kind = byte
            index += 1
            switch kind {
            case 0x22, 0x5C, 0x2F: return [UInt8(kind)]
            case 0x62: return [8]
            case 0x66: return [12]
            case 0x6E: return [10]
            case 0x72: return [13]
            case 0x74: return [9]
            case 0x75: break
            default: return nil
            }
            let high = codeUnit()
            if high < 0 { return nil }
            if high < 0xD800 || high > 0xDFFF { return Parser.utf8(high) }
            // Half of a pair stands for no character.
            let after = index
            if high < 0xDC00, eat(0x5C), eat(0x75) {
                let low = codeUnit()
                if low >= 0xDC00 && low <= 0xDFFF {
                    return Parser.utf8(0x10000 + (high - 0xD800) * 1024 + low - 0xDC00)
                }
            }
            index = after
            return Parser.utf8(0xFFFD)
        }

        private mutating func value(_ depth: Int) -> Bool {
            switch byte {
            case 0x22: return string() != nil
            case 0x74: return word("true")
            case 0x66: return word("false")
            case 0x6E: return word("null")
            case 0x4E: return !isStrict && word("NaN")
            case 0x49: return !isStrict && word("Infinity")
            case 0x7B, 0x5B:
                if depth == 0 { return false }
                let isObject = byte == 0x7B
                index += 1
                space()
                if eat(isObject ? 0x7D : 0x5D) { return true }
                while true {
                    if isObject {
                        if string() == nil { return false }
                        space()
                        if !eat(0x3A) { return false }
                        space()
                    }
                    if !value(depth - 1) { return false }
                    space()
                    if eat(isObject ? 0x7D : 0x5D) { return true }
                    if !eat(0x2C) { return false }
                    space()
                }
            default: return number()
            }
        }

        mutating func isDocument(_ depth: Int) -> Bool {
            space()
            if !value(depth) { return false }
            space()
            return index == text.count
        }
    }

    static func isJSON(_ text: [UInt8], isStrict: Bool = false) -> Bool {
        var parser = Parser(text)
        parser.isStrict = isStrict
        return parser.isDocument(JSONScanner.maximumDepth)
    }

    /// A string with its quotes.
    static func unescaped(_ text: [UInt8]) -> [UInt8]? {
        var parser = Parser(text)
        guard let result = parser.string(), parser.index == text.count else { return nil }
        return result
    }

    /// A whole number that fits, -1 for everything else.
    static func integer(_ text: [UInt8]) -> Int64 {
        var value: Int64 = 0
        for byte in text {
            if byte < 0x30 || byte > 0x39 { return -1 }
            let digit = Int64(byte) - 0x30
            if value > (Int64.max - digit) / 10 { return -1 }
            value = value * 10 + digit
        }
        return value
    }
}
