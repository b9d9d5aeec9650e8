/// Turns the bytes of a client into messages and control frames, however they are cut, and holds the
/// client to RFC 6455.
struct FrameReader {
    enum Arrival {
        case text(Bytes)
        case binary(Bytes)
        case ping(Bytes)
        case pong(Bytes)
        /// The code is nil in a frame without one.
        case close(Int?)
    }

    /// What the client did wrong, and the code to close with.
    struct Failure: Error {
        var code: Int
        var reason: String

        static func broken(_ reason: String) -> Failure {
            Failure(code: CloseCode.protocolError, reason: reason)
        }
    }

    private struct Head {
        var opcode: Opcode
        var isFinal: Bool
        var length: Int
        var mask: Bytes
        /// Where the payload begins.
        var size: Int
    }

    private var input = Bytes()
    private var position = 0
    private var message: Bytes?
    private var isBinary = false

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if position == input.count {
            input.removeAll(keepingCapacity: input.count < 1 << 20)
            position = 0
        } else if position > 1 << 16 {
            input.removeFirst(position)
            position = 0
        }
        input.append(contentsOf: bytes)
    }

    /// The next message or control frame; nil when its bytes are not all here.
    mutating func next() throws(Failure) -> Arrival? {
        while let head = try readHead() {
            guard input.count - position >= head.size + head.length else { return nil }
            let payload = takePayload(head)
            if head.opcode.isControl { return try control(head.opcode, payload) }
            if let whole = try collect(head, payload) { return whole }
        }
        return nil
    }

    private func readHead() throws(Failure) -> Head? {
        let available = input.count - position
        guard available >= 2 else { return nil }
        let (first, second) = (input[position], input[position + 1])
        guard first & 0x70 == 0 else { throw .broken("reserved bits are set") }
        guard let opcode = Opcode(rawValue: first & 0x0F) else { throw .broken("unknown opcode") }
        guard second & 0x80 != 0 else { throw .broken("frames of a client must be masked") }
        let isFinal = first & 0x80 != 0
        var length = UInt64(second & 0x7F)
        var size = 2
        if length >= 126 {
            let count = length == 126 ? 2 : 8
            guard !opcode.isControl else { throw .broken("a control frame is too long") }
            guard available >= size + count else { return nil }
            length = input[position + size..<position + size + count]
                .reduce(0) { $0 << 8 | UInt64($1) }
            guard length >= (count == 2 ? 126 : 65536) else {
                throw .broken("a length is not in its shortest form")
            }
            size += count
        }
        guard isFinal || !opcode.isControl else { throw .broken("a control frame is fragmented") }
        guard length <= UInt64(RequestReader.maximumBodyBytes - (message?.count ?? 0)) else {
            throw Failure(code: CloseCode.tooBig, reason: "the message is too big")
        }
        guard available >= size + 4 else { return nil }
        return Head(
            opcode: opcode, isFinal: isFinal, length: Int(length),
            mask: Bytes(input[position + size..<position + size + 4]), size: size + 4)
    }

    private mutating func takePayload(_ head: Head) -> Bytes {
        let start = position + head.size
        var payload = Bytes(input[start..<start + head.length])
        payload.withUnsafeMutableBufferPointer { buffer in
            for index in buffer.indices { buffer[index] ^= head.mask[index & 3] }
        }
        position = start + head.length
        return payload
    }

    /// The whole message once its last fragment is here.
    private mutating func collect(_ head: Head, _ payload: Bytes) throws(Failure) -> Arrival? {
        if head.opcode == .continuation {
            guard message != nil else { throw .broken("nothing to continue") }
            message?.append(contentsOf: payload)
        } else {
            guard message == nil else { throw .broken("the message before is not complete") }
            isBinary = head.opcode == .binary
            message = payload
        }
        guard head.isFinal, let whole = message else { return nil }
        message = nil
        if isBinary { return .binary(whole) }
        guard Self.isUTF8(whole) else {
            throw Failure(code: CloseCode.invalidPayload, reason: "the text is not UTF-8")
        }
        return .text(whole)
    }

    private func control(_ opcode: Opcode, _ payload: Bytes) throws(Failure) -> Arrival {
        switch opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong(payload)
        default:
            guard payload.count != 1 else { throw .broken("half a close code") }
            guard payload.count > 1 else { return .close(nil) }
            let code = Int(payload[0]) << 8 | Int(payload[1])
            guard CloseCode.isValid(code) else { throw .broken("not a close code: \(code)") }
            guard Self.isUTF8(Bytes(payload.dropFirst(2))) else {
                throw Failure(code: CloseCode.invalidPayload, reason: "the reason is not UTF-8")
            }
            return .close(code)
        }
    }

    private static func isUTF8(_ bytes: Bytes) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }
}
