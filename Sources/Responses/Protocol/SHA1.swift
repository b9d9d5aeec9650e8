/// SHA-1 (RFC 3174) of a few bytes.
///
/// It keeps nothing secret and proves nothing about anybody: a WebSocket server shows by it that it has read the
/// request as one for a WebSocket (RFC 6455, 10.8), and what is known to be weak about SHA-1 does not matter there.
package enum SHA1 {
    package static let bytes = 20

    package static func digest(_ message: [UInt8]) -> [UInt8] {
        var blocks = message
        blocks.append(0x80)
        while blocks.count & 63 != 56 { blocks.append(0) }
        let bits = UInt64(truncatingIfNeeded: message.count) &<< 3
        appendBigEndian(bits, 8, to: &blocks)

        var (a, b, c, d, e): (UInt32, UInt32, UInt32, UInt32, UInt32) = (
            0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0
        )
        var words = [UInt32](repeating: 0, count: 80)
        var start = 0
        while start < blocks.count {
            for index in 0..<16 {
                var word: UInt32 = 0
                for byte in 0..<4 {
                    word = word &<< 8 | UInt32(blocks[start &+ index &* 4 &+ byte])
                }
                words[index] = word
            }
            for index in 16..<80 {
                words[index] = rotate(
                    words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1)
            }
            let before = (a, b, c, d, e)
            for index in 0..<80 {
                let (mixed, constant) = round(index, b, c, d)
                let next = rotate(a, 5) &+ mixed &+ e &+ constant &+ words[index]
                (e, d, c, b, a) = (d, c, rotate(b, 30), a, next)
            }
            a = a &+ before.0
            b = b &+ before.1
            c = c &+ before.2
            d = d &+ before.3
            e = e &+ before.4
            start = start &+ 64
        }
        var digest: [UInt8] = []
        for word in [a, b, c, d, e] { appendBigEndian(UInt64(word), 4, to: &digest) }
        return digest
    }

    private static func round(_ index: Int, _ b: UInt32, _ c: UInt32, _ d: UInt32) -> (
        UInt32, UInt32
    ) {
        switch index {
        case 0..<20: return (b & c | ~b & d, 0x5A82_7999)
        case 20..<40: return (b ^ c ^ d, 0x6ED9_EBA1)
        case 40..<60: return (b & c | b & d | c & d, 0x8F1B_BCDC)
        default: return (b ^ c ^ d, 0xCA62_C1D6)
        }
    }

    private static func rotate(_ word: UInt32, _ bits: UInt32) -> UInt32 {
        word &<< bits | word &>> (32 &- bits)
    }

    private static func appendBigEndian(_ value: UInt64, _ count: Int, to bytes: inout [UInt8]) {
        var shift = count &* 8
        while shift > 0 {
            shift = shift &- 8
            bytes.append(UInt8(truncatingIfNeeded: value &>> UInt64(truncatingIfNeeded: shift)))
        }
    }
}
