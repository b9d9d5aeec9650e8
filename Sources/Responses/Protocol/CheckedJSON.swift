import CPlatform

/// JSON text that `JSONScanner` has checked, gone through again: only where values end is looked for, which
/// takes a third of checking.
///
/// As with the scanner the text ends in NUL, with `ByteBuffer.slack` readable bytes behind it, and every loop
/// stops there.
package enum CheckedJSON {
    package typealias Position = JSONScanner.Position

    /// Behind the value that begins there.
    @_optimize(speed) @inline(never)
    package static func valueEnd(_ start: Position) -> Position {
        switch start.pointee {
        case 0x22: return stringEnd(start)
        case 0x7B, 0x5B: return containerEnd(start)
        default:
            // A number or a word goes on to a comma, a bracket, space, or the end of the text.
            var p = start
            while p.pointee > 0x20 && p.pointee != 0x2C && p.pointee | 0x20 != 0x7D { p += 1 }
            return p
        }
    }

    /// Behind the closing quote of the string that begins there.
    @inline(__always)
    package static func stringEnd(_ start: Position) -> Position {
        var p = start + 1
        while true {
            let quote = platform_quote_span(p)
            if quote.pointee == 0 { return quote }
            // Behind an odd number of backslashes it is part of the text.
            var before = quote
            while before > p && before[-1] == 0x5C { before -= 1 }
            if (quote - before) & 1 == 0 { return quote + 1 }
            p = quote + 1
        }
    }

    @inline(__always)
    private static func containerEnd(_ start: Position) -> Position {
        var p = start
        var depth = 0
        while true {
            switch p.pointee {
            case 0x22: p = stringEnd(p)
            case 0x7B, 0x5B:
                depth = depth &+ 1
                p += 1
            case 0x7D, 0x5D:
                depth = depth &- 1
                p += 1
                if depth == 0 { return p }
            default: return p  // the end of the text
            }
            p = platform_structure_span(p)
        }
    }
}
