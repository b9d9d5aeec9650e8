import CPlatform

/// Taking secrets out of what is recorded. A body is JSON or a URL as often as not, in which a secret may be
/// written with escapes, so more is found here than in messages.
extension Redaction {
    package func redacted(_ text: [UInt8]) -> [UInt8] {
        text.withUnsafeBufferPointer { text in
            var out: [UInt8] = []
            var index = 0
            while index < text.count {
                let count = longestEscaped(in: text, at: index)
                if count > 0 {
                    out += [0x2A, 0x2A, 0x2A]
                    index += count
                } else {
                    out.append(text[index])
                    index += 1
                }
            }
            return out
        }
    }

    /// Copies text with "***" for each secret in it. The pieces that it came in keep their places: one that ended
    /// within a secret ends behind it. False when memory is out.
    func redact(_ text: Input, into out: inout ByteBuffer, moving pieces: borrowing RecordedPieces)
        -> Bool
    {
        guard let start = text.baseAddress else { return true }
        if !out.reserve(text.count) { return false }
        let isFirst = firstBytes
        var copied = 0
        var index = 0
        var piece = 0
        // Where the piece ends, in what is read; and the piece begins, in what is written.
        var end = pieces.count > 0 ? pieces[0].count : Int.max
        var begun = 0
        func endPieces(before place: Int, at written: Int) {
            while end <= place {
                pieces[piece].count = written &- (place &- end) &- begun
                begun = written &- (place &- end)
                piece += 1
                if piece == pieces.count {
                    end = Int.max
                    return
                }
                end = end &+ pieces[piece].count
            }
        }
        while index < text.count {
            let count = isFirst[start[index]] ? longestEscaped(in: text, at: index) : 0
            if count == 0 {
                index += 1
                continue
            }
            if !out.append(start + copied, index &- copied) { return false }
            endPieces(before: index, at: out.count)
            if !out.append("***") { return false }
            index += count
            copied = index
            // Those that end within it, or with it.
            while end <= index && piece < pieces.count {
                pieces[piece].count = out.count &- begun
                begun = out.count
                piece += 1
                end = piece < pieces.count ? end &+ pieces[piece].count : Int.max
            }
        }
        if !out.append(start + copied, text.count &- copied) { return false }
        endPieces(before: text.count, at: out.count)
        return true
    }

    /// Bytes with which a secret may begin here.
    private var firstBytes: FirstBytes {
        var table = FirstBytes()
        if secrets.isEmpty { return table }
        for secret in secrets { if let first = secret.bytes.first { table.add(first) } }
        table.add(0x5C)
        table.add(0x25)
        return table
    }

    private struct FirstBytes {
        private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

        mutating func add(_ byte: UInt8) {
            let bit = UInt64(1) &<< UInt64(byte & 63)
            switch byte >> 6 {
            case 0: words.0 |= bit
            case 1: words.1 |= bit
            case 2: words.2 |= bit
            default: words.3 |= bit
            }
        }

        subscript(byte: UInt8) -> Bool {
            let word: UInt64
            switch byte >> 6 {
            case 0: word = words.0
            case 1: word = words.1
            case 2: word = words.2
            default: word = words.3
            }
            return word &>> UInt64(byte & 63) & 1 != 0
        }
    }

    private func longestEscaped(in text: Input, at index: Int) -> Int {
        var longest = 0
        for secret in secrets {
            longest = max(longest, countEscaped(secret.bytes, text, index))
        }
        return longest
    }

    /// How many bytes the secret takes that is at that place, as it is or each byte of it so, behind a backslash, or
    /// as \u00XX or %XX; 0: it is not there.
    private func countEscaped(_ secret: Input, _ text: Input, _ index: Int) -> Int {
        guard let first = text.baseAddress, let start = secret.baseAddress else { return 0 }
        var place = index
        if text.count &- index >= secret.count && memcmp(first + index, start, secret.count) == 0 {
            place = index &+ secret.count
        } else {
            for byte in secret {
                let count = Redaction.count(of: byte, first + place, text.count &- place)
                if count == 0 { return 0 }
                place = place &+ count
            }
        }
        if secret.count >= Redaction.longEnough { return place - index }
        let isWhole =
            !(index > 0 && isWord(text[index - 1]) && isWord(text[index]))
            && !(place < text.count && isWord(text[place]) && isWord(text[place - 1]))
        return isWhole ? place - index : 0
    }

    /// How many bytes stand for one here; 0: another one is here.
    private static func count(of byte: UInt8, _ text: UnsafePointer<UInt8>, _ left: Int) -> Int {
        if left >= 6, text[0] == 0x5C, text[1] == 0x75, text[2] == 0x30, text[3] == 0x30,
            hexadecimal(text[4], text[5]) == byte
        {
            return 6
        }
        if left >= 2, text[0] == 0x5C, text[1] == byte { return 2 }
        if left >= 1, text[0] == byte { return 1 }
        if left >= 3, text[0] == 0x25, hexadecimal(text[1], text[2]) == byte { return 3 }
        return 0
    }
}

/// The byte that two digits stand for.
func hexadecimal(_ high: UInt8, _ low: UInt8) -> UInt8? {
    func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: return byte - 0x30
        case 0x41...0x46: return byte - 0x37
        case 0x61...0x66: return byte - 0x57
        default: return nil
        }
    }
    guard let high = digit(high), let low = digit(low) else { return nil }
    return high << 4 | low
}
