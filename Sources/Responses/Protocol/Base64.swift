/// Base64 (RFC 4648, 4), of few bytes.
package enum Base64 {
    package static func encode(_ bytes: [UInt8]) -> [UInt8] {
        let digits =
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" as StaticString)
            .buffer
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let count = min(3, bytes.count - index)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group &<< 8 | (offset < count ? UInt32(bytes[index + offset]) : 0)
            }
            for digit in 0..<4 {
                let shift = UInt32(truncatingIfNeeded: 18 - 6 * digit)
                text.append(
                    digit <= count ? digits[Int(truncatingIfNeeded: group &>> shift & 63)] : 0x3D)
            }
            index += 3
        }
        return text
    }

    /// Nil for what is not base64. The padding at the end may be missing.
    package static func decode(_ text: Input) -> [UInt8]? {
        var bytes: [UInt8] = []
        var group: UInt32 = 0
        var count = 0
        var end = text.count
        while end > 0 && text[end - 1] == 0x3D && text.count - end < 2 { end -= 1 }
        if end < text.count && text.count % 4 != 0 { return nil }
        for digit in text[..<end] {
            guard let value = value(of: digit) else { return nil }
            group = group &<< 6 | value
            count += 1
            if count % 4 == 0 {
                for shift in [16, 8, 0] as [UInt32] {
                    bytes.append(UInt8(truncatingIfNeeded: group &>> shift))
                }
            }
        }
        switch count % 4 {
        case 1: return nil
        case 2: bytes.append(UInt8(truncatingIfNeeded: group &>> 4))
        case 3:
            bytes.append(UInt8(truncatingIfNeeded: group &>> 10))
            bytes.append(UInt8(truncatingIfNeeded: group &>> 2))
        default: break
        }
        return bytes
    }

    private static func value(of digit: UInt8) -> UInt32? {
        switch digit {
        case 0x41...0x5A: return UInt32(digit) - 0x41
        case 0x61...0x7A: return UInt32(digit) - 0x61 + 26
        case 0x30...0x39: return UInt32(digit) - 0x30 + 52
        case 0x2B: return 62
        case 0x2F: return 63
        default: return nil
        }
    }
}
