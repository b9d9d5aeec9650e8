import CPlatform

/// What one call has sent over a session, or will send, and what has come for it. Guarded by the engine's lock.
final class Turn {
    enum Purpose {
        /// To know that the session is open.
        case open
        /// A response.
        case create
        /// More input for a response that is under way.
        case steer
        /// Any other event, which is sent and not answered.
        case other
    }

    enum State { case waiting, underWay, over }

    /// Why it is over, where no event says so.
    enum End {
        /// All that answers it has been handed over.
        case answered
        /// The server did not agree to the session.
        case refused(WebSocket)
        /// It was sent, and the connection ended.
        case cut(Status, Message)
        /// It was not sent.
        case unsent(Status, Message)
    }

    let purpose: Purpose
    let message: SessionBody
    /// Among the turns of its session; one that is sent again keeps it. 0 before it has one.
    var place: UInt64 = 0
    /// Empty for the lane without a name.
    var lane: [UInt8]
    /// Nil when the call has given it up.
    var call: Unmanaged<Call>?
    var state = State.waiting
    var end: End?
    /// The connection that it was sent over.
    var socket: WebSocket?
    /// Its call asks the host for the key of the session, until that has it.
    var asksForKey = false

    /// Its events, as the text of an event stream: what comes is read in one way, however it came.
    var inbox = ByteBuffer()
    var lastArrival: UInt64 = 0
    /// The owner took bytes out since the limits of time were last looked at.
    var wasTakenFrom = false
    var hasEvents = false

    // What is told of it as of an attempt.
    var sentAt: UInt64 = 0
    var firstArrival: UInt64 = 0
    var bytesReceived = 0
    /// Its connection was made for it: it waited for it, and is the first that goes over it.
    var hasOpened = false

    /// The response that it is about, once that is known.
    var responseID: [UInt8] = []
    /// Of one that steers: the response that it steers is `message.previousID`.
    var steerID: [UInt8] = []
    var isAccepted = false
    /// The response that the server made of its input by itself is under way.
    var isSuccessor = false

    init(_ purpose: Purpose, _ message: SessionBody, _ call: Call) {
        self.purpose = purpose
        self.message = message
        lane = message.lane
        self.call = Unmanaged.passUnretained(call)
    }

    /// The events of its lane that name no other turn are its.
    var isActive: Bool { state == .underWay && (purpose == .create || isSuccessor) }

    /// The response that it steers goes on, and has the next word.
    var waitsForOther: Bool { purpose == .steer && isAccepted && !isSuccessor }

    /// Appends an event. False when memory is out.
    @inline(__always)
    func append(_ event: Input, _ engine: Engine) -> Bool {
        if inbox.capacity == 0 && !engine.blocks.lend(to: &inbox) { return false }
        guard inbox.reserve(event.count &+ 8), let start = event.baseAddress else {
            return event.isEmpty
        }
        let place = inbox.tail
        memcpy(place, ("data: " as StaticString).utf8Start, 6)
        memcpy(place + 6, start, event.count)
        // Nearly always there is none, and then this is all.
        if memchr(place + 6, 0x0A, event.count) != nil
            || memchr(place + 6, 0x0D, event.count) != nil
        {
            Turn.putOnOneLine(place + 6, event.count)
        }
        let end = place + 6 + event.count
        end[0] = 0x0A
        end[1] = 0x0A
        inbox.commit(to: end + 2)
        lastArrival = engine.now
        if !hasEvents { firstArrival = lastArrival }
        bytesReceived = bytesReceived &+ event.count
        hasEvents = true
        return true
    }

    /// Appends a piece of an event. False when memory is out.
    func append(piece: Input, begins: Bool, ends: Bool, _ engine: Engine) -> Bool {
        // Its owner may have taken the inbox with what came before.
        if inbox.capacity == 0 && !engine.blocks.lend(to: &inbox) { return false }
        guard inbox.reserve(piece.count &+ 8) else { return false }
        if begins { _ = inbox.append("data: ") }
        let place = inbox.count
        _ = inbox.append(piece)
        Turn.putOnOneLine(inbox.bytes + place, piece.count)
        if ends { _ = inbox.append("\n\n") }
        lastArrival = engine.now
        if !hasEvents { firstArrival = lastArrival }
        bytesReceived = bytesReceived &+ piece.count
        hasEvents = true
        return true
    }

    /// Line ends stand between values; in a text no such byte may stand (RFC 8259, 7).
    @inline(never)
    private static func putOnOneLine(_ text: UnsafeMutablePointer<UInt8>, _ count: Int) {
        replace(0x0A, text, count)
        replace(0x0D, text, count)
    }

    @inline(__always)
    private static func replace(
        _ byte: Int32, _ text: UnsafeMutablePointer<UInt8>, _ count: Int
    ) {
        var left = count
        while let found = memchr(text + (count &- left), byte, left) {
            let place = found.assumingMemoryBound(to: UInt8.self)
            place.pointee = 0x20
            left = count &- (place + 1 - text)
        }
    }

    func dropInbox(_ engine: Engine) {
        inbox.reset(keeping: 0)
        engine.blocks.takeBack(from: &inbox)
    }
}
