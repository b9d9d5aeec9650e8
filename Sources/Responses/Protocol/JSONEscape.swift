import CPlatform

/// Text to JSON strings and back (RFC 8259, section 7).
package enum JSONEscape {
    /// Appends the text of a checked JSON string, given without its quotes. False when memory is out.
    package static func decode(_ raw: UnsafeBufferPointer<UInt8>, into buffer: inout ByteBuffer)
        -> Bool
    {
        var half: UInt32 = 0
        if !decode(raw, into: &buffer, half: &half) { return false }
        return half == 0 || append(0xFFFD, to: &buffer)
    }

    /// The same for a text that comes in pieces. Servers that cut text by the code units of UTF-16 part a
    /// surrogate pair: a first half at the end is kept in `half`, and is a character with the second half
    /// at the beginning of the next piece.
    @_optimize(speed)
    package static func decode(
        _ raw: UnsafeBufferPointer<UInt8>, into buffer: inout ByteBuffer, half: inout UInt32
    ) -> Bool {
        // A character takes no more bytes than what stands for it, but for the half before.
        guard var p = raw.baseAddress, raw.count > 0 else { return true }
        guard buffer.reserve(raw.count &+ (half == 0 ? 0 : 4)) else { return false }
        let end = p + raw.count
        var out = buffer.tail
        if half != 0 {
            var scalar: UInt32 = 0xFFFD
            if raw.count >= 6, p[0] == 0x5C, p[1] == 0x75, codeUnit(p + 2) & 0xFC00 == 0xDC00 {
                scalar = pair(half, codeUnit(p + 2))
                p += 6
            }
            half = 0
            out = put(scalar, out)
        }
        while p < end {
            let backslash = memchr(p, 0x5C, end - p)
            let plain = backslash.map { $0 - UnsafeMutableRawPointer(mutating: p) } ?? end - p
            memcpy(out, p, plain)
            out += plain
            p += plain
            if backslash == nil { break }
            let letter = p[1]
            p += 2
            if letter != 0x75 {
                out.pointee = simple(letter)
                out += 1
                continue
            }
            var scalar = codeUnit(p)
            p += 4
            if scalar & 0xFC00 == 0xD800 {
                if p == end {
                    half = scalar
                    break
                }
                if end - p >= 6, p[0] == 0x5C, p[1] == 0x75, codeUnit(p + 2) & 0xFC00 == 0xDC00 {
                    scalar = pair(scalar, codeUnit(p + 2))
                    p += 6
                }
            }
            // Half of a surrogate pair is no character; U+FFFD stands for it.
            if scalar & 0xFFFF_F800 == 0xD800 { scalar = 0xFFFD }
            out = put(scalar, out)
        }
        buffer.commit(to: out)
        return true
    }

    private static func simple(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x62: return 0x08
        case 0x66: return 0x0C
        case 0x6E: return 0x0A
        case 0x72: return 0x0D
        case 0x74: return 0x09
        default: return byte  // quote, backslash, slash
        }
    }

    private static func pair(_ high: UInt32, _ low: UInt32) -> UInt32 {
        0x10000 &+ (high & 0x3FF) &<< 10 &+ (low & 0x3FF)
    }

    private static func codeUnit(_ p: UnsafePointer<UInt8>) -> UInt32 {
        var value: UInt32 = 0
        for index in 0..<4 {
            value = value &<< 4 | UInt32(truncatingIfNeeded: JSONScanner.hexadecimal(p[index]))
        }
        return value
    }

    private static func append(_ scalar: UInt32, to buffer: inout ByteBuffer) -> Bool {
        guard buffer.reserve(4) else { return false }
        buffer.commit(to: put(scalar, buffer.tail))
        return true
    }

    /// Writes a character as UTF-8 and returns the place behind it.
    private static func put(_ scalar: UInt32, _ out: UnsafeMutablePointer<UInt8>)
        -> UnsafeMutablePointer<UInt8>
    {
        func byte(_ value: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: value) }
        if scalar < 0x80 {
            out[0] = byte(scalar)
            return out + 1
        }
        let last = byte(0x80 | scalar & 0x3F)
        if scalar < 0x800 {
            out[0] = byte(0xC0 | scalar >> 6)
            out[1] = last
            return out + 2
        }
        let third = byte(0x80 | scalar >> 6 & 0x3F)
        if scalar < 0x10000 {
            out[0] = byte(0xE0 | scalar >> 12)
            out[1] = third
            out[2] = last
            return out + 3
        }
        out[0] = byte(0xF0 | scalar >> 18)
        out[1] = byte(0x80 | scalar >> 12 & 0x3F)
        out[2] = third
        out[3] = last
        return out + 4
    }

    /// Appends text as a JSON string with its quotes. False when memory is out.
    @_optimize(speed)
    package static func encode(_ text: UnsafeBufferPointer<UInt8>, into buffer: inout ByteBuffer)
        -> Bool
    {
        guard buffer.reserve(text.count + 2), buffer.append(0x22) else { return false }
        guard let start = text.baseAddress else { return buffer.append(0x22) }
        var plain = 0  // where the run of bytes begins that stay as they are
        for index in 0..<text.count where platform_needs_escape(start[index]) != 0 {
            if !buffer.append(start + plain, index - plain) { return false }
            if !encode(start[index], into: &buffer) { return false }
            plain = index + 1
        }
        return buffer.append(start + plain, text.count - plain) && buffer.append(0x22)
    }

    @inline(never)
    private static func encode(_ byte: UInt8, into buffer: inout ByteBuffer) -> Bool {
        let escape: UInt8
        switch byte {
        case 0x08: escape = 0x62
        case 0x09: escape = 0x74
        case 0x0A: escape = 0x6E
        case 0x0C: escape = 0x66
        case 0x0D: escape = 0x72
        case 0x22, 0x5C: escape = byte
        default:
            let low = byte & 0x0F
            return buffer.append("\\u00") && buffer.append(0x30 &+ (byte &>> 4))
                && buffer.append(low < 10 ? 0x30 &+ low : 0x57 &+ low)
        }
        return buffer.append(0x5C) && buffer.append(escape)
    }
}
