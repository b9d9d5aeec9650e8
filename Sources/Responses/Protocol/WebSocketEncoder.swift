import CPlatform

/// Writes the frames of a client (RFC 6455, 5), each behind what is in the buffer already.
///
/// Every frame takes four new random bytes as its key, that nobody can foresee (RFC 6455, 10.3): whoever can have
/// text sent could otherwise choose what a proxy on the way gets to see. False, and nothing changed, when memory is
/// out.
package enum WebSocketEncoder {
    /// Of a head: two bytes, a length of eight, and the key.
    package static let maximumHeadBytes = 14

    /// A text message, which is UTF-8, in one frame. It may come in two parts.
    package static func text(
        _ text: Input, _ rest: Input = Input(start: nil, count: 0), key: UInt32,
        into buffer: inout ByteBuffer
    ) -> Bool {
        let (count, overflow) = text.count.addingReportingOverflow(rest.count)
        // Larger than what can be reserved.
        if overflow || count > Int.max / 8 { return false }
        return write(0x81, text, rest, key, into: &buffer)
    }

    /// As the server's ping said: the payload is cut to what a control frame may have.
    package static func pong(_ payload: Input, key: UInt32, into buffer: inout ByteBuffer) -> Bool {
        control(0x8A, payload, key, into: &buffer)
    }

    package static func ping(_ payload: Input, key: UInt32, into buffer: inout ByteBuffer) -> Bool {
        control(0x89, payload, key, into: &buffer)
    }

    /// Without code and reason where the code is `WebSocketCloseCode.noStatus`, as in an answer to such a frame. A
    /// long reason is cut to whole characters.
    package static func close(
        _ code: UInt16, reason: Input = Input(start: nil, count: 0), key: UInt32,
        into buffer: inout ByteBuffer
    ) -> Bool {
        let nothing = Input(start: nil, count: 0)
        if code == WebSocketCloseCode.noStatus {
            return write(0x88, nothing, nothing, key, into: &buffer)
        }
        let reason = PlainText.cut(reason, to: WebSocketDecoder.maximumControlBytes - 2)
        var bigEndian = code.bigEndian
        return withUnsafeBytes(of: &bigEndian) { code in
            write(0x88, code.bindMemory(to: UInt8.self), reason, key, into: &buffer)
        }
    }

    private static func control(
        _ first: UInt8, _ payload: Input, _ key: UInt32, into buffer: inout ByteBuffer
    ) -> Bool {
        let count = min(payload.count, WebSocketDecoder.maximumControlBytes)
        return write(
            first, Input(start: payload.baseAddress, count: count), Input(start: nil, count: 0),
            key, into: &buffer)
    }

    private static func write(
        _ first: UInt8, _ text: Input, _ rest: Input, _ key: UInt32, into buffer: inout ByteBuffer
    ) -> Bool {
        let count = text.count &+ rest.count
        if !buffer.reserve(maximumHeadBytes &+ count) { return false }
        var place = buffer.tail
        place += writeHead(first, count, key, to: place)
        if let start = text.baseAddress { mask(start, text.count, key, 0, to: place) }
        place += text.count
        if let start = rest.baseAddress { mask(start, rest.count, key, text.count, to: place) }
        buffer.commit(to: place + rest.count)
        return true
    }

    /// The head of a text message in one frame, for a payload that is masked as it is sent. Returns how many bytes
    /// it has, of `maximumHeadBytes` that there is room for.
    package static func textHead(
        _ count: Int, key: UInt32, to out: UnsafeMutablePointer<UInt8>
    ) -> Int {
        writeHead(0x81, count, key, to: out)
    }

    private static func writeHead(
        _ first: UInt8, _ count: Int, _ key: UInt32, to out: UnsafeMutablePointer<UInt8>
    ) -> Int {
        out[0] = first
        let lengthBytes = count < 126 ? 0 : count < 65_536 ? 2 : 8
        out[1] =
            0x80
            | (lengthBytes == 0 ? UInt8(truncatingIfNeeded: count) : lengthBytes == 2 ? 126 : 127)
        var place = out + 2
        var shift = lengthBytes &* 8
        while shift > 0 {
            shift = shift &- 8
            place.pointee = UInt8(truncatingIfNeeded: count &>> shift)
            place += 1
        }
        UnsafeMutableRawPointer(place).storeBytes(of: key, as: UInt32.self)
        return place + 4 - out
    }

    /// Writes bytes of a payload masked. `offset` is how many of the payload came before them. The bytes of the key
    /// are those of the number as it is in memory.
    @_optimize(speed) @inline(never)
    package static func mask(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, _ key: UInt32, _ offset: Int,
        to out: UnsafeMutablePointer<UInt8>
    ) {
        // The key as it is from `offset` on.
        let turn = UInt32(truncatingIfNeeded: offset & 3) &* 8
        let little = key.littleEndian
        let turned = turn == 0 ? little : little &>> turn | little &<< (32 &- turn)
        let word = (UInt64(turned) | UInt64(turned) &<< 32)
        let inMemory = word.littleEndian
        let source = UnsafeRawPointer(bytes)
        let target = UnsafeMutableRawPointer(out)
        var index = 0
        while count &- index >= 8 {
            let plain = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            target.storeBytes(of: plain ^ inMemory, toByteOffset: index, as: UInt64.self)
            index = index &+ 8
        }
        var left = word
        while index < count {
            out[index] = bytes[index] ^ UInt8(truncatingIfNeeded: left)
            left = left &>> 8
            index = index &+ 1
        }
    }
}
