import CCurl
import CPlatform

/// What of a body waits to be sent that is put together meanwhile. libcurl takes from it with the lock held, and
/// where there is nothing it waits, until the owner, who alone may run code of the host, has given more.
struct Outbox: ~Copyable {
    var bytes = ByteBuffer()
    /// The owner has given all.
    var isComplete = false
    /// libcurl has found nothing, and waits.
    var isWaiting = false
    /// The owner is to give more.
    var wantsMore = false
    /// How often libcurl went back to the first byte.
    var beginnings = 0
    /// When bytes went out last.
    var lastTaken: UInt64 = 0

    /// With less than this the owner is asked for more.
    static let low = OutgoingBody.piece
}

extension Transfer {
    /// False when libcurl does not take it.
    func setUpBody(_ body: OutgoingBody) -> Bool {
        let me = Unmanaged.passUnretained(self).toOpaque()
        return curl_set_body_source(
            easy, curl_off_t(body.total),
            { buffer, size, count, context in
                guard let buffer, let context else { return 0 }
                return Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef {
                    $0.bodyWanted(
                        UnsafeMutableRawPointer(buffer).assumingMemoryBound(to: UInt8.self),
                        size &* count)
                }
            },
            { context, offset, origin in
                guard let context, offset == 0, origin == SEEK_SET else { return 1 }
                return Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef {
                    $0.bodyBeginsAnew(body: $0.request.stream)
                }
            }, me) == CURLE_OK
    }

    private func bodyWanted(_ buffer: UnsafeMutablePointer<UInt8>, _ room: Int) -> Int {
        let count = min(room, outbox.bytes.count)
        if count > 0 {
            memcpy(buffer, outbox.bytes.bytes, count)
            outbox.bytes.consume(count)
            if outbox.bytes.isEmpty { outbox.bytes.removeAll() }
            outbox.lastTaken = engine.now
        }
        if !outbox.isComplete && outbox.bytes.count < Outbox.low && !outbox.wantsMore {
            outbox.wantsMore = true
            if let owner { engine.tell(owner) }
        }
        if count > 0 || outbox.isComplete { return count }
        outbox.isWaiting = true
        return Int(CURL_READFUNC_PAUSE)
    }

    /// libcurl sends the request once more, as after a proxy has said how it wants to be told the password.
    private func bodyBeginsAnew(body: OutgoingBody?) -> Int32 {
        if outbox.lastTaken == 0 { return 0 }
        guard let body, body.canBeSentAgain else { return 1 }
        outbox.beginnings += 1
        outbox.bytes.removeAll()
        outbox.isComplete = false
        outbox.wantsMore = true
        if let owner { engine.tell(owner) }
        return 0
    }

    /// More of the body is there: libcurl goes on. It may take it before this returns, so it comes last.
    func bodyGrew(isComplete: Bool) {
        outbox.isComplete = isComplete
        outbox.wantsMore = false
        if !outbox.isWaiting { return }
        outbox.isWaiting = false
        _ = changePause(isPaused ? CURLPAUSE_RECV : CURLPAUSE_CONT)
        if engine.isOutOfMemory { engine.endAll() }
        engine.armTimer()
    }

    /// All of it has been given to libcurl.
    var isBodySent: Bool {
        request.stream == nil || outbox.isComplete && outbox.bytes.isEmpty
    }
}
