/// The server's side of one WebSocket (RFC 6455), without any idea of what is said over it.
final class WebSocket {
    enum Ending {
        /// The client left without a close frame.
        case clientLeft
        /// Closed with a frame of the client's, or of ours; the code is nil in a frame without one.
        case closed(Int?)
        /// A fault ended the connection.
        case cut

        var description: String {
            switch self {
            case .clientLeft: return "client left"
            case .closed(let code): return "closed \(code.map(String.init) ?? "without a code")"
            case .cut: return "cut"
            }
        }
    }

    /// Called for each whole text message.
    var onText: ((Bytes) -> Void)?
    /// Called when the client has taken nearly all that was written.
    var onDrained: (() -> Void)?
    /// Called once: nothing can be sent any more.
    var onEnd: ((Ending) -> Void)?

    private let connection: Connection
    private let loop: EventLoop
    private let faults: SocketFaults
    private var reader = FrameReader()
    private var hasSentClose = false
    private var closeThen = SocketFaults.CloseThen.fin
    private var hasEnded = false
    /// What is kept back while a fault holds the connection in the middle of something.
    private var held: Bytes?

    /// How long the client may take to answer a close frame.
    private static let closeMilliseconds = 5000

    init(connection: Connection, faults: SocketFaults, loop: EventLoop) {
        self.faults = faults
        self.connection = connection
        self.loop = loop
        connection.onDrained = { [weak self] in self?.onDrained?() }
        connection.onClose = { [self] in end(.clientLeft) }
        connection.takeOver { [self] in receive($0) }
    }

    /// Whether messages can still be sent.
    var isOpen: Bool { !hasEnded && !hasSentClose }

    /// A fault holds everything back; `onDrained` says when that is over.
    var isHeld: Bool { held != nil }

    var isFull: Bool { connection.bytesWaiting >= Connection.highWatermark }

    // MARK: - Sending

    func send(text: Bytes) {
        var bytes = Bytes()
        Frame.write(.text, text, to: &bytes)
        write(bytes)
        flush()
    }

    /// Queues frames; `flush` sends them.
    func write(_ bytes: Bytes) {
        guard !hasEnded else { return }
        if held != nil {
            held?.append(contentsOf: bytes)
        } else {
            connection.write(bytes)
        }
    }

    func flush() { connection.flush() }

    /// Begins the closing handshake; nothing is sent behind it.
    func close(_ code: Int?, _ reason: String = "", then: SocketFaults.CloseThen = .fin) {
        guard isOpen else { return }
        closeThen = then
        sendClose(Frame.closePayload(code, reason))
        switch then {
        case .now, .rst: finish(.closed(code))
        case .stay: break
        case .fin:
            loop.schedule(afterMilliseconds: Self.closeMilliseconds) { [weak self] in
                guard let self, !hasEnded else { return }
                finish(.closed(code))
            }
        }
    }

    private func sendClose(_ payload: Bytes) {
        var bytes = Bytes()
        Frame.write(.close, payload, to: &bytes)
        write(bytes)
        hasSentClose = true
        flush()
    }

    // MARK: - Ending without a close frame

    /// The connection ends here, in the middle of whatever it is.
    func cut(_ how: Connection.Ending) {
        guard !hasEnded else { return }
        end(.cut)
        connection.close(after: how)
    }

    /// Sends nothing for so long, or for ever.
    func hold(milliseconds: Int?) {
        guard held == nil, !hasEnded else { return }
        flush()
        held = []
        guard let milliseconds else { return }
        loop.schedule(afterMilliseconds: milliseconds) { [weak self] in self?.release() }
    }

    private func release() {
        guard let bytes = held, !hasEnded else { return }
        held = nil
        write(bytes)
        flush()
        onDrained?()
    }

    // MARK: - Receiving

    private func receive(_ bytes: UnsafeRawBufferPointer) {
        guard !hasEnded else { return }
        reader.append(bytes)
        do {
            while !hasEnded, let arrival = try reader.next() { take(arrival) }
        } catch {
            fail(error)
        }
        if !hasEnded {
            flush()
            // A client that sends without reading must not fill our memory.
            connection.pauseReading()
        }
    }

    private func take(_ arrival: FrameReader.Arrival) {
        switch arrival {
        case .text(let text): if isOpen { onText?(text) }
        case .binary:
            fail(
                FrameReader.Failure(
                    code: CloseCode.unsupportedData, reason: "events are text messages"))
        case .ping(let payload):
            guard isOpen, !faults.hidesPongs else { return }
            var bytes = Bytes()
            Frame.write(.pong, payload, to: &bytes)
            write(bytes)
        case .pong: break
        case .close(let code):
            if faults.ignoresClose, !hasSentClose { return }
            if !hasSentClose { sendClose(Frame.closePayload(code)) }
            finish(.closed(code))
        }
    }

    /// The client broke the protocol: it is told so, and the connection ends.
    private func fail(_ failure: FrameReader.Failure) {
        if !hasSentClose { sendClose(Frame.closePayload(failure.code, failure.reason)) }
        finish(.closed(failure.code))
    }

    private func finish(_ ending: Ending) {
        end(ending)
        switch closeThen {
        case .fin, .now: connection.close(after: .orderly)
        case .rst: connection.close(after: .reset)
        case .stay: break
        }
    }

    private func end(_ ending: Ending) {
        guard !hasEnded else { return }
        hasEnded = true
        let notify = onEnd
        onText = nil
        onDrained = nil
        onEnd = nil
        notify?(ending)
    }
}
