import CCurl

/// The transfers that may speak HTTP/2 and so share a connection, where libcurl up to at least 7.88 needs
/// help: when a connection breaks it tells one of them, for one that is paused it stores what the server
/// sends without end, and that one was given up it does not tell the server. Guarded by the engine's lock.
struct SharedConnections {
    private var transfers: [Unmanaged<Transfer>] = []
    /// When those that are paused are looked at; 0: none is.
    private(set) var nextCheck: UInt64 = 0

    /// Nanoseconds in which any reader who reads at all has begun to.
    private static let patience: UInt64 = 1_000_000_000

    mutating func add(_ transfer: Transfer) {
        if !transfer.maySpeakHTTP2 { return }
        transfer.sharedIndex = transfers.count
        transfers.append(Unmanaged.passUnretained(transfer))
    }

    mutating func remove(_ transfer: Transfer) {
        let index = transfer.sharedIndex
        guard index >= 0, let last = transfers.popLast() else { return }
        if index < transfers.count {
            transfers[index] = last
            last._withUnsafeGuaranteedRef { $0.sharedIndex = index }
        }
        transfer.sharedIndex = -1
    }

    /// A connection may have broken: all look at theirs.
    func lookAtAll() {
        for transfer in transfers { transfer._withUnsafeGuaranteedRef { $0.lookAtConnection() } }
    }

    /// After a transfer was given up: libcurl has the RST_STREAM ready and sends it with the next frame
    /// of the connection, whenever that is. Any other transfer there makes it send; libcurl since 8.0 does
    /// so when it is let act. False: there is no other.
    func tellServer(that gone: Transfer) -> Bool {
        let port = gone.localPort
        if port == 0 { return false }
        var paused: Transfer?
        for entry in transfers {
            let other = entry.takeUnretainedValue()
            if other.localPort != port { continue }
            if other.isPaused {
                paused = other
            } else {
                other.lookAtConnection()
                return true
            }
        }
        paused?.tryToGoOn()
        return paused != nil
    }

    /// The connection that was lost last because libcurl had no room for a head or trailers, by its port,
    /// and when that was. Only one of those that share it is told the reason.
    private var overfilledPort = 0
    private var overfilledAt: UInt64 = 0

    mutating func noteOverfilled(_ port: Int, _ now: UInt64) {
        overfilledPort = port
        overfilledAt = now
    }

    func wasOverfilled(_ port: Int, _ now: UInt64) -> Bool {
        port != 0 && port == overfilledPort && now &- overfilledAt < SharedConnections.patience
    }

    /// Of a transfer that was taken out: there are others whose answers have not begun.
    var othersAwaitHeads: Bool {
        for transfer in transfers {
            if transfer._withUnsafeGuaranteedRef({ $0.headers.status == 0 }) { return true }
        }
        return false
    }

    mutating func notePause(_ now: UInt64) {
        if nextCheck == 0 { nextCheck = now &+ SharedConnections.patience }
    }

    /// The transfers that were not read for a while and for which libcurl keeps too much.
    mutating func takeOverfull(_ now: UInt64) -> [Transfer] {
        if nextCheck == 0 || now < nextCheck { return [] }
        nextCheck = 0
        var overfull: [Transfer] = []
        for entry in transfers {
            let transfer = entry.takeUnretainedValue()
            if !transfer.isPaused { continue }
            if now &- transfer.pausedSince >= SharedConnections.patience {
                transfer.checkHolding()
            }
            if transfer.isHoldingTooMuch {
                overfull.append(transfer)
            } else {
                nextCheck = now &+ SharedConnections.patience
            }
        }
        return overfull
    }
}

extension Transfer {
    /// Times `max_queue_bytes` that may wait inside libcurl, behind those that wait here.
    static let heldQueues = 32

    func pause() {
        if isPaused { return }  // it was only tried: see `tryToGoOn`
        isPaused = true
        if !maySpeakHTTP2 { return }
        pausedSince = engine.now
        bytesReceivedAtPause = bytesReceived
        engine.sharing.notePause(engine.now)
        engine.armTimer()
    }

    /// The port of this side of the connection: the same for all that share it. 0 without a connection.
    var localPort: Int {
        var port = 0
        curl_get_long(easy, CURLINFO_LOCAL_PORT, &port)
        return port
    }

    private var bytesReceived: Int64 {
        var count: curl_off_t = 0
        curl_get_offset(easy, CURLINFO_SIZE_DOWNLOAD_T, &count)
        return Int64(count)
    }

    /// Over HTTP/1.1 a paused transfer leaves its bytes to the server. Over HTTP/2 libcurl has promised
    /// room for 32 MB of each stream and goes on storing them, because the others on the connection must
    /// not wait.
    func checkHolding() {
        // Unpacked bytes cannot be compared with received ones.
        let isPacked = headers.value("content-encoding") != nil
        let held = bytesReceived &- (isPacked ? bytesReceivedAtPause : bytesTaken)
        isHoldingTooMuch = held > Int64(maximumQueueBytes) &* Int64(Transfer.heldQueues)
    }

    /// To be called before libcurl gives the transfer up: what it keeps for a paused one it frees only
    /// when nobody else uses the connection, and otherwise not even with the handle.
    func dropHeld() {
        guard isPaused, maySpeakHTTP2 else { return }
        isPaused = false
        discardBody()
        if !changePause(CURLPAUSE_CONT) { hasLeftovers = true }
    }

    private func discardBody() {
        curl_set_body_callback(easy, { _, size, count, _ in size &* count }, nil)
    }

    /// When a paused transfer breaks off on a connection that others use, libcurl lets go of it and keeps its
    /// bytes in the handle (7.88, multi_done): the next transfer with that handle would be given them as its
    /// own, when it is paused and goes on. They go before it has a body, as soon as it has a connection.
    func dropLeftovers() {
        guard hasLeftovers else { return }
        discardBody()
        changePause(CURLPAUSE_RECV)
        if changePause(CURLPAUSE_CONT) { hasLeftovers = false }
        takeBody()
    }

    /// True when libcurl could do it. It may have no memory to tell us of the socket again: `Engine.endAll`.
    @discardableResult
    func changePause(_ mask: Int32) -> Bool {
        if engine.isOutOfMemory { return false }
        let result = curl_easy_pause(easy, mask)
        if result == CURLE_OUT_OF_MEMORY { engine.isOutOfMemory = true }
        return result == CURLE_OK
    }

    /// Goes on and is paused again, as its inbox is still full: that makes libcurl write what it has for the
    /// connection.
    func tryToGoOn() {
        if !changePause(CURLPAUSE_CONT) { hasLeftovers = true }
    }

    /// Makes libcurl look at the connection, which it may have forgotten. One that is paused on purpose
    /// looks when it goes on.
    func lookAtConnection() {
        if isPaused { return }
        if hasLeftovers { return dropLeftovers() }
        changePause(CURLPAUSE_RECV)
        changePause(CURLPAUSE_CONT)
    }
}
