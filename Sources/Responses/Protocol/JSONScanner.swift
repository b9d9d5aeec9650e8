import CPlatform

/// One pass over JSON text (RFC 8259) that checks it and finds where values begin and end.
///
/// NaN, Infinity and -Infinity are numbers too, as writers in Python and JavaScript make them; a request
/// with one is refused (`RequestBody`).
///
/// Works on bytes that end in NUL with `ByteBuffer.slack` readable bytes behind: every loop stops at
/// the NUL, so there is no length to check against (docs/adr/0003-scanner.md). Every function takes a
/// pointer and returns the one behind what it read, or nil when that is not JSON.
package enum JSONScanner {
    package typealias Position = UnsafePointer<UInt8>

    /// How many arrays and objects may be inside each other.
    package static let maximumDepth = 1024

    @inline(__always)
    package static func skipSpace(_ position: Position) -> Position {
        var p = position
        while p.pointee == 0x20 || p.pointee == 0x0A || p.pointee == 0x0D || p.pointee == 0x09 {
            p += 1
        }
        return p
    }

    // MARK: strings

    /// From behind the opening quote to the closing one. `hasEscapes` is set when there is a backslash.
    @inline(__always)
    package static func stringEnd(_ position: Position, _ hasEscapes: inout Bool) -> Position? {
        let p = platform_text_span(position)
        if p.pointee == 0x22 { return p }
        return unusualStringEnd(p, &hasEscapes)
    }

    /// A string with escapes or with text beyond ASCII.
    @inline(never)
    @_optimize(speed)
    private static func unusualStringEnd(_ position: Position, _ hasEscapes: inout Bool)
        -> Position?
    {
        var p = position
        while true {
            let byte = p.pointee
            if byte == 0x22 { return p }
            if byte == 0x5C {
                hasEscapes = true
                guard let next = escapeEnd(p + 1) else { return nil }
                p = next
            } else if byte >= 0x80 {
                guard let next = sequenceEnd(p) else { return nil }
                p = next
            } else {
                return nil  // a control character, or the end of the text
            }
            p = platform_text_span(p)
        }
    }

    @inline(__always)
    private static func escapeEnd(_ p: Position) -> Position? {
        switch p.pointee {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: return p + 1
        case 0x75:
            return hexadecimal(p[1]) >= 0 && hexadecimal(p[2]) >= 0 && hexadecimal(p[3]) >= 0
                && hexadecimal(p[4]) >= 0 ? p + 5 : nil
        default: return nil
        }
    }

    /// The value of a hexadecimal digit, -1 for anything else.
    @inline(__always)
    package static func hexadecimal(_ byte: UInt8) -> Int32 {
        if byte >= 0x30 && byte <= 0x39 { return Int32(byte) &- 0x30 }
        let letter = byte | 0x20
        return letter >= 0x61 && letter <= 0x66 ? Int32(letter) &- 0x57 : -1
    }

    /// One UTF-8 sequence of two to four bytes (RFC 3629, table in section 4). A NUL ends every case.
    @inline(__always)
    static func sequenceEnd(_ p: Position) -> Position? {
        let first = p.pointee
        if first < 0xC2 || first > 0xF4 { return nil }
        let second = p[1]
        if second & 0xC0 != 0x80 { return nil }
        if first < 0xE0 { return p + 2 }
        if p[2] & 0xC0 != 0x80 { return nil }
        if first < 0xF0 {
            if first == 0xE0 && second < 0xA0 || first == 0xED && second > 0x9F { return nil }
            return p + 3
        }
        if p[3] & 0xC0 != 0x80 { return nil }
        if first == 0xF0 && second < 0x90 || first == 0xF4 && second > 0x8F { return nil }
        return p + 4
    }

    // MARK: numbers and words

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    @_optimize(speed)
    package static func numberEnd(_ position: Position) -> Position? {
        var p = position
        if p.pointee == 0x2D {
            p += 1
            if p.pointee == 0x49 { return wordEnd(p) }
        }
        if p.pointee == 0x30 {
            p += 1
        } else {
            if !isDigit(p.pointee) { return nil }
            while isDigit(p.pointee) { p += 1 }
        }
        if p.pointee == 0x2E {
            p += 1
            if !isDigit(p.pointee) { return nil }
            while isDigit(p.pointee) { p += 1 }
        }
        if p.pointee | 0x20 == 0x65 {
            p += 1
            if p.pointee == 0x2B || p.pointee == 0x2D { p += 1 }
            if !isDigit(p.pointee) { return nil }
            while isDigit(p.pointee) { p += 1 }
        }
        return p
    }

    /// A whole number without a sign, and the place behind it: what indices and sequence numbers are, in
    /// one look. Nil for any other number, good or bad, and for one above 2^63-1.
    @inline(__always)
    package static func smallInteger(_ position: Position) -> (Int64, Position)? {
        var p = position
        var value: Int64 = 0
        while isDigit(p.pointee) {
            value = value &* 10 &+ Int64(p.pointee &- 0x30)
            p += 1
        }
        let count = p - position
        // 19 digits fit into 64 bits: above 2^63-1 the sign says so. More of them have been wrapped.
        if count > 19 || value < 0 || position.pointee == 0x30 && count > 1 { return nil }
        if p.pointee == 0x2E || p.pointee | 0x20 == 0x65 { return nil }
        return (value, p)
    }

    /// A whole number; nil for anything else, also for one that is too large.
    @_optimize(speed)
    package static func integer(_ position: Position) -> Int64? {
        var p = position
        let negative = p.pointee == 0x2D
        if negative { p += 1 }
        if !isDigit(p.pointee) { return nil }
        var value: Int64 = 0
        while isDigit(p.pointee) {
            let (scaled, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = scaled.addingReportingOverflow(Int64(p.pointee &- 0x30))
            if overflowed || carried { return nil }
            value = sum
            p += 1
        }
        if p.pointee == 0x2E || p.pointee | 0x20 == 0x65 { return nil }
        return negative ? 0 &- value : value
    }

    private static func wordEnd(_ p: Position) -> Position? {
        // Byte by byte: the text may end in the middle of the word.
        switch p.pointee {
        case 0x74: return p[1] == 0x72 && p[2] == 0x75 && p[3] == 0x65 ? p + 4 : nil
        case 0x66:
            return p[1] == 0x61 && p[2] == 0x6C && p[3] == 0x73 && p[4] == 0x65 ? p + 5 : nil
        case 0x6E: return p[1] == 0x75 && p[2] == 0x6C && p[3] == 0x6C ? p + 4 : nil
        case 0x4E: return p[1] == 0x61 && p[2] == 0x4E ? p + 3 : nil
        case 0x49: return infinityEnd(p)
        default: return nil
        }
    }

    @inline(never)
    private static func infinityEnd(_ p: Position) -> Position? {
        let word: StaticString = "Infinity"
        for index in 0..<word.utf8CodeUnitCount where p[index] != word.utf8Start[index] {
            return nil
        }
        return p + word.utf8CodeUnitCount
    }

    /// Whether a value that was checked has a number that JSON itself does not have.
    package static func hasNotFinite(_ value: JSONValue) -> Bool {
        var p = value.start
        while p < value.end {
            // Outside of strings, no other word begins with these.
            if p.pointee == 0x4E || p.pointee == 0x49 { return true }
            if p.pointee == 0x22 {
                var hasEscapes = false
                guard let end = stringEnd(p + 1, &hasEscapes) else { return false }
                p = end
            }
            p += 1
        }
        return false
    }

    /// How many arrays and objects are inside each other in a value that was checked.
    package static func depth(_ value: JSONValue) -> Int32 {
        var p = value.start
        var depth: Int32 = 0
        var deepest: Int32 = 0
        while p < value.end {
            switch p.pointee {
            case 0x22:
                var hasEscapes = false
                guard let end = stringEnd(p + 1, &hasEscapes) else { return deepest }
                p = end
            case 0x7B, 0x5B:
                depth = depth &+ 1
                deepest = max(deepest, depth)
            case 0x7D, 0x5D: depth = depth &- 1
            default: break
            }
            p += 1
        }
        return deepest
    }

    // MARK: any value

    @inline(__always)
    package static func valueEnd(_ p: Position) -> Position? { valueEnd(p, inside: 0) }

    /// Of a value that is inside so many arrays and objects, fewer than 64.
    @inline(never) @_optimize(speed)
    package static func memberEnd(_ p: Position, inside outer: Int) -> Position? {
        valueEnd(p, inside: outer)
    }

    @inline(__always)
    private static func valueEnd(_ p: Position, inside outer: Int) -> Position? {
        switch p.pointee {
        case 0x22:
            var hasEscapes = false
            guard let end = stringEnd(p + 1, &hasEscapes) else { return nil }
            return end + 1
        case 0x7B, 0x5B: return containerEnd(p, maximumDepth / 64, outer)
        case 0x2D, 0x30...0x39: return numberEnd(p)
        default: return wordEnd(p)
        }
    }

    /// An array or object. 64 levels at a time are kept as bits of a word (1: object); a deeper one
    /// is a call of its own. `outer` levels are around it.
    @inline(never)
    @_optimize(speed)
    private static func containerEnd(_ position: Position, _ budget: Int, _ outer: Int)
        -> Position?
    {
        var p = position
        var kinds: UInt64 = 0
        var depth = outer
        while true {
            // At the beginning of a value.
            let byte = p.pointee
            if byte == 0x7B || byte == 0x5B {
                if depth == 64 {
                    if budget <= 1 { return nil }
                    guard let end = containerEnd(p, budget &- 1, 0) else { return nil }
                    p = end
                } else {
                    kinds = kinds &<< 1 | (byte == 0x7B ? 1 : 0)
                    depth = depth &+ 1
                    p = skipSpace(p + 1)
                    if p.pointee == (byte == 0x7B ? 0x7D : 0x5D) {
                        p += 1
                        kinds = kinds &>> 1
                        depth = depth &- 1
                    } else if byte == 0x7B {
                        guard let value = memberValue(p) else { return nil }
                        p = value
                        continue
                    } else {
                        continue
                    }
                }
            } else if byte == 0x22 {
                var hasEscapes = false
                guard let end = stringEnd(p + 1, &hasEscapes) else { return nil }
                p = end + 1
            } else if byte == 0x2D || isDigit(byte) {
                guard let end = numberEnd(p) else { return nil }
                p = end
            } else {
                guard let end = wordEnd(p) else { return nil }
                p = end
            }
            // Behind a value: go on, or close as many as end here.
            while true {
                if depth == outer { return p }
                p = skipSpace(p)
                let isObject = kinds & 1 == 1
                if p.pointee == 0x2C {
                    p = skipSpace(p + 1)
                    if isObject {
                        guard let value = memberValue(p) else { return nil }
                        p = value
                    }
                    break
                }
                if p.pointee != (isObject ? 0x7D : 0x5D) { return nil }
                p += 1
                kinds = kinds &>> 1
                depth = depth &- 1
            }
        }
    }

    /// The same for who goes through members by himself.
    @inline(never) @_optimize(speed)
    package static func valueStart(ofMember p: Position) -> Position? { memberValue(p) }

    /// From a member's name to the beginning of its value.
    @inline(__always)
    private static func memberValue(_ position: Position) -> Position? {
        if position.pointee != 0x22 { return nil }
        var hasEscapes = false
        guard let end = stringEnd(position + 1, &hasEscapes) else { return nil }
        let colon = skipSpace(end + 1)
        return colon.pointee == 0x3A ? skipSpace(colon + 1) : nil
    }
}
