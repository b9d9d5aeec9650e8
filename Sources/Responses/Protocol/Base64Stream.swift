/// Base64 (RFC 4648, 4) of bytes that come bit by bit.
package struct Base64Encoder {
    private var rest: (UInt8, UInt8) = (0, 0)
    private var count = 0

    package init() {}

    /// How many characters so many bytes become; nil of more than can be counted.
    package static func count(of bytes: Int64) -> Int64? {
        guard bytes >= 0, bytes < Int64.max / 8 else { return nil }
        return (bytes &+ 2) / 3 &* 4
    }

    /// So many bytes at most become `room` characters, whatever is left of those before.
    package static func most(for room: Int) -> Int { max(0, room / 4 &* 3 &- 2) }

    /// Returns how many characters were written.
    @_optimize(speed)
    package mutating func encode(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, into out: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var written = 0
        var index = 0
        while self.count &+ (count &- index) >= 3 {
            var group: (UInt8, UInt8, UInt8)
            switch self.count {
            case 0: group = (bytes[index], bytes[index &+ 1], bytes[index &+ 2])
            case 1: group = (rest.0, bytes[index], bytes[index &+ 1])
            default: group = (rest.0, rest.1, bytes[index])
            }
            index = index &+ 3 &- self.count
            self.count = 0
            write(group, out + written)
            written = written &+ 4
        }
        while index < count {
            if self.count == 0 { rest.0 = bytes[index] } else { rest.1 = bytes[index] }
            self.count = self.count &+ 1
            index = index &+ 1
        }
        return written
    }

    /// The last characters, at most four.
    package mutating func finish(into out: UnsafeMutablePointer<UInt8>) -> Int {
        if count == 0 { return 0 }
        write((rest.0, count > 1 ? rest.1 : 0, 0), out)
        out[3] = 0x3D
        if count == 1 { out[2] = 0x3D }
        count = 0
        return 4
    }

    @inline(__always)
    private func write(_ group: (UInt8, UInt8, UInt8), _ out: UnsafeMutablePointer<UInt8>) {
        let digits =
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" as StaticString)
            .utf8Start
        out[0] = digits[Int(group.0 &>> 2)]
        out[1] = digits[Int((group.0 & 3) &<< 4 | group.1 &>> 4)]
        out[2] = digits[Int((group.1 & 15) &<< 2 | group.2 &>> 6)]
        out[3] = digits[Int(group.2 & 63)]
    }
}

/// The other way. The padding may be missing; nothing may follow it.
package struct Base64Decoder {
    private var group: UInt32 = 0
    private var count = 0
    private var padding = 0

    package init() {}

    /// Takes a character, and gives what is complete with it: one byte, or nothing. False: it is none.
    @inline(__always)
    package mutating func take(_ character: UInt8, _ out: inout UInt8, _ has: inout Bool) -> Bool {
        has = false
        if character == 0x3D {
            padding = padding &+ 1
            return count >= 2 && count &+ padding <= 4
        }
        let value = Base64Decoder.value(of: character)
        if value > 63 || padding > 0 { return false }
        group = group &<< 6 | UInt32(value)
        switch count {
        case 0: count = 1
        case 1:
            count = 2
            has = true
            out = UInt8(truncatingIfNeeded: group &>> 4)
        case 2:
            count = 3
            has = true
            out = UInt8(truncatingIfNeeded: group &>> 2)
        default:
            count = 0
            has = true
            out = UInt8(truncatingIfNeeded: group)
        }
        return true
    }

    /// Whether the text may end here.
    package var isComplete: Bool {
        padding == 0 ? count != 1 : count &+ padding == 4
    }

    @inline(__always)
    private static func value(of character: UInt8) -> UInt8 {
        switch character {
        case 0x41...0x5A: return character &- 0x41
        case 0x61...0x7A: return character &- 0x47
        case 0x30...0x39: return character &+ 4
        case 0x2B: return 62
        case 0x2F: return 63
        default: return 255
        }
    }
}
