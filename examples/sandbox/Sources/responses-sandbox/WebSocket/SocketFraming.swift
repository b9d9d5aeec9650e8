/// Turns messages into frames, in the one way of a good server or in others.
struct SocketFraming {
    let faults: SocketFaults

    /// Appends what is sent for the event that stands at this place in its turn.
    func write(_ json: Bytes, index: Int, to bytes: inout Bytes) {
        for number in 0..<faults.pingFlood { Self.writePing(number, to: &bytes) }
        for _ in 0..<faults.unaskedPongs { Frame.write(.pong, [], to: &bytes) }
        if let bad = faults.badFrame, faults.badFrameAt == index {
            write(bad, around: json, to: &bytes)
        } else {
            writeMessage(json, to: &bytes)
        }
    }

    static func writePing(_ number: Int, to bytes: inout Bytes) {
        Frame.write(.ping, Bytes(text: "ping \(number)"), to: &bytes)
    }

    private func writeMessage(_ json: Bytes, to bytes: inout Bytes) {
        let pieces = pieces(of: json)
        for (index, piece) in pieces.enumerated() {
            if index > 0 { writeBetween(to: &bytes) }
            Frame.write(
                index == 0 ? .text : .continuation, piece, isFinal: index == pieces.count - 1,
                to: &bytes)
        }
    }

    private func pieces(of json: Bytes) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>]
        if let size = faults.fragmentBytes, size < json.count {
            pieces = stride(from: 0, to: json.count, by: size).map {
                json[$0..<min($0 + size, json.count)]
            }
        } else {
            pieces = [json[...]]
        }
        return faults.hasEmptyFrames ? [[]] + pieces + [[]] : pieces
    }

    private func writeBetween(to bytes: inout Bytes) {
        switch faults.between {
        case .ping: Frame.write(.ping, Bytes(text: "between"), to: &bytes)
        case .pong: Frame.write(.pong, [], to: &bytes)
        case nil: break
        }
    }

    // MARK: - Frames that are none

    private func write(_ bad: SocketFaults.BadFrame, around json: Bytes, to bytes: inout Bytes) {
        switch bad {
        case .masked: writeMasked(json, to: &bytes)
        case .opcode: write(first: 0x83, json, to: &bytes)
        case .controlOpcode: write(first: 0x8B, Bytes(json.prefix(100)), to: &bytes)
        case .rsv: write(first: 0xC1, json, to: &bytes)
        case .binary: Frame.write(.binary, json, to: &bytes)
        case .continuation: Frame.write(.continuation, json, to: &bytes)
        case .nested:
            Frame.write(.text, json.prefix(json.count / 2), isFinal: false, to: &bytes)
            Frame.write(.text, json, to: &bytes)
        case .fragmentedPing, .longPing, .halfClose, .badClose, .closeUTF8:
            writeBadControl(bad, to: &bytes)
            writeMessage(json, to: &bytes)
        case .longLength, .negativeLength, .hugeLength:
            bytes.append(contentsOf: [0x81, 127])
            Frame.append(length(bad, of: json), bytes: 8, to: &bytes)
            bytes.append(contentsOf: json)
        case .empty, .notJSON, .notObject, .noType:
            writeMessage(Self.text(of: bad), to: &bytes)
            writeMessage(json, to: &bytes)
        }
    }

    private func write(first: UInt8, _ payload: Bytes, to bytes: inout Bytes) {
        Frame.writeHead(first, length: payload.count, to: &bytes)
        bytes.append(contentsOf: payload)
    }

    private func writeMasked(_ json: Bytes, to bytes: inout Bytes) {
        let mask: Bytes = [0x12, 0x34, 0x56, 0x78]
        Frame.writeHead(0x81, length: json.count, isMasked: true, to: &bytes)
        bytes.append(contentsOf: mask)
        for (index, byte) in json.enumerated() { bytes.append(byte ^ mask[index & 3]) }
    }

    private func writeBadControl(_ bad: SocketFaults.BadFrame, to bytes: inout Bytes) {
        switch bad {
        case .fragmentedPing: Frame.write(.ping, [], isFinal: false, to: &bytes)
        case .longPing: Frame.write(.ping, Bytes(repeating: 0x78, count: 126), to: &bytes)
        case .halfClose: Frame.write(.close, [3], to: &bytes)
        case .badClose: Frame.write(.close, Frame.closePayload(1005), to: &bytes)
        default:
            Frame.write(.close, Frame.closePayload(1000) + [0xC3, 0x28], to: &bytes)
        }
    }

    private func length(_ bad: SocketFaults.BadFrame, of json: Bytes) -> UInt64 {
        switch bad {
        case .negativeLength: return UInt64.max
        case .hugeLength: return 1 << 62
        default: return UInt64(json.count)
        }
    }

    private static func text(of bad: SocketFaults.BadFrame) -> Bytes {
        switch bad {
        case .empty: return []
        case .notJSON: return Bytes(text: "{\"type\":")
        case .notObject: return Bytes(text: "[1]")
        default: return Bytes(text: "{\"sequence_number\":1}")
        }
    }
}
