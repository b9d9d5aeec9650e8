/// The body of one answer on its way out, chunk by chunk, with the faults that belong to bytes.
final class BodyWriter {
    enum Framing {
        case chunked
        /// A known length, told in the headers.
        case counted
        /// HTTP/1.0: the end of the connection is the end of the body.
        case untilClose
    }

    private let connection: Connection
    private let framing: Framing
    private let faults: Faults
    private let loop: EventLoop
    private let finish: (Outcome) -> Void
    private var sentBytes = 0
    private var stalled = Bytes()
    private var state = State.open

    private enum State {
        case open
        /// Held back by a fault; what comes is kept.
        case stalled
        case over
    }

    enum Outcome {
        /// The body is complete, and the connection may go on.
        case complete
        /// A fault ended the connection in the middle.
        case cut
    }

    /// - Parameter finish: called once, unless the client leaves before.
    init(
        connection: Connection, framing: Framing, faults: Faults, loop: EventLoop,
        finish: @escaping (Outcome) -> Void
    ) {
        self.connection = connection
        self.framing = framing
        self.faults = faults
        self.loop = loop
        self.finish = finish
    }

    /// False once the connection was cut: nothing that is written can arrive.
    var isOpen: Bool { state != .over }

    var isFull: Bool { connection.bytesWaiting >= Connection.highWatermark }

    func onDrained(_ action: @escaping () -> Void) { connection.onDrained = action }

    func write(_ bytes: Bytes) {
        guard !bytes.isEmpty else { return }
        switch state {
        case .over: return
        case .stalled: return stalled.append(contentsOf: bytes)
        case .open: break
        }
        if let limit = faults.cutAtByte, sentBytes + bytes.count >= limit {
            send(bytes.prefix(limit - sentBytes))
            return cut()
        }
        if let limit = faults.stallAtByte, sentBytes <= limit, sentBytes + bytes.count > limit {
            let first = limit - sentBytes
            send(bytes.prefix(first))
            stall()
            stalled.append(contentsOf: bytes.dropFirst(first))
            return
        }
        send(bytes[...])
    }

    func flush() { connection.flush() }

    /// The body is complete.
    func end() {
        guard state != .over else { return }
        if state == .stalled {
            endsAfterStall = true
            return
        }
        state = .over
        if framing == .chunked { connection.write("0\r\n\r\n".utf8) }
        connection.flush()
        finish(.complete)
    }

    private var endsAfterStall = false

    /// The connection ends here, in the middle of the body.
    func cut() {
        guard state != .over else { return }
        state = .over
        finish(.cut)
        connection.close(after: faults.cutHow)
    }

    private func send(_ bytes: ArraySlice<UInt8>) {
        guard !bytes.isEmpty else { return }
        sentBytes += bytes.count
        connection.write { output in
            if framing == .chunked {
                output.append(text: String(bytes.count, radix: 16))
                output.append(text: "\r\n")
            }
            output.append(contentsOf: bytes)
            if framing == .chunked { output.append(text: "\r\n") }
        }
        if faults.writesEachEvent { connection.flush() }
    }

    private func stall() {
        state = .stalled
        connection.flush()
        guard let milliseconds = faults.stallMilliseconds else { return }
        loop.schedule(afterMilliseconds: milliseconds) { [self] in
            guard state == .stalled else { return }
            state = .open
            send(stalled[...])
            stalled = []
            connection.flush()
            if endsAfterStall { end() }
        }
    }
}
