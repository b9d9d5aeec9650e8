/// What may stand in the path of a URL, so that it stays below `base_url` whoever reads it.
enum PathText {
    /// "." or ".." is a segment of it (RFC 3986, 5.2.4 and 6.2.2), in any spelling that a proxy or a server
    /// on the way is known to take for one: percent-encoded once or more often, in overlong UTF-8, between
    /// backslashes or encoded slashes, with path parameters or controls behind.
    static func hasDotSegment(_ path: some Collection<UInt8>) -> Bool {
        var plain = Array(path)
        for _ in 0..<8 {
            for segment in plain.split(whereSeparator: { $0 == 0x2F || $0 == 0x5C })
            where isDots(segment) {
                return true
            }
            let decoded = decode(plain)
            if decoded.count == plain.count { return false }
            plain = decoded
        }
        return true  // nobody encodes that often for an honest reason
    }

    private static func isDots(_ segment: ArraySlice<UInt8>) -> Bool {
        var dots = 0
        for byte in segment {
            if byte == 0x3B { break }  // parameters
            if byte <= 0x20 || byte == 0x7F { continue }
            if byte != 0x2E { return false }
            dots += 1
        }
        return dots == 1 || dots == 2
    }

    /// One layer of percent-encoding taken off.
    private static func decode(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index] == 0x25, index + 2 < text.count, let high = digit(text[index + 1]),
                let low = digit(text[index + 2])
            {
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(text[index])
                index += 1
            }
            // Overlong forms, which old decoders take: C0 AE is a dot, C0 AF a slash.
            if out.count >= 2, out[out.count - 2] == 0xC0, let last = out.last,
                last == 0xAE || last == 0xAF
            {
                out.removeLast(2)
                out.append(last & 0x7F)
            }
        }
        return out
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: return byte - 0x30
        case 0x41...0x46: return byte - 0x37
        case 0x61...0x66: return byte - 0x57
        default: return nil
        }
    }
}
