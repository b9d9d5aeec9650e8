import CCurl
import CPlatform

/// What comes of an attempt while it is under way, to be written to the file of `record_file` when it is over.
/// Guarded by the engine's lock.
final class Recording {
    let startedAt = platform_wall_microseconds()
    let start = platform_now()
    /// The body as the decoder gets it: unpacked, and its chunks of HTTP/1.1 taken apart.
    fileprivate(set) var body = ByteBuffer()
    /// The pieces in which it came: microseconds from the start, and bytes.
    fileprivate(set) var pieces = RecordedPieces()
    fileprivate(set) var lacksBytes = false
    /// The call gave it up, as one of its limits of time was reached.
    var hasTimedOut = false
    private let maximumBytes: Int

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    fileprivate func add(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ now: UInt64) {
        if count == 0 || lacksBytes { return }
        guard count <= maximumBytes &- body.count, body.append(bytes, count),
            pieces.add(time: now > start ? (now &- start) / 1000 : 0, count: count)
        else {
            lacksBytes = true
            return
        }
    }

    fileprivate func takeBody() -> ByteBuffer {
        var taken = ByteBuffer()
        swap(&taken, &body)
        return taken
    }

    fileprivate func takePieces() -> RecordedPieces {
        var taken = RecordedPieces()
        swap(&taken, &pieces)
        return taken
    }
}

/// RecordedPieces of a body, each with the time at which it came, in microseconds. In memory that may be missing, as their
/// number is the server's choice.
struct RecordedPieces: ~Copyable {
    struct Piece {
        var time: UInt64
        var count: Int
    }

    private var bytes = ByteBuffer()

    var count: Int { bytes.count / MemoryLayout<Piece>.stride }

    /// Only to be used below `count`.
    subscript(index: Int) -> Piece {
        get { place(index).pointee }
        nonmutating set { place(index).pointee = newValue }
    }

    private func place(_ index: Int) -> UnsafeMutablePointer<Piece> {
        UnsafeMutableRawPointer(bytes.bytes).assumingMemoryBound(to: Piece.self) + index
    }

    /// False when memory is out.
    mutating func add(time: UInt64, count: Int) -> Bool {
        var piece = Piece(time: time, count: count)
        return withUnsafeBytes(of: &piece) { raw in
            guard let start = raw.baseAddress else { return false }
            return bytes.append(start.assumingMemoryBound(to: UInt8.self), raw.count)
        }
    }
}

/// Why an attempt ended that libcurl was not done with.
enum RecordedStop {
    /// Its last event was read.
    case finished
    /// One of the call's limits of time.
    case timeout
    /// `responses_call_cancel`, or an interrupt.
    case cancelled
    /// Whatever else the program did: its callback stopped the call, or the call was freed.
    case program
}

extension Transfer {
    /// In place of the callback of `takeBody`, so that nothing is asked where nothing is recorded.
    func takeRecordedBody() {
        curl_set_body_callback(
            easy,
            { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                return Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef {
                    $0.recordedBodyArrived(bytes, size &* count)
                }
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func recordedBodyArrived(_ bytes: UnsafePointer<CChar>, _ count: Int) -> Int {
        let before = inbox.count
        let taken = bodyArrived(bytes, count)
        guard let recording, taken != Int(CURL_WRITEFUNC_PAUSE) else { return taken }
        if chunks == nil {
            recording.add(
                UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self), count, engine.now)
        } else if inbox.count > before {
            recording.add(inbox.bytes + before, inbox.count &- before, engine.now)
        }
        return taken
    }

    /// The headers of the request, without those that libcurl adds but for the host.
    private func requestLines() -> [RecordedAttempt.HeaderLine] {
        var lines: [RecordedAttempt.HeaderLine] = []
        let rest = request.url.drop { $0 != 0x2F }.dropFirst(2)
        lines.append(
            .init(
                name: bytes("Host"),
                value: Array(rest.prefix { $0 != 0x2F && $0 != 0x3F && $0 != 0 })))
        var next: UnsafeMutablePointer<curl_slist>? = clientHeaders.list(for: request)
        while let node = next {
            if let line = RecordedAttempt.HeaderLine(Message(cString: node.pointee.data).bytes) {
                lines.append(line)
            }
            next = node.pointee.next
        }
        for own in request.ownHeaders {
            if let line = RecordedAttempt.HeaderLine(own) { lines.append(line) }
        }
        if clientHeaders.takesIdempotencyKey && !request.idempotencyKey.isEmpty {
            lines.append(.init(name: bytes("Idempotency-Key"), value: request.idempotencyKey))
        }
        return lines
    }

    /// Ends the recording, and gives what is to be written of it. To be called before libcurl or the pool of
    /// handles has the handle back, with the lock held.
    func takeRecording(_ stop: RecordedStop) -> RecordedAttempt? {
        guard let recording else { return nil }
        self.recording = nil
        let failure: RecordedFailure?
        if hasEnded {
            failure =
                result == CURLE_OK && headers.isComplete ? nil : RecordedFailure(of: self)
        } else if recording.hasTimedOut {
            failure = RecordedFailure(stopped: .timeout, of: self)
        } else if stop != .finished {
            failure = RecordedFailure(stopped: stop, of: self)
        } else {
            failure = nil
        }
        var times = RecordedTimes(total: platform_now() &- recording.start)
        times.read(easy)
        return RecordedAttempt(
            request: request, lines: requestLines(), headers: headers,
            startedAt: recording.startedAt, times: times,
            address: Message(cString: curl_primary_address(easy)).bytes,
            body: recording.takeBody(), pieces: recording.takePieces(),
            lacksBytes: recording.lacksBytes, failure: failure, settings: settings)
    }
}

/// Where the time of an attempt went, in microseconds; -1 is not known.
struct RecordedTimes {
    var total: Int64
    var lookup: Int64 = -1
    var connect: Int64 = -1
    var encryption: Int64 = -1
    var wait: Int64 = 0
    var receive: Int64 = 0

    init(total nanoseconds: UInt64) { total = Int64(clamping: nanoseconds / 1000) }

    /// As the field `timings` of HAR counts: the connection with its TLS, the waiting from when the request was
    /// sent to the first byte of the answer, and -1 for what did not happen.
    mutating func read(_ easy: UnsafeMutableRawPointer) {
        func time(_ info: CURLINFO) -> Int64 {
            var value: curl_off_t = 0
            curl_get_offset(easy, info, &value)
            return Int64(value)
        }
        let resolved = time(CURLINFO_NAMELOOKUP_TIME_T)
        let connected = time(CURLINFO_CONNECT_TIME_T)
        let encrypted = time(CURLINFO_APPCONNECT_TIME_T)
        let ready = time(CURLINFO_PRETRANSFER_TIME_T)
        let begun = time(CURLINFO_STARTTRANSFER_TIME_T)
        var made = 0
        curl_get_long(easy, CURLINFO_NUM_CONNECTS, &made)
        if made > 0 {
            if resolved > 0 { lookup = resolved }
            if connected > resolved { connect = max(connected, encrypted) &- resolved }
            if encrypted > connected { encryption = encrypted &- connected }
        }
        let sent = max(0, lookup) &+ max(0, connect)
        if begun >= ready && begun > sent {
            wait = begun &- sent
            receive = max(0, total &- begun)
        } else {
            wait = max(0, total &- sent)
        }
    }
}

extension RecordedAttempt.HeaderLine {
    /// A line as libcurl is told: "Name: value", or "Name;" for an empty one. Nil for "Name:", which takes one out.
    init?(_ line: [UInt8]) {
        guard let end = line.firstIndex(where: { $0 == 0x3A || $0 == 0x3B }) else { return nil }
        let value = line[(end + 1)...].drop { $0 == 0x20 }
        if value.isEmpty && line[end] == 0x3A { return nil }
        self.init(name: Array(line[..<end]), value: Array(value))
    }
}
