/// What a frame is (RFC 6455, section 5.2).
enum Opcode: UInt8 {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    var isControl: Bool { rawValue >= 8 }
}

/// The numbers that say why a WebSocket ends.
enum CloseCode {
    static let normal = 1000
    static let protocolError = 1002
    static let unsupportedData = 1003
    static let invalidPayload = 1007
    static let tooBig = 1009

    /// Those that a peer may send.
    static func isValid(_ code: Int) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: return true
        default: return false
        }
    }
}

/// Frames on their way to the client, which are never masked.
enum Frame {
    static func write(
        _ opcode: Opcode, _ payload: some Collection<UInt8>, isFinal: Bool = true,
        to bytes: inout Bytes
    ) {
        writeHead(opcode.rawValue | (isFinal ? 0x80 : 0), length: payload.count, to: &bytes)
        bytes.append(contentsOf: payload)
    }

    /// The bytes before the payload, the length in the shortest form.
    static func writeHead(
        _ first: UInt8, length: Int, isMasked: Bool = false, to bytes: inout Bytes
    ) {
        let mask: UInt8 = isMasked ? 0x80 : 0
        bytes.append(first)
        switch length {
        case ..<126: bytes.append(mask | UInt8(length))
        case ..<65536:
            bytes.append(mask | 126)
            append(UInt64(length), bytes: 2, to: &bytes)
        default:
            bytes.append(mask | 127)
            append(UInt64(length), bytes: 8, to: &bytes)
        }
    }

    static func append(_ value: UInt64, bytes count: Int, to bytes: inout Bytes) {
        for index in (0..<count).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
        }
    }

    /// The payload of a close frame; without a code there is none.
    static func closePayload(_ code: Int?, _ reason: String = "") -> Bytes {
        guard let code else { return [] }
        return [UInt8(truncatingIfNeeded: code >> 8), UInt8(truncatingIfNeeded: code)]
            + Bytes(text: reason).prefix(123)
    }
}
