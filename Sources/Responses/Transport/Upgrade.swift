import CCurl

/// What a transfer is told besides that becomes the connection of a WebSocket.
extension Transfer {
    /// After `setUp`. False when libcurl has no memory for it.
    func setUpUpgrade() -> Bool {
        guard let socketReference else { return false }
        return curl_set_upgrade(
            easy,
            { buffer, size, count, context in
                guard let buffer, let context else { return 0 }
                return Unmanaged<WebSocket>.fromOpaque(context)._withUnsafeGuaranteedRef {
                    $0.bytesWanted(buffer, size &* count)
                }
            }, socketReference.toOpaque()) == CURLE_OK
    }
}

/// WebSockets and the engine. The lock is held.
extension Engine {
    /// For what must not be done while libcurl is in the middle of something: `waiter.settleNow` does it.
    func settleLater(_ waiter: Waiter) {
        for other in unsettled where other === waiter { return }
        unsettled.append(waiter)
    }

    /// Does what was put off, and lets libcurl send what it was given. It is not in the middle of anything.
    func settleAll() {
        while !unsettled.isEmpty || hasToSend {
            var list: [Waiter] = []
            swap(&list, &unsettled)
            for waiter in list { waiter.settleNow() }
            if hasToSend {
                hasToSend = false
                if failure == nil { actOnTimer() }
            }
        }
    }

    /// The same from outside, for a thread that does not drive.
    func push() {
        settleAll()
        armTimer()
    }

    /// Keeps a socket that takes leave.
    func farewell(to socket: WebSocket) {
        for other in farewells where other === socket { return }
        farewells.append(socket)
    }

    func forget(_ socket: WebSocket) {
        for (index, other) in farewells.enumerated() where other === socket {
            farewells.remove(at: index)
            return
        }
    }
}
