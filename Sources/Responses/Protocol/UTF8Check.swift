import CPlatform

/// Whether bytes that come in pieces are UTF-8 (RFC 3629, section 4), known with the first byte that is not.
package struct UTF8Check {
    /// How many bytes are to follow, and between what the next of them must be.
    private var missing: UInt8 = 0
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    package init() {}

    /// What has come ends with a whole character.
    package var isBetweenCharacters: Bool { missing == 0 }

    /// Whether all of it is UTF-8.
    @inline(never)
    package static func isText(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var check = UTF8Check()
        return check.take(bytes, count) && check.isBetweenCharacters
    }

    /// False once no further byte could make UTF-8 of it.
    @_optimize(speed)
    package mutating func take(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var p = bytes
        let end = bytes + count
        while p < end && missing > 0 {
            if !take(p.pointee) { return false }
            p += 1
        }
        while true {
            p += platform_ascii_span(p, end - p)
            // Whole characters in a row, as long as the longest one would be there.
            while end - p >= 4 && p.pointee >= 0x80 {
                guard let next = JSONScanner.sequenceEnd(p) else { return false }
                p = next
            }
            if end - p < 4 { break }
        }
        while p < end {
            if !take(p.pointee) { return false }
            p += 1
        }
        return true
    }

    /// One byte (Unicode, table 3-7).
    @inline(__always)
    private mutating func take(_ byte: UInt8) -> Bool {
        if missing > 0 {
            if byte < lowest || byte > highest { return false }
            missing = missing &- 1
            lowest = 0x80
            highest = 0xBF
            return true
        }
        switch byte {
        case 0..<0x80: break
        case 0xC2...0xDF: missing = 1
        case 0xE0...0xEF:
            missing = 2
            if byte == 0xE0 { lowest = 0xA0 }
            if byte == 0xED { highest = 0x9F }
        case 0xF0...0xF4:
            missing = 3
            if byte == 0xF0 { lowest = 0x90 }
            if byte == 0xF4 { highest = 0x8F }
        default: return false
        }
        return true
    }
}
