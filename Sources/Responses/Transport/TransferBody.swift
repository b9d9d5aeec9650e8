import CCurl
import CPlatform

/// What arrives of an answer, as libcurl hands it over: lines of its head, then its body. The lock is held.
extension Transfer {
    func headerArrived(_ line: UnsafePointer<CChar>, _ count: Int) -> Int {
        let line = UnsafeRawPointer(line).assumingMemoryBound(to: UInt8.self)
        dropLeftovers()
        engine.deliveries &+= 1
        // Once the body has begun somebody may be reading the headers; trailers do not change them.
        switch mode == .undecided ? headers.take(line, count) : headers.takeTrailer(count) {
        case .taken:
            if mode == .undecided && request.wantsEvents && headers.isChunkedStream
                && playback == nil
            {
                takeChunks()
            }
            if let webSocket, headers.isComplete {
                if headers.status == 101 { mode = .events }
                if !webSocket.headArrived() { return 0 }
            }
            if (isRaw || request.wantsBytes) && headers.isComplete { tellOwner() }
            return count
        case .tooLarge: excess = "the answer's headers are larger than 262144 bytes"
        case .tooManyInterim: excess = "the server sent more than 1000 interim answers (1xx)"
        case .trailersTooLarge: break  // what they follow is whole: see `ended`
        case .noMemory: hasNoMemory = true
        }
        return 0  // ends the transfer
    }

    /// The body comes as it is sent: see `ChunkDecoder`.
    private func takeChunks() {
        if curl_set_long(easy, CURLOPT_HTTP_TRANSFER_DECODING, 0) == CURLE_OK {
            chunks = ChunkDecoder()
        }
    }

    @_optimize(speed)
    private func chunksArrived(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        switch mode {
        case .discarded: return count
        case .undecided: break
        case .events:
            if inbox.count >= maximumQueueBytes {
                pause()
                return Int(CURL_WRITEFUNC_PAUSE)
            }
        case .body, .bytes: break
        }
        let before = inbox.count
        guard hasBlock() && inbox.reserve(count) else {
            hasNoMemory = true
            return 0
        }
        let tail = inbox.tail
        let came = chunks?.decode(bytes, count, into: tail) ?? 0
        inbox.commit(to: tail + came)
        if chunks?.trailerBytes ?? 0 > ResponseHeaders.maximumTrailerBytes { return 0 }
        if came == 0 { return count }
        Unmanaged.passUnretained(engine)._withUnsafeGuaranteedRef {
            $0.deliveries &+= 1
            lastArrival = $0.now
        }
        if mode == .undecided {
            guard let decided = decideMode(tail, came) else {
                if before &+ came > 3 || !isByteOrderMark(tail[0]) { inbox.truncate(to: before) }
                return count
            }
            mode = decided
            if mode == .body { owner?.documentBegan(lastArrival) }
        }
        if mode == .events {
            tellOwner()
        } else if inbox.count > bodyLimit {
            isOverLimit = true
            return 0
        }
        return count
    }

    @_optimize(speed)
    func bodyArrived(_ bytes: UnsafePointer<CChar>, _ count: Int) -> Int {
        let bytes = UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self)
        if chunks != nil { return chunksArrived(bytes, count) }
        if socketReference != nil && headers.status == 101 {
            return socketBytesArrived(bytes, count)
        }
        lastArrival = Unmanaged.passUnretained(engine)._withUnsafeGuaranteedRef {
            $0.deliveries &+= 1
            return $0.now
        }
        if mode == .undecided {
            guard let decided = decideMode(bytes, count) else {
                bytesTaken &+= Int64(count)
                // A byte order mark may be cut, and is known by its whole alone.
                let isMark = inbox.count &+ count <= 3 && isByteOrderMark(bytes[0])
                return isMark && !inbox.append(bytes, count) ? 0 : count
            }
            mode = decided
            if mode == .body {
                if !isHandedOver { reserveBody() }
                owner?.documentBegan(lastArrival)
            }
        }
        switch mode {
        case .discarded: return count
        case .events, .bytes:
            if inbox.count >= maximumQueueBytes {
                pause()
                return Int(CURL_WRITEFUNC_PAUSE)
            }
            if !hasBlock() {
                hasNoMemory = true
                return 0
            }
        default:
            if isHandedOver && inbox.count >= maximumQueueBytes {
                pause()
                return Int(CURL_WRITEFUNC_PAUSE)
            }
            if inbox.count &+ count > bodyLimit {
                // A refusal has said enough by then.
                isOverLimit = headers.status < 400
                return 0  // ends the transfer
            }
        }
        if !inbox.append(bytes, count) {
            hasNoMemory = true
            return 0
        }
        bytesTaken &+= Int64(count)
        // A document is of use when it is whole; an event stream at once.
        if mode != .body || isHandedOver { tellOwner() }
        return count
    }

    /// A document that its owner takes out as it comes: not one that says what went wrong.
    var isHandedOver: Bool { handsOverDocument && headers.status < 300 }

    @inline(__always)
    private func socketBytesArrived(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        Unmanaged.passUnretained(engine)._withUnsafeGuaranteedRef { $0.deliveries &+= 1 }
        return socketReference?._withUnsafeGuaranteedRef { $0.bytesArrived(bytes, count) } ?? count
    }

    /// False when memory is out.
    @inline(__always)
    private func hasBlock() -> Bool {
        if inbox.capacity > 0 { return true }
        return Unmanaged.passUnretained(engine)._withUnsafeGuaranteedRef {
            $0.blocks.lend(to: &inbox)
        }
    }

    /// For every piece that arrives: neither object is counted, both are kept by others.
    @inline(__always)
    private func tellOwner() {
        guard let owner = ownerReference else { return }
        Unmanaged.passUnretained(engine)._withUnsafeGuaranteedRef { engine in
            owner._withUnsafeGuaranteedRef { engine.tell($0) }
        }
    }

    /// Nil while there is nothing but space or a byte order mark, which mean nothing in either.
    private func decideMode(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Mode? {
        if headers.status >= 300 { return .body }
        if request.wantsBytes { return .bytes }
        let isCalledStream = headers.hasContentType("text/event-stream")
        if !isCalledStream && !request.wantsEvents { return .body }
        // Gateways give event streams another type, also that of JSON, and errors that of a stream.
        for index in 0..<count where bytes[index] > 0x20 && !isByteOrderMark(bytes[index]) {
            if isRaw && !isCalledStream {
                let start = Input(start: bytes + index, count: count &- index)
                return EventStreamDecoder.mayBegin(start) ? .events : .body
            }
            switch bytes[index] {
            // JSON and HTML begin with these; no line of a stream does.
            case 0x7B, 0x5B, 0x3C: return .body
            // A comment, data, event, id, retry: no JSON begins so.
            case 0x3A, 0x64, 0x65, 0x69, 0x72: return .events
            default: return headers.hasContentType("application/json") ? .body : .events
            }
        }
        return nil
    }

    /// A byte of one; no text of either kind begins with such a byte.
    private func isByteOrderMark(_ byte: UInt8) -> Bool {
        byte == 0xEF || byte == 0xBB || byte == 0xBF
    }

    /// Room for the whole body at once where its length was announced: no copies while it grows.
    private func reserveBody() {
        var length: curl_off_t = -1
        curl_get_offset(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length)
        if length > 0 && length <= bodyLimit && headers.value("content-encoding") == nil {
            _ = inbox.reserveExactly(Int(length))
        }
    }

    /// An error is read for its words; one that goes on for ever is not to fill the memory.
    private var bodyLimit: Int {
        headers.status >= 400
            ? min(max(Transfer.maximumRefusal, maximumErrorBytes), maximumBodyBytes)
            : maximumBodyBytes
    }
    private static let maximumRefusal = 4 << 20

    /// One in front of a document is no part of it (RFC 8259, section 8.1).
    func skipByteOrderMark() {
        guard mode == .body, !isRaw, inbox.count >= 3 else { return }
        let bytes = inbox.bytes
        if bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF { inbox.consume(3) }
    }
}
