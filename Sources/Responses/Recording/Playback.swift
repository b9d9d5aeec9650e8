import CCurl
import CPlatform

/// Plays a recorded attempt to the transfer that stands for it: the head, then the body piece by piece, then the
/// end, each when it is due. It is one of the engine's waiters, so that time comes to it as it does to calls: from
/// the client's one descriptor, whoever drives. The lock is held, where nothing else is said.
final class Playback: Waiter {
    private unowned(unsafe) let transfer: Transfer
    private let recorded: Recorded
    /// Each at its time; else each in a round of its own, as soon as can be.
    private let keepsPace: Bool
    private var startedAt: UInt64 = 0
    private var next = Step.head
    private enum Step { case head, piece(Int), end, over }
    private var place = 0

    var failure: RecordedFailure? { recorded.failure }

    /// What is played: copied from the file, which may go.
    final class Recorded {
        let status: Int32
        let lines: ByteBuffer
        let body: Text
        let pieces: RecordedPieces
        let headAt: UInt64
        let endAt: UInt64
        let failure: RecordedFailure?

        fileprivate init(
            status: Int32, lines: consuming ByteBuffer, body: Text,
            pieces: consuming RecordedPieces,
            headAt: UInt64, endAt: UInt64, failure: RecordedFailure?
        ) {
            self.status = status
            self.lines = lines
            self.body = body
            self.pieces = pieces
            self.headAt = headAt
            self.endAt = endAt
            self.failure = failure
        }
    }

    init(_ recorded: Recorded, for transfer: Transfer, keepsPace: Bool) {
        self.recorded = recorded
        self.transfer = transfer
        self.keepsPace = keepsPace
        super.init()
    }

    /// Inherited otherwise, as one that traps; the compiler of Embedded Swift takes that for a recursion.
    @available(*, unavailable)
    override init() { fatalError() }  // safe: it cannot be called

    // MARK: playing

    func begin(_ now: UInt64) {
        startedAt = now
        transfer.engine.setDeadline(self, due(now))
    }

    func stop() {
        next = .over
        transfer.engine.setDeadline(self, 0)
    }

    /// The reader has made room.
    func goOn() { transfer.engine.setDeadline(self, due(platform_now())) }

    private func due(_ now: UInt64) -> UInt64 {
        guard keepsPace else { return now &+ 1 }
        let time: UInt64
        switch next {
        case .head: time = recorded.headAt
        case .piece(let index): time = max(recorded.headAt, recorded.pieces[index].time)
        case .end: time = recorded.endAt
        case .over: return 0
        }
        // safe: times were bounded when they were read.
        return max(now &+ 1, startedAt &+ time &* 1000)
    }

    override func deadlineReached(_ now: UInt64) -> UInt64 {
        switch next {
        case .head:
            if !playHead() { return end() }
            next = recorded.pieces.count > 0 ? .piece(0) : .end
        case .piece(let index):
            let count = recorded.pieces[index].count
            let bytes = UnsafeRawPointer(recorded.body.base + place)
            let taken =
                count == 0
                ? 0 : transfer.bodyArrived(bytes.assumingMemoryBound(to: CChar.self), count)
            if taken == Int(CURL_WRITEFUNC_PAUSE) { return 0 }
            if taken != count { return end(CURLE_WRITE_ERROR) }
            place += count
            next = index + 1 < recorded.pieces.count ? .piece(index + 1) : .end
        case .end: return end()
        case .over: return 0
        }
        return due(now)
    }

    /// False when the transfer does not take it.
    private func playHead() -> Bool {
        if recorded.status == 0 { return true }
        var place = 0
        let start = UnsafePointer(recorded.lines.bytes)
        while place < recorded.lines.count {
            guard let newline = memchr(start + place, 0x0A, recorded.lines.count - place) else {
                break
            }
            let count = UnsafeRawPointer(newline) - UnsafeRawPointer(start + place) + 1
            let line = UnsafeRawPointer(start + place).assumingMemoryBound(to: CChar.self)
            if transfer.headerArrived(line, count) != count { return false }
            place += count
        }
        return true
    }

    private func end(_ code: CURLcode? = nil) -> UInt64 {
        next = .over
        if let code {
            transfer.endedInReplay(code, isCut: false)
            return 0
        }
        guard let failure = recorded.failure else {
            transfer.endedInReplay(CURLE_OK, isCut: false)
            return 0
        }
        switch failure.stop {
        case nil: transfer.endedInReplay(failure.code, isCut: failure.isCutAfterSending)
        case .finished?: transfer.endedInReplay(CURLE_OK, isCut: false)
        // Nothing more came before the program cancelled the call, as it may do now.
        case .cancelled?: break
        case .timeout?:
            // The call's limit has passed, which need not be waited for.
            if transfer.owner?.limitWasReached() != true {
                transfer.endedInReplay(CURLE_RECV_ERROR, isCut: false)
            }
        case .program?: transfer.endedInReplay(CURLE_RECV_ERROR, isCut: false)
        }
        return 0
    }

    /// Where the recording ends before the answer did.
    var endMessage: Message {
        guard let failure = recorded.failure else { return "the recording is not as it was" }
        switch failure.stop {
        case nil, .finished?: return Message(failure.message)
        case .timeout?:
            return
                "replay_file: a limit of time was reached here when this was recorded; set the same limit"
        case .cancelled?, .program?:
            return
                "replay_file: the recording ends here, as the program stopped the call when this was recorded"
        }
    }
}

extension Replay {
    /// No time of a file is later than that: a thousand years, in microseconds.
    private static var latest: UInt64 { 1 << 50 }

    /// What an entry has to be played. Nil when memory is out, or when its text is not base64, though it says so.
    func recorded(_ index: Int) -> Playback.Recorded? {
        let entry = entries[index]
        let status = Int32(clamping: entry.response.member("status")?.integer ?? 0)
        var failure = entry.entry.member("_failure").map { RecordedFailure($0) }
        if failure == nil {
            let told = entry.response.text("_error") ?? []
            if status == 0 || !told.isEmpty { failure = RecordedFailure(told: told) }
        }
        guard let lines = Replay.head(status, entry.response, isWhole: failure?.hasHead != false),
            let body = Replay.body(entry.response)
        else { return nil }
        let timings = entry.entry.member("timings")
        var headAt: UInt64 = 0
        for name in ["blocked", "dns", "connect", "send", "wait"] as [StaticString] {
            headAt &+= Replay.time(timings?.member(name))
        }
        let endAt = max(headAt, Replay.time(entry.entry.member("time")))
        guard
            let pieces = Replay.pieces(
                entry.entry.member("_chunks"), of: body.count, otherwise: endAt)
        else { return nil }
        let last = pieces.count > 0 ? pieces[pieces.count - 1].time : 0
        return Playback.Recorded(
            status: status, lines: lines, body: body, pieces: pieces, headAt: headAt,
            endAt: max(endAt, last), failure: failure)
    }

    private static func time(_ value: JSONValue?) -> UInt64 {
        guard let value, value.kind == .number else { return 0 }
        return min(Decimal.millionths(value.raw) / 1000, latest)
    }

    /// The head as libcurl would hand it over, a line each.
    private static func head(_ status: Int32, _ response: JSONValue, isWhole: Bool) -> ByteBuffer? {
        var out = ByteBuffer()
        var version: StaticString = "HTTP/1.1"
        let told = response.text("httpVersion") ?? []
        if told.contains(0x32) { version = "HTTP/2" }
        if told.contains(0x33) { version = "HTTP/3" }
        if told.last == 0x30 && told.contains(0x31) { version = "HTTP/1.0" }
        guard out.append(version), out.append(0x20),
            decimal(Int64(1000 + status)).dropFirst().withUnsafeBufferPointer({ out.append($0) }),
            out.append(" \r\n")
        else { return nil }
        var isFine = true
        response.member("headers")?.forEach { _, header in
            guard let name = header.member("name").flatMap({ JSONText.text($0) }),
                let value = header.member("value").flatMap({ JSONText.text($0) })
            else {
                isFine = false
                return false
            }
            // Some browsers list what HTTP/2 has in place of the status line.
            if name.base.pointee == 0x3A { return true }
            // A line break would be another header.
            for text in [name, value] { platform_blank_controls(text.base, text.count) }
            isFine =
                out.append(name.buffer) && out.append(": ") && out.append(value.buffer)
                && out.append("\r\n")
            return isFine
        }
        guard isFine, !isWhole || out.append("\r\n") else { return nil }
        return out
    }

    private static func body(_ response: JSONValue) -> Text? {
        guard let content = response.member("content"), let value = content.member("text"),
            value.kind == .string
        else { return Text("") }
        guard let text = JSONText.text(value) else { return nil }
        guard content.member("encoding")?.isText("base64") == true else { return text }
        var out = ByteBuffer()
        var index = 0
        while index < text.count {
            let next = min(index + 4096, text.count)
            guard let bytes = Base64.decode(Input(rebasing: text.buffer[index..<next])),
                bytes.withUnsafeBufferPointer({ out.append($0) })
            else { return nil }
            index = next
        }
        return out.takeText()
    }

    /// The pieces of the body. Where somebody has changed it, and their sum is not its size, it is one.
    private static func pieces(_ list: JSONValue?, of count: Int, otherwise time: UInt64)
        -> RecordedPieces?
    {
        var pieces = RecordedPieces()
        var left = count
        var isFine = true
        list?.forEach { _, piece in
            let size = Int(clamping: piece.element(1)?.integer ?? 0)
            if size > left {
                left = -1
                return false
            }
            left -= size
            isFine = pieces.add(time: Replay.time(piece.element(0)), count: size)
            return isFine
        }
        if !isFine { return nil }
        if left == 0 { return consume pieces }
        var whole = RecordedPieces()
        if !whole.add(time: time, count: count) { return nil }
        return consume whole
    }
}
