import CPlatform

/// Takes the chunks of HTTP/1.1 apart (RFC 9112, 7.1), of whatever pieces they come in.
///
/// libcurl goes through them as well, to know where the body ends and that they are well formed; but it hands
/// over each chunk by a call of its own, and servers send a chunk for each event. So it is told to hand over
/// what it reads (CURLOPT_HTTP_TRANSFER_DECODING), and this takes the same bytes as libcurl for the body, up
/// to the first that it would refuse.
package struct ChunkDecoder {
    private enum State {
        case size
        /// Behind the size, up to the end of the line: an extension.
        case sizeEnd
        case data
        case dataEnd
        case trailers
        /// What follows is not looked at: the body is not well formed, and libcurl ends the transfer.
        case broken
    }

    private var state = State.size
    private var digits = 0
    /// Bytes of the chunk that have not come yet.
    private var left: UInt64 = 0
    /// Of the lines behind the last chunk, without their ends.
    package private(set) var trailerBytes = 0

    package init() {}

    /// The last chunk has come.
    package var isBehindBody: Bool { state == .trailers }

    /// libcurl takes so many digits of a size.
    private static let maximumDigits = 16

    /// Copies what is body of the bytes to `out`, where there is room for `count`. Returns how much that was.
    @_optimize(speed)
    package mutating func decode(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, into out: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var p = bytes
        var place = out
        let end = bytes + count
        while p < end {
            if state == .broken { break }
            if state == .data {
                p = takeData(p, end, &place)
            } else {
                takeFraming(p.pointee)
                p += 1
            }
        }
        return place - out
    }

    /// Copies the rest of a chunk, and all that follow it whole and in the usual form.
    @inline(__always)
    private mutating func takeData(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
        _ place: inout UnsafeMutablePointer<UInt8>
    ) -> UnsafePointer<UInt8> {
        var p = start
        var size = left
        while size <= UInt64(end - p) {
            let count = Int(truncatingIfNeeded: size)
            memcpy(place, p, count)
            place += count
            p += count
            size = 0
            // The line end of this chunk and the head of the next one.
            let limit = p + 2 + ChunkDecoder.maximumDigits
            if limit + 2 > end || p[0] != 0x0D || p[1] != 0x0A { break }
            var q = p + 2
            while q < limit {
                let digit = JSONScanner.hexadecimal(q.pointee)
                if digit < 0 { break }
                size = size &<< 4 | UInt64(truncatingIfNeeded: digit)
                q += 1
            }
            if q[0] != 0x0D || q[1] != 0x0A || size == 0 || size > UInt64(Int64.max) {
                size = 0  // once more, byte by byte
                break
            }
            p = q + 2
        }
        if size == 0 {
            left = 0
            state = .dataEnd
            return p
        }
        memcpy(place, p, end - p)
        place += end - p
        left = size &- UInt64(end - p)
        return end
    }

    /// One byte of what stands between the data of two chunks, or behind the last.
    private mutating func takeFraming(_ byte: UInt8) {
        switch state {
        case .dataEnd:
            if byte == 0x0A {
                state = .size
                digits = 0
                left = 0
            } else if byte != 0x0D {
                state = .broken
            }
        case .size:
            let digit = JSONScanner.hexadecimal(byte)
            if digit >= 0 {
                left = left &<< 4 | UInt64(truncatingIfNeeded: digit)
                digits = digits &+ 1
                if digits > ChunkDecoder.maximumDigits || left > UInt64(Int64.max) {
                    state = .broken
                }
            } else if digits == 0 {
                state = .broken
            } else if byte == 0x0A {
                state = left == 0 ? .trailers : .data
            } else {
                state = .sizeEnd
            }
        case .sizeEnd:
            if byte == 0x0A { state = left == 0 ? .trailers : .data }
        case .trailers:
            if byte != 0x0D && byte != 0x0A { trailerBytes = trailerBytes &+ 1 }
        case .data, .broken: break
        }
    }
}
