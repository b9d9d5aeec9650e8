import CPlatform

/// Takes images in base64 out of JSON while it arrives, however it is cut: what goes on has "" in their places.
///
/// It goes along with the JSON, and checks none of it: that is for whoever reads what is left.
package struct ImageScanner: ~Copyable {
    package enum Outcome: Equatable {
        case fine, noMemory
        /// What should be an image is not base64.
        case malformed
        /// Whoever takes the images wants no more.
        case stopped
    }

    /// Bytes of an image.
    package struct Piece {
        /// Empty: none has come before.
        package let itemID: [UInt8]
        package let isPartial: Bool
        /// How many bytes of the image came before.
        package let offset: Int64
        package let bytes: UnsafeBufferPointer<UInt8>
        package let isLast: Bool
    }

    /// Returns false to stop.
    package typealias Taker = (Piece) -> Bool

    private enum Place {
        /// At the beginning of a line of a stream, of which so many bytes are those of "data:".
        case line(Int)
        /// In a line that has no JSON.
        case otherLine
        case json
        case string
        case image
    }
    /// What is known of the type of an object.
    private enum Kind: UInt8 { case unknown, image, other, list }
    private enum Member { case other, type, id, itemID, result, partial }

    /// One document in place of a stream of events.
    private let isDocument: Bool
    private var place: Place
    private var open: [Kind] = []
    /// The next string is a member's name.
    private var expectsName = false
    private var member = Member.other
    private var isEscaped = false
    private var unicodeDigits = 0
    private var unicode: UInt32 = 0
    /// A short string, as far as it matters.
    private var word: [UInt8] = []
    private var keepsWord = false
    private static let longestWord = 256
    private static let deepest = 2048
    private var lastWasLineEnd = false

    private var decoder = Base64Decoder()
    private var decoded = ByteBuffer()
    private var decodedCount = 0
    private static let piece = 16 * 1024

    /// The id of the item, as far as one has come, and the depth at which it did.
    private var itemID: [UInt8] = []
    private var idDepth = -1
    private var isPartial = false
    private var offset: Int64 = 0

    package init(isDocument: Bool) {
        self.isDocument = isDocument
        place = isDocument ? .json : .line(0)
    }

    /// Goes through further bytes; what is no image is added to `out`.
    @_optimize(speed)
    package mutating func take(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, into out: inout ByteBuffer, _ taker: Taker
    ) -> Outcome {
        // Nothing grows on the way.
        guard out.reserve(count) else { return .noMemory }
        guard decoded.reserve(ImageScanner.piece) else { return .noMemory }
        var index = 0
        // What is not in `out` yet begins there; not while in an image.
        var start = 0
        if case .image = place { start = count }
        while index < count {
            let byte = bytes[index]
            switch place {
            case .image:
                if byte == 0x22 && !isEscaped {
                    if unicodeDigits > 0 || !decoder.isComplete { return .malformed }
                    if !give(true, taker) { return .stopped }
                    start = index
                    place = .json
                } else {
                    guard let character = unescape(byte) else { return .malformed }
                    if character != 0 && !decode(character) { return .malformed }
                    if decodedCount >= ImageScanner.piece && !give(false, taker) {
                        return .stopped
                    }
                }
            case .string:
                if isEscaped {
                    isEscaped = false
                    // A name or an id with one is none that is looked for.
                    if keepsWord { word.append(0) }
                } else if byte == 0x5C {
                    isEscaped = true
                } else if byte == 0x22 {
                    place = .json
                    endWord()
                } else if byte == 0x0A || byte == 0x0D {
                    // No JSON has that in a string.
                    endLine(byte)
                } else if keepsWord && word.count < ImageScanner.longestWord {
                    word.append(byte)
                }
            case .json:
                switch byte {
                case 0x22:
                    if beginString() {
                        if !out.append(bytes + start, index &+ 1 &- start) { return .noMemory }
                        start = count
                    }
                case 0x7B: begin(.unknown)
                case 0x5B: begin(.list)
                case 0x7D, 0x5D:
                    _ = open.popLast()
                    member = .other
                    if idDepth > open.count { idDepth = -1 }
                    expectsName = false
                case 0x2C:
                    expectsName = open.last != .list && open.last != nil
                    member = .other
                case 0x3A: expectsName = false
                case 0x0A, 0x0D: endLine(byte)
                default: break
                }
            case .line(let known):
                if byte == 0x0A || byte == 0x0D {
                    // CR and LF are one end; a blank line is that of the event.
                    if known == 0 && !(byte == 0x0A && lastWasLineEnd) { beginEvent() }
                    lastWasLineEnd = byte == 0x0D
                    place = .line(0)
                } else {
                    lastWasLineEnd = false
                    if byte == ImageScanner.field[known] {
                        place = known == 4 ? .json : .line(known &+ 1)
                    } else {
                        place = .otherLine
                    }
                }
            case .otherLine: if byte == 0x0A || byte == 0x0D { endLine(byte) }
            }
            index = index &+ 1
        }
        if start < count && !out.append(bytes + start, count &- start) { return .noMemory }
        if case .image = place, decodedCount > 0, !give(false, taker) { return .stopped }
        return .fine
    }

    private static var field: UnsafePointer<UInt8> { ("data:" as StaticString).utf8Start }

    private mutating func endLine(_ byte: UInt8) {
        if isDocument { return }
        lastWasLineEnd = byte == 0x0D
        place = .line(0)
    }

    private mutating func beginEvent() {
        open.removeAll(keepingCapacity: true)
        expectsName = false
        member = .other
        isEscaped = false
        itemID = []
        idDepth = -1
    }

    private mutating func begin(_ kind: Kind) {
        // What is deeper than the reader takes is not gone along with.
        if open.count < ImageScanner.deepest { open.append(kind) }
        expectsName = kind != .list
        member = .other
    }

    /// A string begins. True: it is an image.
    private mutating func beginString() -> Bool {
        place = .string
        isEscaped = false
        word.removeAll(keepingCapacity: true)
        if expectsName {
            keepsWord = true
            return false
        }
        switch member {
        case .other:
            keepsWord = false
            return false
        case .type, .id, .itemID:
            keepsWord = true
            return false
        case .result where open.last == .other:
            keepsWord = false
            return false
        case .result, .partial:
            isPartial = member == .partial
            if idDepth != open.count { itemID = [] }
            member = .other
            place = .image
            decoder = Base64Decoder()
            decodedCount = 0
            offset = 0
            unicodeDigits = 0
            return true
        }
    }

    private mutating func endWord() {
        let isShort = word.count < ImageScanner.longestWord
        if expectsName {
            expectsName = false
            member = isShort ? ImageScanner.member(word) : .other
            return
        }
        switch member {
        case .type:
            if let last = open.last, last != .list {
                open[open.count - 1] = equal(word, "image_generation_call") ? .image : .other
            }
        case .id, .itemID:
            if isShort && !word.contains(0) {
                itemID = word
                idDepth = open.count
            }
        default: break
        }
        member = .other
    }

    private static func member(_ name: [UInt8]) -> Member {
        if equal(name, "type") { return .type }
        if equal(name, "id") { return .id }
        if equal(name, "item_id") { return .itemID }
        if equal(name, "result") { return .result }
        return equal(name, "partial_image_b64") ? .partial : .other
    }

    /// The character of the string that is complete with this byte: 0, none yet; nil, none that base64 has.
    @inline(__always)
    private mutating func unescape(_ byte: UInt8) -> UInt8? {
        if !isEscaped && unicodeDigits == 0 {
            if byte != 0x5C { return byte < 0x20 ? nil : byte }
            isEscaped = true
            return 0
        }
        if isEscaped {
            isEscaped = false
            if byte == 0x2F { return byte }
            if byte != 0x75 { return nil }
            unicodeDigits = 4
            unicode = 0
            return 0
        }
        guard let digit = ImageScanner.hexadecimal(byte) else { return nil }
        unicode = unicode &<< 4 | digit
        unicodeDigits = unicodeDigits &- 1
        if unicodeDigits > 0 { return 0 }
        return unicode > 0x20 && unicode < 0x7F ? UInt8(truncatingIfNeeded: unicode) : nil
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: return UInt32(byte) &- 0x30
        case 0x41...0x46: return UInt32(byte) &- 0x37
        case 0x61...0x66: return UInt32(byte) &- 0x57
        default: return nil
        }
    }

    @inline(__always)
    private mutating func decode(_ character: UInt8) -> Bool {
        var byte: UInt8 = 0
        var has = false
        if !decoder.take(character, &byte, &has) { return false }
        if has {
            decoded.tail[decodedCount] = byte
            decodedCount = decodedCount &+ 1
        }
        return true
    }

    private mutating func give(_ isLast: Bool, _ taker: Taker) -> Bool {
        let piece = Piece(
            itemID: itemID, isPartial: isPartial, offset: offset,
            bytes: UnsafeBufferPointer(start: UnsafePointer(decoded.tail), count: decodedCount),
            isLast: isLast)
        offset = offset &+ Int64(decodedCount)
        decodedCount = 0
        return taker(piece)
    }
}
