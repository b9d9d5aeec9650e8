/// Events that mean something to a session besides that they are a turn's. The lock is held.
extension Session {
    func responseBegan(
        _ message: Input, _ marks: SessionMarks, _ turn: Turn?, _ underWay: [Turn]
    ) {
        if let turn {
            turn.responseID = marks.responseID
            return deliver(message, to: turn)
        }
        // Nobody asked for it but those who steered the one before.
        let steering = underWay.filter { $0.waitsForOther && $0.lane == marks.lane }
        guard let first = steering.first else { return }
        first.isSuccessor = true
        first.responseID = marks.responseID
        deliver(message, to: first)
        for turn in steering.dropFirst()
        where turn.message.previousID == first.message.previousID {
            deliver(message, to: turn)
            finish(turn, .answered)
        }
    }

    func steered(
        _ message: Input, isAccepted: Bool, _ marks: SessionMarks, _ underWay: [Turn]
    ) {
        let asked = underWay.filter {
            $0.purpose == .steer && !$0.isSuccessor && $0.message.previousID == marks.steeredID
        }
        let id = marks.steerID
        guard
            let turn = asked.first(where: { !id.isEmpty && $0.steerID == id })
                ?? asked.first(where: { !$0.isAccepted })
        else { return }
        turn.steerID = id
        deliver(message, to: turn)
        if isAccepted {
            turn.isAccepted = true
            turn.lane = marks.lane
        } else {
            finish(turn, nil)
        }
    }

    func refused(
        _ message: Input, _ marks: SessionMarks, _ named: Turn?, _ underWay: [Turn],
        _ socket: WebSocket
    ) {
        // One without a lane is about the lane without a name, or, where that is silent, about a turn that was not
        // understood.
        let turn =
            named
            ?? (marks.lane.isEmpty ? underWay.first { $0.isActive && !$0.hasEvents } : nil)
        // The API ends a connection after 60 minutes, and takes no more turns over it.
        if equal(marks.errorCode, "websocket_connection_limit_reached") { retire(socket) }
        guard let turn else { return }
        deliver(message, to: turn)
        finish(turn, nil)
    }
}
