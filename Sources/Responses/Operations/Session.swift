import CCurl
import CPlatform

/// Many turns over one connection. It has the turns in their order, and a connection while one needs it: it makes
/// another when the server has ended the one before.
///
/// The state machines of the calls run on the threads that use them. That of the session has no thread of its own:
/// it runs under the engine's lock, by whoever drives.
package final class Session: WebSocketUser {
    package let engine: Engine
    /// The options that the client had; a key that was asked for comes in `frozen`.
    let given: FrozenSettings
    private var frozen: FrozenSettings
    package let log: Log
    private let url: [UInt8]

    // MARK: state under the engine's lock

    /// That over which turns are sent; nil while there is none.
    private(set) var socket: WebSocket?
    /// Those that take no more turns, until the ones under way are over.
    private var retiring: [WebSocket] = []
    /// Those that wait and those under way, in the order of the calls.
    private(set) var turns: [Turn] = []
    /// The only one under way over `socket`, and so that of every event; nil: it is to be looked up.
    private var sole: Unmanaged<Turn>?
    private var lastPlace: UInt64 = 0
    private var messages = SessionMessages()
    /// That to which the pieces go of a message that is coming, and whether it ends with it.
    private var arriving: (turn: Turn, ends: Bool)?
    package private(set) var connections: Int32 = 0
    private var isFreed = false
    /// It connects although no turn waits: it was just opened.
    private var isOpening = false
    /// Its connection has just been made, and what is sent now has waited for it.
    private var isFresh = false
    /// What a call is to log: this runs under the lock, where no function of the host's may be called.
    private var remarks: [Message] = []

    /// How often the handshake has failed in a row, or a connection ended without having brought anything.
    private var failures = 0
    /// Until when no connection is made; 0: it may be made now.
    private var pauseEnd: UInt64 = 0
    /// Since when the connection is paused because one of several turns is not read; 0: it is not.
    private var heldSince: UInt64 = 0

    /// Where the key comes from that a function of the host's gives.
    private enum Key {
        /// None is needed, or a fresh one is there.
        case known
        /// That of the connection that there is; the next one needs another.
        case used
        /// Some call has to ask for it.
        case wanted
        /// One does.
        case asked
    }
    private var key = Key.known
    private(set) var keyStatus: Int32 = 0

    // MARK: making and ending

    package init(_ frozen: FrozenSettings, _ engine: Engine, _ log: Log) {
        self.engine = engine
        given = frozen
        self.frozen = frozen
        self.log = log
        url = frozen.url(bytes("/responses"))
        if frozen.values.keySource != nil { key = .wanted }
        super.init()
    }

    /// The handle was freed. Takes the lock itself.
    package func close() {
        engine.locked {
            isFreed = true
            for turn in turns { finish(turn, .unsent(.cancelled, "the session was freed")) }
            for other in retiring { other.close() }
            retiring.removeAll()
            socket?.close()
            socket = nil
            engine.setDeadline(self, 0)
            engine.push()
        }
    }

    /// Begins to connect, before there is a turn. Takes the lock itself.
    package func open() {
        engine.locked {
            isOpening = true
            settleNow()
            engine.push()
        }
    }

    // MARK: for calls, with the lock held

    func takeRemarks() -> [Message] {
        var taken: [Message] = []
        swap(&taken, &remarks)
        return taken
    }

    func join(_ turn: Turn) {
        if isFreed { return finish(turn, .unsent(.cancelled, "the session was freed")) }
        // The server may have ended the connection since it was last looked at.
        engine.dispatchWithLock()
        putInPlace(turn)
        sole = nil
        if turn.purpose == .steer || turn.purpose == .other {
            guard let socket, socket.state == .open else {
                finish(
                    turn,
                    .unsent(
                        .network,
                        "there is no connection over which the event could be sent; only a turn opens one"
                    ))
                return
            }
            send(turn, over: socket)
        } else {
            settleNow()
        }
        engine.push()
    }

    /// One that is sent again comes before those that were started after it.
    private func putInPlace(_ turn: Turn) {
        if turn.place == 0 {
            lastPlace &+= 1
            turn.place = lastPlace
        }
        let next = turns.firstIndex { $0.place > turn.place }
        turns.insert(turn, at: next ?? turns.count)
    }

    /// The call wants no more of it.
    func leave(_ turn: Turn) {
        let wasUnderWay = turn.state == .underWay
        turn.call = nil
        turn.dropInbox(engine)
        if turn.state == .over { return }
        if !wasUnderWay {
            remove(turn)
        } else if let socket = turn.socket {
            // Its events go on coming; what comes next must not wait for their end.
            retire(socket)
        }
        sole = nil
        engine.settleLater(self)
        engine.push()
    }

    /// Room was made in the turn's inbox. libcurl may deliver before this returns, so it comes last.
    func wasTaken(from turn: Turn) {
        guard let socket = turn.socket, socket.transfer.isPaused, mayTakeMore(from: socket) else {
            return
        }
        heldSince = 0
        socket.readOn()
        engine.push()
    }

    // MARK: keys

    /// True once: the turn's call is to ask for the key.
    func takesKeyWish(for turn: Turn) -> Bool {
        if key != .wanted { return false }
        key = .asked
        turn.asksForKey = true
        return true
    }

    /// The key is there, in the options.
    func use(_ keyed: FrozenSettings) {
        frozen = keyed
        key = .known
        engine.settleLater(self)
        engine.push()
    }

    /// Whoever asked does so no more.
    func giveBackKeyWish() {
        if key != .asked { return }
        key = .wanted
        tellWaiting()
    }

    private func tellWaiting() {
        for turn in turns where turn.state == .waiting {
            turn.call?._withUnsafeGuaranteedRef { engine.tell($0) }
        }
        engine.wakeDriver()
    }

    // MARK: sending

    /// Sends what can be sent, and makes a connection where one is needed. libcurl is not in the middle of anything.
    override func settleNow() {
        if isFreed { return }
        if socket == nil && (isOpening || turns.contains(where: { $0.state == .waiting })) {
            connect()
        }
        sendWaiting()
        readOn()
    }

    /// Those that held up the others may be gone.
    private func readOn() {
        for other in retiring where other.transfer.isPaused && mayTakeMore(from: other) {
            other.readOn()
        }
        guard let socket, socket.transfer.isPaused, mayTakeMore(from: socket) else { return }
        heldSince = 0
        socket.readOn()
    }

    private func connect() {
        if pauseEnd != 0 {
            if platform_now() < pauseEnd { return }
            pauseEnd = 0
        }
        if key == .used {
            key = .wanted
            keyStatus = 0
        }
        if key == .wanted { return tellWaiting() }
        if key == .asked { return }
        guard let made = WebSocket.make(url, frozen, engine, self) else {
            let failure = engine.failure
            return failWaiting(
                .unsent(
                    failure?.status ?? .noMemory,
                    failure?.message ?? ResponsesError.noMemoryMessage))
        }
        socket = made
    }

    override func opened(_ socket: WebSocket) {
        connections &+= 1
        isOpening = false
        if given.values.keySource != nil { key = .used }
        if connections > 1 { remark("connection \(connections) of the session") }
        isFresh = true
        sendWaiting()
        isFresh = false
    }

    private func sendWaiting() {
        guard let socket, socket.state == .open else { return }
        var underWay = 0
        for turn in turns where turn.isActive && turn.socket === socket { underWay += 1 }
        for turn in turns where turn.state == .waiting {
            if turn.purpose == .open {
                turn.socket = socket
                takesFreshConnection(turn)
                finish(turn, .answered)
            } else if underWay >= given.values.sessionTurns {
                return
            } else if !isBehindAnother(turn) {
                send(turn, over: socket)
                underWay += 1
            }
        }
    }

    private func takesFreshConnection(_ turn: Turn) {
        turn.hasOpened = isFresh
        isFresh = false
    }

    /// The lane has a turn that comes first, or one that was sent while this one waited to be sent again. One that was
    /// given up is none: its connection is not this one.
    private func isBehindAnother(_ turn: Turn) -> Bool {
        var isBefore = true
        for other in turns {
            if other === turn {
                isBefore = false
                continue
            }
            if other.purpose == .open || other.purpose == .other || other.call == nil { continue }
            if other.lane == turn.lane && (isBefore || other.state == .underWay) { return true }
        }
        return false
    }

    private func send(_ turn: Turn, over socket: WebSocket) {
        turn.socket = socket
        if turn.purpose == .create { socket.note(lane: turn.lane) }
        turn.state = .underWay
        takesFreshConnection(turn)
        sole = nil
        if turn.purpose == .steer {
            for other in turns where other.responseID == turn.message.previousID {
                turn.lane = other.lane
            }
        }
        if !socket.send(turn.message.head, turn.message.rest) {
            return finish(turn, .cut(.noMemory, ResponsesError.noMemoryMessage))
        }
        if turn.purpose == .other { return finish(turn, .answered) }
        turn.call?._withUnsafeGuaranteedRef { $0.turnWasSent() }
    }

    // MARK: receiving

    @_optimize(speed)
    override func arrived(_ message: Input, over socket: WebSocket) {
        let meaning = messages.meaning(of: message)
        if meaning == .plain, let sole, socket === self.socket {
            return sole._withUnsafeGuaranteedRef { deliver(message, to: $0) }
        }
        arrived(message, meaning, over: socket)
    }

    @inline(never)
    private func arrived(
        _ message: Input, _ meaning: SessionMessages.Meaning, over socket: WebSocket
    ) {
        // Whose it is need not be looked up where there is one alone.
        if meaning == .plain, let turn = lone(over: socket) {
            if socket === self.socket { sole = Unmanaged.passUnretained(turn) }
            return deliver(message, to: turn)
        }
        let underWay = turns.filter { $0.state == .underWay && $0.socket === socket }
        let marks = SessionMarks(message)
        let turn = active(marks.lane, underWay)
        switch meaning {
        case .steerAccepted, .steerPending, .steerFailed:
            steered(message, isAccepted: meaning == .steerAccepted, marks, underWay)
        case .created:
            responseBegan(message, marks, turn ?? only(marks.lane, underWay, socket), underWay)
        case .error: refused(message, marks, turn, underWay, socket)
        case .plain, .terminal:
            guard let turn = turn ?? only(marks.lane, underWay, socket) else { return }
            // A server that told a failure by an error may say by another event that the response failed.
            if meaning == .terminal, marks.responseID != turn.responseID,
                socket.hasEnded(marks.responseID)
            {
                return
            }
            deliver(message, to: turn)
            if meaning == .terminal { finish(turn, nil) }
        }
    }

    /// The turn that is alone under way over it.
    private func lone(over socket: WebSocket) -> Turn? {
        if socket.hasStrays { return nil }
        var found: Turn?
        for turn in turns where turn.state == .underWay && turn.socket === socket {
            if found != nil { return nil }
            found = turn
        }
        return found
    }

    /// A large event goes on to its turn as it comes, where it is known whose it is before it is whole.
    override func takesInPieces(_ start: Input, over socket: WebSocket) -> Bool {
        // Where a connection was given up, another may be in the middle of such an event.
        guard arriving == nil, let turn = lone(over: socket),
            let meaning = messages.meaning(ofStart: start)
        else { return false }
        let isLast = meaning == .terminal && turn.isActive && !socket.hasLanes
        guard meaning == .plain || isLast else { return false }
        arriving = (turn, isLast)
        return true
    }

    override func pieceArrived(_ piece: Input, begins: Bool, ends: Bool, over socket: WebSocket) {
        guard let (turn, isLast) = arriving else { return }
        if ends { arriving = nil }
        if turn.state != .underWay { return }
        if let call = turn.call {
            guard turn.append(piece: piece, begins: begins, ends: ends, engine) else {
                return finishWithoutMemory(turn)
            }
            call._withUnsafeGuaranteedRef { engine.tell($0) }
        }
        if ends && isLast { finish(turn, nil) }
    }

    private func forgetArriving(over socket: WebSocket) {
        if let (turn, _) = arriving, turn.socket === socket { arriving = nil }
    }

    private func finishWithoutMemory(_ turn: Turn) {
        finish(turn, .cut(.noMemory, ResponsesError.noMemoryMessage))
        if let socket = turn.socket { retire(socket) }
    }

    /// The turn whose events the lane brings now.
    func active(_ lane: [UInt8], _ underWay: [Turn]) -> Turn? {
        underWay.first { $0.isActive && $0.lane == lane }
    }

    /// The same where the server knows no lanes: it names none, and takes one turn at a time.
    private func only(_ lane: [UInt8], _ underWay: [Turn], _ socket: WebSocket) -> Turn? {
        guard lane.isEmpty, !socket.hasStrays, underWay.count == 1, let turn = underWay.first,
            turn.isActive
        else { return nil }
        turn.lane = lane
        return turn
    }

    @inline(__always)
    func deliver(_ message: Input, to turn: Turn) {
        guard let call = turn.call else { return }
        if turn.append(message, engine) {
            call._withUnsafeGuaranteedRef { engine.tell($0) }
        } else {
            finishWithoutMemory(turn)
        }
    }

    // MARK: the end of a turn

    /// `end` nil: an event has said so.
    func finish(_ turn: Turn, _ end: Turn.End?) {
        if turn.state == .over { return }
        // The server does not know, and goes on with it.
        if turn.state == .underWay, case .cut? = end { turn.socket?.hasStrays = true }
        turn.state = .over
        turn.end = end ?? .answered
        remove(turn)
        sole = nil
        turn.call?._withUnsafeGuaranteedRef { engine.tell($0) }
        engine.wakeDriver()
        if let socket = turn.socket {
            socket.note(ended: turn.responseID)
            closeIfUnused(socket)
        }
        if turns.contains(where: { $0.state == .waiting }) { engine.settleLater(self) }
    }

    private func remove(_ turn: Turn) {
        for (index, other) in turns.enumerated() where other === turn {
            turns.remove(at: index)
            return
        }
    }

    private func failWaiting(_ end: Turn.End) {
        isOpening = false
        for turn in turns where turn.state == .waiting { finish(turn, end) }
    }

    // MARK: back-pressure

    override func mayTakeMore(from socket: WebSocket) -> Bool {
        let (count, most) = readers(of: socket)
        let limit = given.values.maximumQueueBytes &* (count > 1 ? Transfer.heldQueues : 1)
        if most < limit { return true }
        if count > 1 && heldSince == 0 {
            heldSince = engine.now
            engine.setDeadlineIfEarlier(self, heldSince &+ Session.patience)
        }
        return false
    }

    /// How many turns need what it brings, and the most that one of them has unread.
    private func readers(of socket: WebSocket) -> (count: Int, most: Int) {
        var count = 0
        var most = 0
        for turn in turns where turn.call != nil {
            if turn.socket === socket {
                count &+= 1
                most = max(most, turn.inbox.count)
            } else if turn.state == .waiting && socket === self.socket {
                // It waits for the one before it in its lane.
                count &+= 1
            }
        }
        return (count, most)
    }

    /// In which any reader who reads at all has begun to.
    private static let patience: UInt64 = 1_000_000_000

    /// Those that hold up the others, and are not read, end.
    private func endHolders() {
        heldSince = 0
        let limit = given.values.maximumQueueBytes &* Transfer.heldQueues
        for turn in turns where turn.call != nil && turn.inbox.count >= limit {
            guard let socket = turn.socket, readers(of: socket).count > 1 else { continue }
            let message: Message =
                "the turn was not read while more than \(Transfer.heldQueues) times max_queue_bytes "
                + "(\(given.values.maximumQueueBytes)) arrived, and held up the others of its session"
            finish(turn, .cut(.limit, message))
            retire(socket)
            socket.readOn()
        }
    }

    override func deadlineReached(_ now: UInt64) -> UInt64 {
        if heldSince != 0 && now >= heldSince &+ Session.patience { endHolders() }
        if pauseEnd != 0 && now >= pauseEnd { engine.settleLater(self) }
        var next = pauseEnd > now ? pauseEnd : 0
        let held = heldSince == 0 ? 0 : heldSince &+ Session.patience
        if held > now && (next == 0 || held < next) { next = held }
        return next
    }

    // MARK: the end of a connection

    /// It takes no more turns.
    func retire(_ old: WebSocket) {
        if socket === old {
            socket = nil
            retiring.append(old)
        }
        sole = nil
        closeIfUnused(old)
    }

    private func closeIfUnused(_ old: WebSocket) {
        if socket === old { return }
        if turns.contains(where: { $0.socket === old && $0.call != nil && $0.state == .underWay }) {
            return
        }
        for turn in turns where turn.socket === old { remove(turn) }
        for (index, other) in retiring.enumerated() where other === old {
            retiring.remove(at: index)
            forgetArriving(over: old)
            old.close()
            return
        }
    }

    override func ended(_ old: WebSocket) {
        forgetArriving(over: old)
        let wasCurrent = socket === old
        if wasCurrent { socket = nil }
        for (index, other) in retiring.enumerated() where other === old {
            retiring.remove(at: index)
            break
        }
        if !old.wasOpen {
            if wasCurrent { handshakeFailed(old) }
        } else {
            let ending = old.ending
            for turn in turns where turn.socket === old {
                finish(
                    turn,
                    .cut(ending?.status ?? .truncated, ending?.message ?? "the connection ended"))
            }
            failures = old.messages == 0 ? failures &+ 1 : 0
            if wasCurrent && failures > 1 { pause(-1, else: .refused(old)) }
        }
        engine.settleLater(self)
    }

    private func handshakeFailed(_ old: WebSocket) {
        let failure = HandshakeFailure(old)
        let hasKeySource = given.values.keySource != nil
        if failure.httpStatus == 401 && hasKeySource && keyStatus != 401 {
            key = .wanted
            keyStatus = 401
            return
        }
        keyStatus = failure.httpStatus
        if hasKeySource { key = .wanted }
        if !failure.isRetryable { return giveUp(old) }
        failures &+= 1
        pause(failure.wish, else: .refused(old))
    }

    private func giveUp(_ old: WebSocket) {
        failures = 0
        failWaiting(.refused(old))
    }

    /// Before the next connection, where there may be one.
    private func pause(_ wish: Int64, else end: Turn.End) {
        if failures > given.values.maximumRetries {
            failures = 0
            return failWaiting(end)
        }
        switch RetryRule.pause(retry: failures - 1, wish: wish, left: nil, given.values.backoff) {
        case .milliseconds(let pause):
            pauseEnd = platform_now() &+ UInt64(max(0, pause)) &* 1_000_000
            engine.setDeadlineIfEarlier(self, pauseEnd)
            remark(
                "connecting the session again in \(pause) ms, retry \(failures) of "
                    + "\(given.values.maximumRetries)")
        case .tooLong, .noTimeLeft:
            failures = 0
            failWaiting(end)
        }
    }

    /// For the log of a call that waits for it. Without one, nothing of the kind happens.
    private func remark(_ line: Message) {
        if remarks.count >= Session.maximumRemarks { return }
        remarks.append(line)
        let reader = turns.first { $0.call != nil }
        reader?.call?._withUnsafeGuaranteedRef { engine.tell($0) }
    }
    private static let maximumRemarks = 16

    override func engineFailed() {
        for turn in turns { turn.call?._withUnsafeGuaranteedRef { engine.tell($0) } }
    }
}
