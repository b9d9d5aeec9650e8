import CPlatform

/// A turn as an operation: whose it is and what it sends.
package struct SessionTurn {
    package let session: Session
    let purpose: Turn.Purpose
    let message: SessionBody
}

/// A call whose events come over a session: one turn of it. Should the connection end and the server have stored the
/// response, the call goes on as any other, by requests.
extension Call {
    /// It is at its session, and not yet at requests of its own.
    var isTurn: Bool { operation.turn != nil && !resumption.hasBegun }

    /// The transfer that what it has came over.
    var carrier: Transfer? { transfer ?? turn?.socket?.transfer }

    /// The session was refused, and has made all tries that there are.
    var isRefusedByHandshake: Bool {
        if isTurn, let transfer { return transfer.webSocket != nil }
        return false
    }

    // MARK: sending

    func sendTurn() {
        guard let asked = operation.turn else { return }
        journal.attemptStarted()
        attemptBegins()
        let turn = Turn(asked.purpose, asked.message, self)
        engine.locked {
            self.turn = turn
            hasExpired = false
            limits.turnWaits()
            engine.setDeadline(self, nextDeadline)
            turn.place = turnPlace
            asked.session.join(turn)
            turnPlace = turn.place
        }
    }

    /// The session has sent it: the limits of time begin. The lock is held.
    func turnWasSent() {
        limits.attemptBegins(engine.now, goesOn: false)
        turn?.sentAt = engine.now
        engine.setDeadline(self, nextDeadline)
    }

    /// The lock is held, and this is the owner's thread.
    func leaveTurn() {
        giveUpTurn()
        turn = nil
    }

    /// The same from any thread. The owner may look at the turn without the lock, so it stays.
    func giveUpTurn() {
        guard let turn, let session = operation.turn?.session else { return }
        if turn.asksForKey {
            turn.asksForKey = false
            session.giveBackKeyWish()
        }
        session.leave(turn)
    }

    func logRemarks() {
        for line in remarks { log.warning(line) }
        remarks.removeAll()
    }

    // MARK: keys

    /// The session needs a key, and this call is the one that asks the host for it.
    func askForKeyOfSession() {
        guard let source = settings.keySource, let session = operation.turn?.session else { return }
        let status = engine.locked { session.keyStatus }
        // It is an attempt from the time that it was given to the session.
        askForKey(source, attempt: journal.attempts &+ (status == 0 ? 0 : 1), after: status)
    }

    func useKeyForSession() {
        guard let session = operation.turn?.session else { return }
        engine.locked {
            limits.turnWaits()
            turn?.asksForKey = false
            session.use(frozen)
        }
    }

    // MARK: the end

    func turnEnded(_ turn: Turn) {
        let end = engine.locked { turn.end }
        switch end {
        case .answered?: concludeTurn(turn)
        case .refused(let socket)?: sessionRefused(socket)
        case .cut(let status, let message)?:
            if status == .truncated || status == .network {
                return streamEnded("\(message), before the terminal event")
            }
            fail(status, message)
        case .unsent(let status, let message)?: fail(status, message)
        case nil: break
        }
    }

    private func concludeTurn(_ turn: Turn) {
        switch turn.purpose {
        case .create: streamEnded("the session ended the turn before its terminal event")
        case .steer: concludeStream()
        case .open, .other:
            attemptSucceeded()
            var body = ByteBuffer()
            guard body.append("{}") else {
                return fail(.noMemory, ResponsesError.noMemoryMessage)
            }
            succeed(
                Response(
                    body: body, headers: journal.headers, attempts: journal.attempts,
                    history: journal.json()))
        }
    }

    /// The server did not agree to the session: that is judged as any answer is.
    private func sessionRefused(_ socket: WebSocket) {
        engine.locked {
            leaveTurn()
            transfer = socket.transfer
        }
        if let ending = socket.ending {
            return fail(
                makeError(
                    ending.status, ending.message, nil, isRetryable: ending.status == .timeout))
        }
        attemptEnded()
    }
}
