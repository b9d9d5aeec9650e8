import CLinux
import Glibc

/// One client's connection: reads requests, hands them over one at a time, writes what comes back.
///
/// The loop holds it until it is closed.
final class Connection {
    enum Ending {
        /// Everything written arrives, then the stream ends (FIN).
        case orderly
        /// Everything written arrives, then the connection is reset (RST).
        case reset
    }

    let remotePort: Int

    /// Called for each complete request, never before the last one was answered.
    var onRequest: ((HTTPRequest) -> Void)?
    /// Called for bytes that are no request; the answer must close the connection.
    var onMalformed: ((RequestReader.Failure) -> Void)?
    /// Called when the client has taken nearly all that was written.
    var onDrained: (() -> Void)?
    /// Called once, when the client goes away or the connection was ended by us.
    var onClose: (() -> Void)?

    /// At most this many bytes a system call: one byte a write, when a fault asks for it.
    var writeLimit: Int?

    private let loop: EventLoop
    private let descriptor: Int32
    private var reader = RequestReader()
    private var output = Bytes()
    private var written = 0
    private var isBusy = false
    private var isClosed = false
    private var ending: Ending?
    private var hasEnded = false
    private var watchesOutput = false
    private var isFlushScheduled = false
    /// Takes every byte once the connection has left HTTP.
    private var onBytes: ((UnsafeRawBufferPointer) -> Void)?
    private var isReadingPaused = false

    /// Above this many bytes not taken by the client, producers wait for `onDrained`.
    static let highWatermark = 64 * 1024

    private static let pauseBetweenSmallWrites: EventLoop.Nanoseconds = 20_000

    init(descriptor: Int32, remotePort: Int, loop: EventLoop) {
        self.descriptor = descriptor
        self.remotePort = remotePort
        self.loop = loop
        var on: Int32 = 1
        setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        loop.watch(descriptor, for: EPOLLIN.rawValue) { [self] in ready($0) }
    }

    var bytesWaiting: Int { output.count - written }

    /// The client is not there any more.
    var isGone: Bool { isClosed }

    /// Queues bytes; `flush` sends them.
    func write(_ bytes: some Sequence<UInt8>) {
        guard !isClosed else { return }
        output.append(contentsOf: bytes)
    }

    /// Lets a caller append in place, without a copy in between.
    func write(with body: (inout Bytes) -> Void) {
        guard !isClosed else { return }
        body(&output)
    }

    func flush() {
        while !isClosed, written < output.count {
            let wanted = min(output.count - written, writeLimit ?? .max)
            let count = output.withUnsafeBytes {
                send(
                    descriptor, $0.baseAddress.map { $0 + written }, wanted,
                    Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                if errno == EAGAIN { break }
                if errno == EINTR { continue }
                return close()
            }
            written += count
            if writeLimit != nil { return flushLater() }
        }
        guard !isClosed else { return }
        if written == output.count {
            output.removeAll(keepingCapacity: output.capacity < 1 << 20)
            written = 0
        } else if written > max(Self.highWatermark, output.count / 2) {
            // A reader that is never quite up to date must not make us keep what it has read.
            output.removeFirst(written)
            written = 0
        }
        watchOutput(written < output.count)
        if output.isEmpty, let ending { end(ending) }
    }

    /// Leaves the reader the time to see each of the small writes as it comes.
    private func flushLater() {
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        loop.schedule(at: EventLoop.now() + Self.pauseBetweenSmallWrites) { [weak self] in
            guard let self else { return }
            isFlushScheduled = false
            flush()
            if !isClosed, bytesWaiting < Self.highWatermark / 2 { onDrained?() }
        }
    }

    /// The answer is complete: the next request of this connection may come.
    func finishExchange(keepAlive: Bool) {
        onDrained = nil
        onClose = nil
        guard keepAlive else { return close(after: .orderly) }
        isBusy = false
        flush()
        loop.soon { [self] in readRequests() }
    }

    /// Ends the connection once everything written so far has left.
    func close(after ending: Ending) {
        guard !isClosed else { return }
        self.ending = ending
        onDrained = nil
        flush()
    }

    private func ready(_ events: UInt32) {
        if events & EPOLLOUT.rawValue != 0 {
            flush()
            if !isClosed, bytesWaiting < Self.highWatermark / 2 { onDrained?() }
        }
        if events & (EPOLLIN.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0, !isClosed {
            receive()
        }
    }

    private func receive() {
        let alreadyRead = withUnsafeTemporaryAllocation(byteCount: 256 * 1024, alignment: 16) {
            buffer -> Bool in
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            guard count > 0 else {
                if count == 0 || (errno != EAGAIN && errno != EINTR) { close() }
                return false
            }
            // While we are ending the connection what the client still sends is of no interest.
            guard ending == nil else { return true }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[0..<count])
            if let onBytes {
                onBytes(bytes)
            } else {
                reader.append(bytes)
            }
            return true
        }
        if alreadyRead, onBytes == nil { readRequests() }
    }

    /// The connection leaves HTTP: the handler gets every byte behind the request.
    func takeOver(_ handler: @escaping (UnsafeRawBufferPointer) -> Void) {
        onBytes = handler
        let rest = reader.takeRest()
        guard !rest.isEmpty else { return }
        loop.soon { [self] in
            if !isClosed, ending == nil { rest.withUnsafeBytes { onBytes?($0) } }
        }
    }

    /// Leaves what the client sends in the socket until it has taken what was written.
    func pauseReading() {
        guard !isClosed, !isReadingPaused, bytesWaiting >= Self.highWatermark else { return }
        isReadingPaused = true
        updateWatch()
    }

    private func readRequests() {
        guard !isBusy, !isClosed, ending == nil else { return }
        do {
            switch try reader.next() {
            case .needsMore: break
            case .expectsContinue:
                write("HTTP/1.1 100 Continue\r\n\r\n".utf8)
                flush()
            case .request(let request):
                isBusy = true
                writeLimit = nil
                onRequest?(request)
            }
        } catch {
            isBusy = true
            onMalformed?(error)
        }
    }

    private func watchOutput(_ wanted: Bool) {
        let resumes = isReadingPaused && bytesWaiting < Self.highWatermark / 2
        guard wanted != watchesOutput || resumes else { return }
        watchesOutput = wanted
        if resumes { isReadingPaused = false }
        updateWatch()
    }

    private func updateWatch() {
        let input = isReadingPaused ? 0 : EPOLLIN.rawValue
        let output = watchesOutput ? EPOLLOUT.rawValue : 0
        loop.change(descriptor, to: input | output)
    }

    private func end(_ ending: Ending) {
        guard !hasEnded else { return }
        hasEnded = true
        switch ending {
        case .orderly:
            // The client closes in turn; closing first with its bytes unread would send a RST.
            shutdown(descriptor, Int32(SHUT_WR))
            loop.schedule(afterMilliseconds: 1000) { [weak self] in self?.close() }
        case .reset:
            resetWhenTaken(attempts: 200)
        }
    }

    /// A reset throws away what the peer has not acknowledged, so wait for that first.
    private func resetWhenTaken(attempts: Int) {
        guard !isClosed else { return }
        if sandbox_unsent_bytes(descriptor) > 0, attempts > 0 {
            loop.schedule(afterMilliseconds: 2) { [weak self] in
                self?.resetWhenTaken(attempts: attempts - 1)
            }
            return
        }
        var hard = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        loop.forget(descriptor)
        Glibc.close(descriptor)
        let notify = onClose
        onClose = nil
        onDrained = nil
        onRequest = nil
        onMalformed = nil
        onBytes = nil
        notify?()
    }
}
