import Testing

@testable import Responses

struct WebSocketEncoderTests {
    /// Bytes of a key in their order.
    private func key(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
    }

    /// What a writer puts behind something that is in the buffer.
    private func written(_ write: (inout ByteBuffer) -> Bool) -> [UInt8] {
        var buffer = ByteBuffer()
        #expect(buffer.append("before") && write(&buffer))
        let bytes = Array(
            UnsafeBufferPointer(start: UnsafePointer(buffer.bytes), count: buffer.count))
        #expect(bytes.starts(with: Array("before".utf8)))
        return Array(bytes.dropFirst(6))
    }

    private func withBytes<Result>(_ bytes: [UInt8], _ body: (Input) -> Result) -> Result {
        bytes.withUnsafeBufferPointer(body)
    }

    /// A frame as its server reads it.
    private func read(_ frame: [UInt8]) -> (first: UInt8, payload: [UInt8]) {
        guard frame.count >= 6, frame[1] & 0x80 != 0 else { return (0, []) }
        var count = Int(frame[1] & 0x7F)
        var place = 2
        if count >= 126 {
            let lengthBytes = count == 126 ? 2 : 8
            count = frame[2..<(2 + lengthBytes)].reduce(0) { $0 << 8 | Int($1) }
            #expect(count >= (lengthBytes == 2 ? 126 : 65_536))
            place += lengthBytes
        }
        let key = Array(frame[place..<(place + 4)])
        #expect(frame.count == place + 4 + count)
        let payload = frame.dropFirst(place + 4).enumerated().map { $1 ^ key[$0 % 4] }
        return (frame[0], payload)
    }

    /// RFC 6455, 5.7: the two that a client sends.
    @Test func asInTheStandard() {
        let mask = key([0x37, 0xFA, 0x21, 0x3D])
        let hello = Array("Hello".utf8)
        let text = written { buffer in
            withBytes(hello) { WebSocketEncoder.text($0, key: mask, into: &buffer) }
        }
        #expect(
            text == [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
        let pong = written { buffer in
            withBytes(hello) { WebSocketEncoder.pong($0, key: mask, into: &buffer) }
        }
        #expect(
            pong == [0x8A, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
    }

    @Test func textOfEveryLength() {
        var random: UInt64 = 3
        let all = (0..<70_000).map { _ in
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: random >> 40)
        }
        let mask = key([0x01, 0x80, 0xFE, 0x33])
        for count in Array(0...260) + [65_534, 65_535, 65_536, 65_537, 70_000] {
            let payload = Array(all.prefix(count))
            let whole = written { buffer in
                withBytes(payload) { WebSocketEncoder.text($0, key: mask, into: &buffer) }
            }
            let (first, read) = read(whole)
            #expect(first == 0x81 && read == payload, "\(count)")
            // In two parts it is the same, wherever they meet.
            for cut in Set([0, 1, 2, 3, 4, 5, 7, 8, 9, count / 2, count]) where cut <= count {
                let parts = written { buffer in
                    withBytes(Array(payload.prefix(cut))) { start in
                        withBytes(Array(payload.dropFirst(cut))) { rest in
                            WebSocketEncoder.text(start, rest, key: mask, into: &buffer)
                        }
                    }
                }
                #expect(parts == whole, "\(count) cut at \(cut)")
            }
        }
    }

    /// A payload that is masked piece by piece as it is sent.
    @Test func aPayloadInPieces() {
        let payload = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let mask = key([0xA1, 0x02, 0x73, 0x44])
        let whole = written { buffer in
            withBytes(payload) { WebSocketEncoder.text($0, key: mask, into: &buffer) }
        }
        for pieces in [1, 2, 3, 5, 8, 13, 100, 300] {
            let out = UnsafeMutablePointer<UInt8>.allocate(
                capacity: payload.count + WebSocketEncoder.maximumHeadBytes)
            defer { out.deallocate() }
            var end = WebSocketEncoder.textHead(payload.count, key: mask, to: out)
            withBytes(payload) { bytes in
                guard let start = bytes.baseAddress else { return }
                for place in stride(from: 0, to: bytes.count, by: pieces) {
                    let count = min(pieces, bytes.count - place)
                    WebSocketEncoder.mask(start + place, count, mask, place, to: out + end)
                    end += count
                }
            }
            #expect(Array(UnsafeBufferPointer(start: out, count: end)) == whole)
        }
    }

    @Test func controlFrames() {
        let mask = key([1, 2, 3, 4])
        let nothing = Input(start: nil, count: 0)
        let ping = written { WebSocketEncoder.ping(nothing, key: mask, into: &$0) }
        #expect(ping == [0x89, 0x80, 1, 2, 3, 4])
        let long = [UInt8](repeating: 0x61, count: 126)
        let pong = written { buffer in
            withBytes(long) { WebSocketEncoder.pong($0, key: mask, into: &buffer) }
        }
        #expect(read(pong) == (0x8A, Array(long.prefix(125))))
    }

    @Test func closeFrames() {
        let mask = key([9, 8, 7, 6])
        func close(_ code: UInt16, _ reason: String = "") -> (UInt8, [UInt8]) {
            read(
                written { buffer in
                    withBytes(Array(reason.utf8)) {
                        WebSocketEncoder.close(code, reason: $0, key: mask, into: &buffer)
                    }
                })
        }
        #expect(close(1000) == (0x88, [0x03, 0xE8]))
        #expect(close(1001, "bye") == (0x88, [0x03, 0xE9] + Array("bye".utf8)))
        // An answer to a close frame without a code has none either, and no reason.
        #expect(close(WebSocketCloseCode.noStatus, "bye") == (0x88, []))
        // 125 bytes at the most, of whole characters.
        let long = String(repeating: "é", count: 100)
        #expect(
            close(1002, "a" + long) == (0x88, [0x03, 0xEA] + Array("a\(long)".utf8.prefix(123))))
        #expect(
            close(1002, "ab" + long) == (0x88, [0x03, 0xEA] + Array("ab\(long)".utf8.prefix(122))))
    }

    /// What is written is what a decoder reads, once it is unmasked as a server does.
    @Test func readByTheDecoder() {
        let mask = key([0xDE, 0xAD, 0xBE, 0xEF])
        let text = String(repeating: "Grüße ", count: 60)
        let written = written { buffer in
            withBytes(Array(text.utf8)) { WebSocketEncoder.text($0, key: mask, into: &buffer) }
        }
        let (first, payload) = read(written)
        #expect(webSocketSteps(frame(first, payload)) == ["text \(text)"])
    }
}
