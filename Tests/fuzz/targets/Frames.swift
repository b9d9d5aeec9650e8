import CPlatform

/// The frames of a WebSocket: what the decoder says is what RFC 6455 says, however the bytes are cut; and what the
/// encoder writes is what was to be sent.
///
/// Input: how the stream is cut, the largest message, the stream.
@_cdecl("fuzz_frames")
public func fuzzFrames(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    var source = Source(bytes, count)
    let cut = source.byte()
    let byte = source.byte()
    let limit = byte < 224 ? Int(byte) : 1 << 30
    let stream = source.rest()
    let expected = Reference.frames(stream, limit)
    compare(decode(stream, Pieces(0), limit), expected)
    compare(decode(stream, Pieces(1), limit), expected)
    compare(decode(stream, Pieces(cut), limit), expected)
    encode(stream, cut)
    return 0
}

/// What was said of a stream of frames.
struct FrameLog {
    enum Kind { case text, ping, pong, close, failed }
    struct Entry {
        let kind: Kind
        var code: UInt16 = 0
        var bytes: [UInt8] = []
    }
    var entries: [Entry] = []
    /// Of a message that has not ended.
    var unfinished: [UInt8] = []
    var isOver = false
    var isBetweenMessages = true
}

/// How a stream is cut: not at all, evenly, or, with the top bit, at places that look random.
private struct Pieces {
    private let size: Int
    private var state: UInt32

    init(_ byte: UInt8) {
        size = Int(byte & 0x7F)
        state = byte & 0x80 == 0 ? 0 : UInt32(byte)
    }

    mutating func next(_ left: Int) -> Int {
        if state == 0 { return size == 0 ? left : min(size, left) }
        state = state &* 1_664_525 &+ 1_013_904_223
        return min(1 + Int(state >> 24) % max(1, size), left)
    }
}

/// As a connection does it, but each piece has memory that ends with it, so that a read beyond it is seen.
private func decode(_ stream: [UInt8], _ cut: Pieces, _ limit: Int) -> FrameLog {
    var log = FrameLog()
    var decoder = WebSocketDecoder(maximumMessageBytes: limit)
    var pieces = cut
    var index = 0
    var isInMessage = false
    while index < stream.count {
        let size = pieces.next(stream.count - index)
        let given = Array(stream[index..<index + size])
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: size)
        _ = memory.initialize(from: given)
        if let base = memory.baseAddress {
            take(base, size, &decoder, &log, &isInMessage)
        }
        require(same(UnsafeBufferPointer(memory), given), "the input is as it was")
        memory.deallocate()
        index += size
    }
    log.isOver = decoder.isOver
    log.isBetweenMessages = decoder.isBetweenMessages
    return log
}

private func take(
    _ base: UnsafeMutablePointer<UInt8>, _ size: Int, _ decoder: inout WebSocketDecoder,
    _ log: inout FrameLog, _ isInMessage: inout Bool
) {
    let end = base + size
    var position = base
    while true {
        let before = position
        let step = decoder.next(&position, end)
        require(position >= before && position <= end, "the position moves on")
        switch step {
        case .needsMore:
            require(position == end, "all is taken")
            return
        case .text(let piece, let count, let begins, let ends):
            require(piece >= base && count >= 0 && piece + count <= end, "a piece is in the input")
            require(begins == !isInMessage, "a message begins once")
            require(count > 0 || ends, "a piece has bytes, or ends the message")
            if begins && ends && piece + count < end {
                require(piece[count] == 0, "a NUL is behind a message that came whole")
            }
            log.unfinished += UnsafeBufferPointer(start: UnsafePointer(piece), count: count)
            isInMessage = !ends
            if ends {
                log.entries.append(FrameLog.Entry(kind: .text, bytes: log.unfinished))
                log.unfinished = []
            }
        case .ping(let payload):
            log.entries.append(FrameLog.Entry(kind: .ping, bytes: array(payload)))
        case .pong(let payload):
            log.entries.append(FrameLog.Entry(kind: .pong, bytes: array(payload)))
        case .close(let code, let reason):
            log.entries.append(FrameLog.Entry(kind: .close, code: code, bytes: array(reason)))
        case .failed(let code, let reason):
            require(reason.utf8CodeUnitCount > 0, "a failure has a reason")
            log.entries.append(FrameLog.Entry(kind: .failed, code: code))
        case .noMemory: require(false, "memory")
        }
    }
}

private func compare(_ log: FrameLog, _ expected: FrameLog) {
    require(log.entries.count == expected.entries.count, "how much is said")
    for (entry, wanted) in zip(log.entries, expected.entries) {
        require(entry.kind == wanted.kind, "what is said")
        require(entry.code == wanted.code, "a code")
        require(same(entry.bytes, wanted.bytes), "a payload")
    }
    require(log.isOver == expected.isOver, "whether it is over")
    require(log.isBetweenMessages == expected.isBetweenMessages, "whether it is between messages")
    // Of a message that is refused there may have been more or less by then.
    require(log.isOver || same(log.unfinished, expected.unfinished), "what has come of a message")
}

extension Reference {
    // MARK: frames (RFC 6455, 5), as a client reads them

    static func frames(_ stream: [UInt8], _ limit: Int) -> FrameLog {
        var log = FrameLog()
        var message: [UInt8]?
        var announced = 0
        var index = 0
        func failed(_ code: UInt16) -> FrameLog {
            var log = log
            log.entries.append(FrameLog.Entry(kind: .failed, code: code))
            log.isOver = true
            log.isBetweenMessages = false
            return log
        }
        /// The bytes do not go on.
        func cut(_ more: [UInt8] = []) -> FrameLog {
            var log = log
            log.unfinished = (message ?? []) + more
            log.isBetweenMessages = false
            return log
        }
        while index < stream.count {
            let left = stream.count - index
            let opcode = stream[index] % 16
            let isFinal = stream[index] / 128 == 1
            if stream[index] / 16 % 8 != 0 { return failed(1002) }
            switch opcode {
            case 0: if message == nil { return failed(1002) }
            case 1: if message != nil { return failed(1002) }
            case 2: return failed(message == nil ? 1003 : 1002)
            case 8, 9, 10: if !isFinal { return failed(1002) }
            default: return failed(1002)
            }
            if left < 2 { return cut() }
            var length = Int(stream[index + 1])
            if length >= 128 { return failed(1002) }
            if opcode >= 8 && (length > 125 || opcode == 8 && length == 1) { return failed(1002) }
            var head = 2
            if length > 125 {
                head = length == 126 ? 4 : 10
                if head == 10 && left > 2 && stream[index + 2] >= 128 { return failed(1002) }
                if left < head { return cut() }
                let isShort = length == 126
                length = 0
                for byte in stream[index + 2..<index + head] { length = length * 256 + Int(byte) }
                if length < (isShort ? 126 : 65536) { return failed(1002) }
            }
            let there = min(length, left - head)
            let payload = Array(stream[index + head..<index + head + there])
            if opcode >= 8 {
                if there < length { return cut() }
                if opcode == 8 {
                    let code = there < 2 ? 1005 : UInt16(payload[0]) * 256 + UInt16(payload[1])
                    let reason = Array(payload.dropFirst(2))
                    let isAllowed =
                        code >= 3000 && code <= 4999
                        || [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]
                            .contains(code)
                        || there == 0
                    if !isAllowed { return failed(1002) }
                    if !isUTF8(reason) { return failed(1007) }
                    log.entries.append(FrameLog.Entry(kind: .close, code: code, bytes: reason))
                    log.isOver = true
                    log.isBetweenMessages = false
                    return log
                }
                log.entries.append(
                    FrameLog.Entry(kind: opcode == 9 ? .ping : .pong, bytes: payload))
            } else {
                if message == nil { announced = 0 }
                announced += length
                if announced > limit { return failed(1009) }
                let text = (message ?? []) + payload
                if !isBeginOfUTF8(text) { return failed(1007) }
                if there < length { return cut(payload) }
                message = text
                if isFinal {
                    if !isUTF8(text) { return failed(1007) }
                    log.entries.append(FrameLog.Entry(kind: .text, bytes: text))
                    message = nil
                }
            }
            index += head + length
        }
        log.unfinished = message ?? []
        log.isBetweenMessages = message == nil
        return log
    }

    static func isUTF8(_ text: [UInt8]) -> Bool { plainEnd(text) == text.count }

    /// Whether more bytes could make UTF-8 of it.
    static func isBeginOfUTF8(_ text: [UInt8]) -> Bool {
        let tail = Array(text[plainEnd(text)...])
        if tail.count > 3 { return false }
        if tail.isEmpty { return true }
        // The second byte is what has limits of its own (Unicode, table 3-7): one between each two of them.
        for second: UInt8 in [0x80, 0x90, 0xA0] {
            for count in 1...3 where tail.count <= count {
                var whole = [tail[0], second]
                while whole.count <= count { whole.append(0x80) }
                whole = Array(whole.prefix(count + 1))
                for index in tail.indices { whole[index] = tail[index] }
                if isUTF8(whole) { return true }
            }
        }
        return false
    }

    /// Up to where it is whole characters.
    private static func plainEnd(_ text: [UInt8]) -> Int {
        var parser = Parser(text)
        while parser.index < text.count {
            if text[parser.index] < 0x80 {
                parser.index += 1
            } else if parser.character() == nil {
                break
            }
        }
        return parser.index
    }
}

/// A frame of a client, in one part and in two, read by the rules for servers.
private func encode(_ payload: [UInt8], _ seed: UInt8) {
    let key = UInt32(seed) &* 0x9E37_79B1
    var whole = ByteBuffer()
    var parts = ByteBuffer()
    let cut = payload.count * Int(seed) / 256
    payload.withUnsafeBufferPointer { payload in
        require(WebSocketEncoder.text(payload, key: key, into: &whole), "memory")
        require(
            WebSocketEncoder.text(
                Input(rebasing: payload[..<cut]), Input(rebasing: payload[cut...]), key: key,
                into: &parts), "memory")
    }
    let frame = array(UnsafeBufferPointer(start: whole.bytes, count: whole.count))
    require(
        same(UnsafeBufferPointer(start: parts.bytes, count: parts.count), frame),
        "one part or two")
    checkFrame(frame, 0x81, payload)
    var control = ByteBuffer()
    payload.withUnsafeBufferPointer {
        require(WebSocketEncoder.pong($0, key: key, into: &control), "memory")
    }
    checkFrame(
        array(UnsafeBufferPointer(start: control.bytes, count: control.count)), 0x8A,
        Array(payload.prefix(125)))
}

private func checkFrame(_ frame: [UInt8], _ first: UInt8, _ payload: [UInt8]) {
    require(frame.count >= 6 && frame[0] == first && frame[1] >= 128, "a head, masked")
    let count = Int(frame[1]) - 128
    let head = count < 126 ? 2 : count == 126 ? 4 : 10
    let length = head == 2 ? count : frame[2..<head].reduce(0) { $0 * 256 + Int($1) }
    require(head == 2 || length >= (head == 4 ? 126 : 65536), "the shortest length")
    require(length == payload.count && frame.count == head + 4 + length, "the length")
    for (index, byte) in payload.enumerated() {
        require(frame[head + 4 + index] ^ frame[head + index % 4] == byte, "masked with the key")
    }
}
