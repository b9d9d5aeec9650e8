import CCurl
import CPlatform

/// Transfers from start to end, and the handles they use. The lock is held, where nothing else is said.
extension Engine {
    /// Sends the transfer's request. False when libcurl cannot take it.
    func start(_ transfer: Transfer) -> Bool {
        if let playback = transfer.playback { return start(playback) }
        if failure != nil || (isSpoilt || multi == nil) && !replaceMulti() { return false }
        now = platform_now()
        if !drains.isEmpty { finishDrains() }
        if transfer.mayLeaveFarewells { platform_sockets_end_broken(sockets) }
        // libcurl looks through every connection for one that is free, which with thousands of streams
        // costs more than the stream. When each has its transfer there is none to be found.
        let noneIsFree = running.count > 32 && platform_sockets_count(sockets) <= running.count
        curl_set_long(
            transfer.easy, CURLOPT_FRESH_CONNECT,
            noneIsFree && !transfer.maySpeakHTTP2 || transfer.webSocket != nil ? 1 : 0)
        limitConnecting(of: transfer)
        if curl_multi_add_handle(multi, transfer.easy) != CURLM_OK { return false }
        transfer.runningIndex = running.count
        running.append(Unmanaged.passUnretained(transfer))
        sharing.add(transfer)
        // The connection is begun here and not in the next round.
        if !actOnTimer() {
            halt(transfer)
            return false
        }
        armTimer()
        return failure == nil
    }

    /// Takes a transfer away from libcurl; where it was still running, its connection is closed, or its
    /// stream on a connection that is shared. The owner may go on looking at it.
    func halt(_ transfer: Transfer, isOver: Bool = false) {
        transfer.playback?.stop()
        let index = transfer.runningIndex
        guard index >= 0, let last = running.popLast() else { return }
        if index < running.count {
            running[index] = last
            last._withUnsafeGuaranteedRef { $0.runningIndex = index }
        }
        transfer.runningIndex = -1
        if running.isEmpty { blocks.freeAll() }
        sharing.remove(transfer)
        if !mustNotLook { transfer.dropHeld() }
        let tellsServer = !isOver && !mustNotLook && transfer.maySpeakHTTP2
        // Where nobody else uses the connection, its end tells the server.
        if tellsServer || mustNotLook { curl_set_long(transfer.easy, CURLOPT_FORBID_REUSE, 1) }
        curl_multi_remove_handle(multi, transfer.easy)
        if tellsServer {
            let others = sharing
            CurlLibrary.guardingSIGPIPE {
                hasFarewell = others.tellServer(that: transfer) || hasFarewell
            }
            if isOutOfMemory { endAll() }
            armTimer()
            // Whoever drives sends it; and perhaps nobody ever drives again.
            if hasFarewell && !isDriven { sendFarewells() }
        }
    }

    /// Lets libcurl send the RST_STREAM of transfers that were given up.
    func sendFarewells() {
        hasFarewell = false
        if failure == nil { actOnTimer() }
        armTimer()
    }

    /// Lets libcurl do what its timer is due for. False when it had no memory for that.
    @discardableResult
    func actOnTimer() -> Bool {
        if curlDeadline == 0 || curlDeadline > platform_now() { return true }
        curlDeadline = 0
        var hasActed = true
        // What is ended here is done with before anything else is let act.
        let wasDriven = isDriven
        isDriven = true
        CurlLibrary.guardingSIGPIPE { hasActed = act(CURL_SOCKET_TIMEOUT, 0) }
        takeEndedTransfers()
        if hasActed { endUnwatched() }
        isDriven = wasDriven
        return hasActed
    }

    /// Its connection may be kept for another request.
    func noteIdleConnection(of transfer: Transfer) {
        if !transfer.mayLeaveFarewells { return }
        let socket = curl_kept_socket(transfer.easy)
        if socket >= 0 { platform_sockets_rest(sockets, socket, Int32(transfer.localPort)) }
    }

    /// The owner is done with the transfer; to be called once.
    func stop(_ transfer: Transfer) {
        transfer.owner = nil
        halt(transfer)
        // One that speaks WebSocket keeps its handle to the end.
        if transfer.webSocket == nil { keepEasyHandle(transfer.handle) }
    }

    /// Ends the owner's interest in a transfer whose last event was read. The rest of the body is
    /// nearly always on its way; when it comes soon, the connection can be used again.
    func release(_ transfer: Transfer) {
        if transfer.hasEnded || transfer.playback != nil {
            stop(transfer)
            return
        }
        transfer.discard()
        let drain = Drain(transfer, self)
        drains.append(drain)
        deadlines.set(drain, platform_now() &+ Drain.patience)
        armTimer()
    }

    func endDrain(_ transfer: Transfer) {
        for (index, drain) in drains.enumerated() where drain.transfer === transfer {
            deadlines.set(drain, 0)
            drains.remove(at: index)
            stop(transfer)
            return
        }
    }

    /// Looks whether connections have become free, before a new transfer would open another.
    private func finishDrains() {
        dispatchWithLock()  // unless another thread does
    }
}
