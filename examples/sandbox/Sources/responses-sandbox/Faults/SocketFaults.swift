/// What shall go wrong with a WebSocket, or with one turn over it.
struct SocketFaults {
    // The handshake.
    var silence: Silence?
    var accept = Accept.right
    var omittedHeaders: Set<String> = []
    var addedHeaders: [(String, String)] = []

    // Frames.
    var fragmentBytes: Int?
    var between: Between?
    var hasEmptyFrames = false
    /// Pings after the handshake, and before each event.
    var pingFlood = 0
    var pingMilliseconds: Int?
    var unaskedPongs = 0
    var hidesPongs = false
    var badFrame: BadFrame?
    var badFrameAt = 0
    var cutInEvent: Int?
    var stallInEvent: Int?

    // The end.
    var closing: Closing?
    var closeReason = ""
    var closeAt: CloseAt?
    var closeThen = CloseThen.fin
    var ignoresClose = false
    var cutsAtEnd = false
    var limitMilliseconds: Int?
    var limitTurns: Int?
    /// Responses under way are made to their end when the connection has ended.
    var outlives = false

    /// The code that every steer fails with.
    var steerError: String?

    enum Silence: String, CaseIterable {
        case handshake, turn
    }

    enum Accept: String, CaseIterable {
        case right, wrong, missing
    }

    /// A control frame between the fragments of a message.
    enum Between: String, CaseIterable {
        case ping, pong
    }

    /// A close frame with this code, or without one.
    struct Closing {
        var code: Int?
    }

    enum CloseAt: Equatable {
        /// Behind the handshake; for the fault of a turn the same as `start`.
        case open
        /// Before the first event of a turn.
        case start
        /// After so many events of a turn.
        case events(Int)
        /// After the last event of a turn.
        case end
        /// When the limit of the connection is reached.
        case limit
    }

    /// What follows the closing handshake.
    enum CloseThen: String, CaseIterable {
        /// The end of the TCP stream, once the client has answered.
        case fin
        /// The end of the TCP stream at once.
        case now
        case rst
        /// Nothing: the TCP connection stays.
        case stay
    }

    enum BadFrame: String, CaseIterable {
        case masked, opcode, rsv, binary, continuation, nested, empty
        case controlOpcode = "control-opcode"
        case fragmentedPing = "fragmented-ping"
        case longPing = "long-ping"
        case longLength = "long-length"
        case negativeLength = "negative-length"
        case hugeLength = "huge-length"
        case halfClose = "half-close"
        case badClose = "bad-close"
        case closeUTF8 = "close-utf8"
        case notJSON = "not-json"
        case notObject = "not-object"
        case noType = "no-type"
    }

    /// When a turn is to be closed in its place, if it is.
    func closes(after position: Int) -> Bool {
        guard closing != nil else { return false }
        switch closeAt {
        case nil, .open, .start: return position == 0
        case .events(let count): return position == count
        case .end, .limit: return false
        }
    }
}
