@testable import Responses

/// A frame as a server sends it. `length`: in how many bytes it is said, 0, 2 or 8; as RFC 6455 wants it if nil.
func frame(
    _ first: UInt8, _ payload: [UInt8], length: Int? = nil, announced: UInt64? = nil
) -> [UInt8] {
    let count = announced ?? UInt64(payload.count)
    let lengthBytes = length ?? (count < 126 ? 0 : count < 65_536 ? 2 : 8)
    var bytes = [first]
    if lengthBytes == 0 {
        bytes.append(UInt8(count))
    } else {
        bytes.append(lengthBytes == 2 ? 126 : 127)
        for index in (0..<lengthBytes).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: count >> UInt64(8 * index)))
        }
    }
    return bytes + payload
}

func frame(_ first: UInt8, _ payload: String) -> [UInt8] { frame(first, Array(payload.utf8)) }

func closeFrame(_ code: UInt16, _ reason: [UInt8] = []) -> [UInt8] {
    frame(0x88, [UInt8(code >> 8), UInt8(code & 255)] + reason)
}

/// What a decoder of frames says, with the pieces of a message put together.
final class WebSocketReader {
    private var decoder: WebSocketDecoder
    private var message: [UInt8]?
    private(set) var seen: [String] = []
    /// How many pieces the text came in, and how many of them had no bytes.
    private(set) var pieces = 0
    private(set) var emptyPieces = 0
    private(set) var problems: [String] = []

    init(limit: Int) { decoder = WebSocketDecoder(maximumMessageBytes: limit) }

    var isOver: Bool { decoder.isOver }
    var isBetweenMessages: Bool { decoder.isBetweenMessages }

    /// In memory that has room for the bytes and not for one more.
    func take(_ bytes: ArraySlice<UInt8>) {
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        defer { memory.deallocate() }
        _ = memory.initialize(from: bytes)
        guard var position = memory.baseAddress else { return }
        let end = position + bytes.count
        while true {
            let before = position
            let step = decoder.next(&position, end)
            if position < before || position > end { problems.append("position") }
            switch step {
            case .needsMore:
                if position != end { problems.append("bytes are left") }
                if Array(memory) != Array(bytes) { problems.append("the input has changed") }
                return
            case .text(let piece, let count, let begins, let ends):
                if begins != (message == nil) { problems.append("begins") }
                pieces += 1
                if count == 0 { emptyPieces += 1 }
                message =
                    (message ?? [])
                    + UnsafeBufferPointer(start: UnsafePointer(piece), count: count)
                if begins && ends && piece + count < end && piece[count] != 0 {
                    problems.append("no NUL behind the message")
                }
                if ends {
                    seen.append("text \(String(decoding: message ?? [], as: UTF8.self))")
                    message = nil
                }
            case .ping(let payload): seen.append("ping \(string(payload))")
            case .pong(let payload): seen.append("pong \(string(payload))")
            case .close(let code, let reason): seen.append("close \(code) \(string(reason))")
            case .failed(let code, let reason): seen.append("failed \(code) \(reason)")
            case .noMemory: problems.append("no memory")
            }
        }
    }
}

/// What is seen of bytes that come in pieces which end at these places, and at the end.
func webSocketSteps(_ bytes: [UInt8], cuts: [Int] = [], limit: Int = 1 << 20) -> [String] {
    let reader = WebSocketReader(limit: limit)
    var start = 0
    for end in cuts + [bytes.count] {
        reader.take(bytes[start..<end])
        start = end
    }
    return reader.seen + reader.problems
}
