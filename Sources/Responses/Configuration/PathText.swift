/// What may stand in the path of a URL, so that it stays below `base_url` whoever reads it.
enum PathText {
    /// "." or ".." is a segment of it (RFC 3986, 5.2.4 and 6.2.2), in any spelling that a proxy or a server
    /// on the way is known to take for one: percent-encoded once or more often, in overlong UTF-8, between
    /// backslashes or encoded slashes, with path parameters or controls behind.
    static func hasDotSegment(_ path: [UInt8]) -> Bool {
        var plain = path
        for _ in 0..<8 {
            if isDots(plain) { return true }
            let decoded = decode(plain)
            if decoded.count == plain.count { return false }
            plain = decoded
        }
        return true  // nobody encodes that often for an honest reason
    }

    /// A segment of the path is nothing but dots, but for its parameters and for what cannot be seen.
    private static func isDots(_ path: [UInt8]) -> Bool {
        var dots = 0
        var hasMore = false
        var inParameters = false
        for byte in path {
            switch byte {
            case 0x2F, 0x5C:
                if !hasMore && (dots == 1 || dots == 2) { return true }
                (dots, hasMore, inParameters) = (0, false, false)
            case 0x3B: inParameters = true
            case 0x2E where !inParameters: dots += 1
            case 0x00...0x20, 0x7F: break
            default: if !inParameters { hasMore = true }
            }
        }
        return !hasMore && (dots == 1 || dots == 2)
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
