/// Makes text that a server, a certificate or libcurl wrote fit to be read by people: messages, log lines,
/// the history. Whoever prints it prints one line, and nothing in it can move a terminal's cursor, turn the
/// direction of the rest, or hide.
///
/// - What is no UTF-8 becomes U+FFFD, one for each maximal subpart (Unicode 16, 3.9.6, as in WHATWG).
/// - Controls (C0, DEL, C1), line and paragraph separators become a space, several in a row one.
/// - What has no width and acts on its neighbours is left out: marks of direction (Unicode TR 9), the byte
///   order mark, tags, and the like. Joiners stay, which scripts and emoji need.
/// - What is longer than the limit is cut at a character and ends in an ellipsis.
package enum ReadableText {
    /// Bytes of a message or a log line; of a short text such as an error's code.
    package static let longest = 4000
    package static let longestName = 256

    private static var ellipsis: [UInt8] { [0xE2, 0x80, 0xA6] }

    package static func clean(_ text: UnsafeBufferPointer<UInt8>, limit: Int = longest) -> [UInt8] {
        if text.count <= limit && isPlain(text) { return Array(text) }
        var out: [UInt8] = []
        var index = 0
        /// Where the text is cut, should it be too long.
        var cut = 0
        while index < text.count {
            let (scalar, length) = decode(text, index)
            switch treatment(scalar) {
            case .keep:
                if scalar == replacement {
                    out.append(contentsOf: [0xEF, 0xBF, 0xBD])
                } else {
                    for place in index..<(index &+ length) { out.append(text[place]) }
                }
            case .space: if out.last != 0x20 || out.isEmpty { out.append(0x20) }
            case .leaveOut: break
            }
            index = index &+ length
            if out.count > limit {
                out.removeSubrange(cut..<out.count)
                out.append(contentsOf: ellipsis)
                return out
            }
            if out.count <= limit - 3 { cut = out.count }
        }
        return out
    }

    package static func clean(_ text: [UInt8], limit: Int = longest) -> [UInt8] {
        text.withUnsafeBufferPointer { clean($0, limit: limit) }
    }

    /// Nil stays nil; memory that is out makes nil too.
    package static func clean(_ text: Text?, limit: Int = longest) -> Text? {
        guard let text else { return nil }
        if text.count <= limit && isPlain(text.buffer) { return text }
        return Text(clean(text.buffer, limit: limit))
    }

    /// There is nothing to clean, however long it is.
    package static func isClean(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let cleaned = clean(text, limit: Int.max)
        if cleaned.count != text.count { return false }
        for index in text.indices where cleaned[index] != text[index] { return false }
        return true
    }

    /// Printable ASCII, as nearly all text is.
    private static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        for byte in text where byte < 0x20 || byte > 0x7E { return false }
        return true
    }

    // MARK: which characters

    private enum Treatment { case keep, space, leaveOut }

    private static func treatment(_ scalar: UInt32) -> Treatment {
        switch scalar {
        case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029: return .space
        // Soft hyphen, grapheme joiner, Arabic mark, vowel separator; a space of no width, marks of
        // direction; embeddings, overrides, isolates, invisible operators; byte order mark, interlinear
        // annotation; tags, further variation selectors.
        case 0xAD, 0x034F, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0x202A...0x202E,
            0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE0FFF:
            return .leaveOut
        // U+FFFE and U+FFFF of each plane, and 32 more, are no characters.
        case 0xFDD0...0xFDEF: return .leaveOut
        default: return scalar & 0xFFFE == 0xFFFE ? .leaveOut : .keep
        }
    }

    // MARK: UTF-8

    private static var replacement: UInt32 { 0xFFFD }

    /// The scalar at a place and its bytes; U+FFFD for a maximal subpart of what is none (Unicode, table
    /// 3-7).
    private static func decode(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> (UInt32, Int) {
        let first = text[index]
        if first < 0x80 { return (UInt32(first), 1) }
        var lowest: UInt8 = 0x80
        var highest: UInt8 = 0xBF
        let more: Int
        var scalar: UInt32
        switch first {
        case 0xC2...0xDF: (more, scalar) = (1, UInt32(first & 0x1F))
        case 0xE0...0xEF:
            (more, scalar) = (2, UInt32(first & 0x0F))
            if first == 0xE0 { lowest = 0xA0 }
            if first == 0xED { highest = 0x9F }
        case 0xF0...0xF4:
            (more, scalar) = (3, UInt32(first & 0x07))
            if first == 0xF0 { lowest = 0x90 }
            if first == 0xF4 { highest = 0x8F }
        default: return (replacement, 1)
        }
        var length = 1
        while length <= more {
            let place = index &+ length
            guard place < text.count, text[place] >= lowest, text[place] <= highest else {
                return (replacement, length)
            }
            scalar = scalar &<< 6 | UInt32(text[place] & 0x3F)
            (lowest, highest) = (0x80, 0xBF)
            length = length &+ 1
        }
        return (scalar, length)
    }
}
