import CCurl
import CPlatform

/// Who uses a WebSocket, and is told what happens to it. With the engine's lock held.
package class WebSocketUser: Waiter {
    /// The server has agreed.
    func opened(_ socket: WebSocket) {}
    /// A whole message, in place: it is copied if it is kept.
    func arrived(_ message: Input, over socket: WebSocket) {}
    /// A large message has begun. True: the user wants its pieces as they come, these bytes first, and not the whole.
    func takesInPieces(_ start: Input, over socket: WebSocket) -> Bool { false }
    func pieceArrived(_ piece: Input, begins: Bool, ends: Bool, over socket: WebSocket) {}
    /// Whether more bytes are to be read; false leaves them to the server until `WebSocket.readOn`.
    func mayTakeMore(from socket: WebSocket) -> Bool { true }
    /// The connection is gone. Told when libcurl is not in the middle of anything.
    func ended(_ socket: WebSocket) {}
}

/// A connection that speaks WebSocket (RFC 6455): a transfer that the server answers with 101, and from then on sends
/// and receives at the same time. libcurl takes what comes for a body without end, and what goes out for an upload
/// (docs/adr/0015-websocket.md).
///
/// Guarded by the engine's lock.
final class WebSocket: Waiter {
    enum State {
        /// Until the server's answer to the handshake.
        case opening
        case open
        /// A close frame was sent, or is to be. Nothing else is sent, and messages are thrown away.
        case closing
        case ended
    }

    /// Why it ended, where that is known better than from libcurl's result.
    struct Ending {
        let status: Status
        let message: Message
    }

    unowned(unsafe) let engine: Engine
    /// Nil when nobody wants to know any more.
    var user: Unmanaged<WebSocketUser>?
    private(set) var state = State.opening
    /// The server has agreed to the handshake.
    private(set) var wasOpen = false
    private(set) var ending: Ending?
    let handshake: WebSocketHandshake
    // safe: `make` sets it before it gives the object to anybody.
    var transfer: Transfer { made.unsafelyUnwrapped }
    private var made: Transfer?

    private var decoder: WebSocketDecoder
    /// A message that came in pieces, as far as it has come.
    private var message = ByteBuffer()
    /// The user has the pieces of the one that is coming.
    private var isInPieces = false
    /// Frames that libcurl has not taken yet.
    private var outbox = ByteBuffer()
    /// A ping that is answered when all of that is sent.
    private var latePing = ByteBuffer()
    private var hasLatePing = false
    /// Nothing more will be sent: libcurl is told so when it asks.
    private var hasSentAll = false
    /// The server has ended the connection, and libcurl has not noticed (see `noticeEnd`).
    private var isAtEnd = false
    /// libcurl has nothing to do with it any more.
    private var isOver = false
    /// The server's close frame has come.
    private(set) var closeCode: UInt16 = 0
    private var closeReason: [UInt8] = []

    private let pingInterval: UInt64
    private let handshakeLimit: UInt64
    private let handshakeLimitName: Message
    /// The handshake's request went out.
    private var isAsked = false
    private var handshakeBy: UInt64 = 0
    private var closeBy: UInt64 = 0
    private var lastArrival: UInt64 = 0
    private var pingSent: UInt64 = 0
    /// A turn was given up over it, and the server may go on with that: the turn that is left is not the only one.
    var hasStrays = false
    /// The lane of the first turn that was sent over it; and whether another had another.
    private var lane: [UInt8]?
    private(set) var hasLanes = false
    /// The last responses that ended, by their ids.
    private var ended: [[UInt8]] = []
    private static let mostEnded = 32
    /// Messages that came.
    private(set) var messages = 0

    /// What a server has to answer a close frame, or to end the connection behind its own.
    private static let closePatience: UInt64 = 1_000_000_000

    // MARK: making

    /// Begins the handshake. Nil when memory is out, or the engine has failed.
    static func make(
        _ url: [UInt8], _ settings: FrozenSettings, _ engine: Engine, _ user: WebSocketUser
    ) -> WebSocket? {
        var nonce: (UInt64, UInt64) = (0, 0)
        platform_random(&nonce, 16)
        let socket = WebSocket(WebSocketHandshake(nonce: nonce), settings.values, engine, user)
        let request = HTTPRequest(.get, at: "/responses", url: url, upgrade: socket.handshake.key)
        guard let transfer = Transfer(upgrading: request, settings, engine, socket) else {
            return nil
        }
        socket.made = transfer
        guard transfer.setUp(), transfer.setUpUpgrade(), engine.start(transfer) else {
            engine.stop(transfer)
            return nil
        }
        socket.handshakeBegan()
        return socket
    }

    private init(
        _ handshake: WebSocketHandshake, _ settings: __shared Settings, _ engine: Engine,
        _ user: WebSocketUser
    ) {
        self.handshake = handshake
        self.engine = engine
        self.user = Unmanaged.passUnretained(user)
        decoder = WebSocketDecoder(maximumMessageBytes: settings.maximumEventBytes)
        pingInterval = UInt64(max(0, settings.pingInterval)) &* 1_000_000
        // libcurl's own limit ends with the connection; the server's answer has as long again.
        let isByConnect = settings.connectTimeout > 0
        let limit = isByConnect ? settings.connectTimeout : settings.firstEventTimeout
        handshakeLimit = UInt64(max(0, limit)) &* 1_000_000
        let option: StaticString = isByConnect ? "connect_timeout_ms" : "first_event_timeout_ms"
        handshakeLimitName =
            "\(option): the server did not answer the WebSocket handshake within \(limit) ms"
    }

    /// Inherited otherwise, as one that traps; see `Drain`.
    @available(*, unavailable)
    override init() { fatalError() }  // safe: it cannot be called

    private func handshakeBegan() {
        engine.setDeadline(self, nextDeadline(engine.now))
    }

    // MARK: the handshake, told by libcurl

    /// The request goes out: the limit for its answer begins.
    func requestGoesOut() {
        isAsked = true
        if handshakeLimit > 0 { handshakeBy = engine.now &+ handshakeLimit }
        engine.setDeadline(self, nextDeadline(engine.now))
    }

    /// The head of the answer has come. False ends the transfer.
    func headArrived() -> Bool {
        let headers = transfer.headers
        if headers.status != 101 {
            // An upload that waits would keep libcurl from ending the transfer with its body.
            hasSentAll = true
            wake()
            if headers.status >= 400 { return true }
            ending = Ending(
                status: .http,
                message: "the server answered the WebSocket handshake with status "
                    + "\(Int64(headers.status)) in place of 101")
            return false
        }
        if let reason = handshake.judge(
            upgrade: headers.value("upgrade"),
            connection: headers.value("connection") { WebSocketHandshake.lists("upgrade", in: $0) }
                ?? headers.value("connection"),
            accept: headers.value("sec-websocket-accept"),
            extensions: headers.value(
                "sec-websocket-extensions", where: WebSocketHandshake.saysSomething),
            protocol: headers.value(
                "sec-websocket-protocol", where: WebSocketHandshake.saysSomething))
        {
            ending = Ending(
                status: .protocol,
                message: "the server's answer to the WebSocket handshake breaks RFC 6455: \(reason)"
            )
            return false
        }
        state = .open
        wasOpen = true
        handshakeBy = 0
        lastArrival = engine.now
        engine.setDeadline(self, nextDeadline(engine.now))
        user?._withUnsafeGuaranteedRef { $0.opened(self) }
        return true
    }

    // MARK: receiving, told by libcurl

    /// Returns what a write callback of libcurl returns.
    @_optimize(speed)
    func bytesArrived(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        if state == .ended { return count }
        if let user, state == .open, !user._withUnsafeGuaranteedRef({ $0.mayTakeMore(from: self) })
        {
            transfer.pause()
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        lastArrival = engine.now
        pingSent = 0
        // libcurl's own buffer, in which the decoder puts back what it changes.
        var position = UnsafeMutablePointer(mutating: bytes)
        let end = position + count
        while true {
            switch decoder.next(&position, end) {
            case .needsMore: return count
            // It is scanned where it is, for which there must be bytes behind it. Behind what libcurl gave are none,
            // or, in newer ones, whatever was there before.
            case .text(let piece, let size, true, true) where end - piece - size >= ByteBuffer.slack:
                hand(Input(start: piece, count: size))
            case .text(let piece, let size, let begins, let ends):
                guard take(Input(start: piece, count: size), begins, ends) else {
                    return outOfMemory()
                }
            case .ping(let payload):
                if state == .open && !answer(payload) { return outOfMemory() }
            case .pong: break
            case .close(let code, let reason): serverCloses(code, reason)
            case .failed(let code, let reason): fail(code, reason)
            case .noMemory: return outOfMemory()
            }
        }
    }

    @inline(__always)
    private func hand(_ message: Input) {
        if state != .open { return }
        messages &+= 1
        guard let user else { return }
        user._withUnsafeGuaranteedRef { $0.arrived(message, over: self) }
    }

    /// Only the last ping has to be answered (RFC 6455, 5.5.3). While a server does not read the answers to those
    /// before, there are no more of them, or it could fill the memory.
    private func answer(_ ping: Input) -> Bool {
        hasLatePing = outbox.count >= WebSocket.mostUnread
        if hasLatePing {
            latePing.removeAll()
            return latePing.append(ping)
        }
        guard WebSocketEncoder.pong(ping, key: maskKey, into: &outbox) else { return false }
        wake()
        return true
    }
    private static let mostUnread = 65_536

    /// A piece of a message. False when memory is out.
    @inline(never)
    private func take(_ piece: Input, _ begins: Bool, _ ends: Bool) -> Bool {
        if begins {
            message.removeAll()
            isInPieces = false
        }
        if isInPieces {
            handPiece(piece, begins: false, ends: ends)
            return true
        }
        let before = message.count
        guard message.append(piece) else { return false }
        let gathered = Input(start: message.bytes, count: message.count)
        if ends {
            hand(gathered)
        } else if before < WebSocket.large, gathered.count >= WebSocket.large, state == .open,
            user?._withUnsafeGuaranteedRef({ $0.takesInPieces(gathered, over: self) }) ?? false
        {
            isInPieces = true
            handPiece(gathered, begins: true, ends: false)
        } else {
            return true
        }
        message.reset(keeping: WebSocket.keptRoom)
        return true
    }
    /// What is larger is not put together here, where the user takes it in pieces.
    private static let large = 16 * 1024

    private func handPiece(_ piece: Input, begins: Bool, ends: Bool) {
        if ends { messages &+= 1 }
        if state != .open { return }
        user?._withUnsafeGuaranteedRef {
            $0.pieceArrived(piece, begins: begins, ends: ends, over: self)
        }
    }

    private func outOfMemory() -> Int {
        ending = Ending(status: .noMemory, message: ResponsesError.noMemoryMessage)
        return 0  // ends the transfer
    }

    /// The user has room again. libcurl may deliver before this returns, so it comes last.
    func readOn() { transfer.resumeIfPaused() }

    private func serverCloses(_ code: UInt16, _ reason: Input) {
        closeCode = code
        closeReason = Array(PlainText.cut(reason, to: 125))
        if ending == nil {
            ending = Ending(status: .truncated, message: closeMessage)
        }
        // Answered with the same code (RFC 6455, 5.5.1), unless it is an answer.
        if state == .open { sendClose(code) } else { finishSending() }
    }

    private var closeMessage: Message {
        var text: Message = "the server closed the WebSocket"
        if closeCode != WebSocketCloseCode.noStatus {
            text += " with code \(Int64(closeCode))"
        }
        if !closeReason.isEmpty {
            let shown =
                transfer.redaction?.readable(closeReason, limit: 125)
                ?? ReadableText.clean(closeReason, limit: 125)
            text += ": "
            text += Message(shown)
        }
        return text
    }

    /// The server broke the protocol: it is told, and nothing is read any more (RFC 6455, 7.1.7).
    private func fail(_ code: UInt16, _ reason: StaticString) {
        if ending == nil {
            ending =
                code == WebSocketCloseCode.tooLarge
                ? Ending(
                    status: .limit,
                    message:
                        "an event is larger than max_event_bytes (\(transfer.settings.values.maximumEventBytes))"
                )
                : Ending(
                    status: .protocol, message: "the server broke the WebSocket protocol: \(reason)"
                )
        }
        if state == .open { sendClose(code) }
    }

    // MARK: sending

    private var maskKey: UInt32 {
        var key: UInt32 = 0
        platform_random(&key, 4)
        return key
    }

    /// A text message in two parts. False when memory is out. Only while it is open.
    func send(_ text: Input, _ rest: Input) -> Bool {
        if state != .open { return false }
        guard WebSocketEncoder.text(text, rest, key: maskKey, into: &outbox) else { return false }
        wake()
        return true
    }

    /// A turn of that lane is sent.
    func note(lane: [UInt8]) {
        if let first = self.lane {
            if first != lane { hasLanes = true }
        } else {
            self.lane = lane
        }
    }

    func note(ended id: [UInt8]) {
        if id.isEmpty || hasEnded(id) { return }
        if ended.count >= WebSocket.mostEnded { ended.removeFirst() }
        ended.append(id)
    }

    func hasEnded(_ id: [UInt8]) -> Bool { ended.contains { $0 == id } }

    /// What a read callback of libcurl returns: 0 ends the upload.
    func bytesWanted(_ buffer: UnsafeMutablePointer<CChar>, _ room: Int) -> Int {
        if outbox.isEmpty && hasLatePing && state == .open {
            hasLatePing = false
            let ping = Input(start: latePing.bytes, count: latePing.count)
            // Without memory for it, the server may think that the connection is dead.
            _ = WebSocketEncoder.pong(ping, key: maskKey, into: &outbox)
        }
        if outbox.isEmpty {
            return hasSentAll || isAtEnd ? 0 : Int(CURL_READFUNC_PAUSE)
        }
        let count = min(room, outbox.count)
        memcpy(buffer, outbox.bytes, count)
        outbox.consume(count)
        if outbox.isEmpty { outbox.reset(keeping: WebSocket.keptRoom) }
        return count
    }
    private static let keptRoom = 4096

    /// Makes libcurl ask for what there is to send. Receiving stays paused if it is.
    private func wake() {
        if transfer.runningIndex < 0 { return }
        transfer.changePause(transfer.isPaused ? CURLPAUSE_RECV : CURLPAUSE_CONT)
        engine.hasToSend = true
    }

    // MARK: closing

    /// Tells the server that it is over, and leaves the rest to the engine.
    func close() {
        user = nil
        switch state {
        case .opening: drop()
        case .open:
            engine.farewell(to: self)
            sendClose(WebSocketCloseCode.normal)
        case .closing: engine.farewell(to: self)
        case .ended: break
        }
    }

    private func sendClose(_ code: UInt16) {
        state = .closing
        closeBy = engine.now &+ WebSocket.closePatience
        hasSentAll = true
        // Without memory for it, the connection just ends.
        _ = WebSocketEncoder.close(code, key: maskKey, into: &outbox)
        // What was paused for its reader has none now.
        if transfer.isPaused { readOn() }
        wake()
        engine.setDeadline(self, nextDeadline(engine.now))
    }

    private func finishSending() {
        hasSentAll = true
        wake()
    }

    /// Without a word.
    func drop() {
        engine.halt(transfer)
        finish()
    }

    // MARK: the end

    /// libcurl up to at least 7.88 does not notice that a server ends a connection over which an upload is paused: it
    /// stops watching the socket, and tells nobody. That is how the end is known. Called in the middle of libcurl's
    /// work, so the upload is ended afterwards.
    func noticeEnd() {
        // Until the request goes out, libcurl has other reasons to stop watching a socket.
        if state == .opening && !isAsked { return }
        if state == .ended || transfer.isPaused || isAtEnd { return }
        isAtEnd = true
        engine.settleLater(self)
    }

    /// libcurl is done with the transfer, or it was halted.
    func transferEnded() {
        if isOver { return }
        isOver = true
        engine.settleLater(self)
    }

    override func settleNow() {
        if isOver {
            if state != .ended { finish() }
        } else if isAtEnd {
            outbox.reset(keeping: 0)
            wake()
        }
    }

    override func engineFailed() { user?._withUnsafeGuaranteedRef { $0.engineFailed() } }

    private func finish() {
        let wasOpening = state == .opening
        state = .ended
        engine.setDeadline(self, 0)
        if ending == nil && !wasOpening {
            ending = Ending(
                status: .truncated,
                message: transfer.result == CURLE_OK
                    ? "the server ended the connection without a close frame"
                    : "the connection broke: \(transfer.errorMessage)")
        }
        message.reset(keeping: 0)
        outbox.reset(keeping: 0)
        latePing.reset(keeping: 0)
        engine.forget(self)
        user?._withUnsafeGuaranteedRef { $0.ended(self) }
    }

    // MARK: time

    private func nextDeadline(_ now: UInt64) -> UInt64 {
        var next: UInt64 = 0
        func consider(_ time: UInt64) { if time != 0 && (next == 0 || time < next) { next = time } }
        consider(transfer.connectBy)
        consider(handshakeBy)
        if state == .closing { consider(closeBy) }
        if state == .open && pingInterval > 0 {
            consider((pingSent == 0 ? lastArrival : pingSent) &+ pingInterval)
        }
        return next
    }

    override func deadlineReached(_ now: UInt64) -> UInt64 {
        transfer.judgeConnecting(now)
        switch state {
        case .opening:
            if handshakeBy != 0 && now >= handshakeBy {
                return end(Ending(status: .timeout, message: handshakeLimitName))
            }
        case .open:
            if pingInterval > 0 && now >= (pingSent == 0 ? lastArrival : pingSent) &+ pingInterval {
                // What a paused one has to say is not read.
                if transfer.isPaused {
                    lastArrival = now
                } else if pingSent == 0 {
                    pingSent = now
                    let nothing = Input(start: nil, count: 0)
                    if WebSocketEncoder.ping(nothing, key: maskKey, into: &outbox) { wake() }
                } else {
                    let seconds = pingInterval / 1_000_000
                    return end(
                        Ending(
                            status: .network,
                            message:
                                "ping_interval_ms: the server did not answer a ping within \(Int64(clamping: seconds)) ms"
                        ))
                }
            }
        case .closing: if now >= closeBy { return end(nil) }
        case .ended: return 0
        }
        return nextDeadline(now)
    }

    /// Ends the connection here. libcurl is not in the middle of anything.
    private func end(_ why: Ending?) -> UInt64 {
        if ending == nil { ending = why }
        engine.halt(transfer)
        transferEnded()
        return 0
    }
}
