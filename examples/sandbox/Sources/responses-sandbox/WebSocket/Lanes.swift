/// The lanes of one connection: turns of a lane run one after the other in the order they came, lanes
/// run side by side, and only so many turns at a time.
struct Lanes {
    /// Turns that run at the same time; more wait.
    static let maximumRunning = 16
    /// Lanes with a name, ever.
    static let maximumNamed = 32

    private var lanes: [String?: Lane] = [:]
    private var arrivals: UInt64 = 0
    private(set) var running = 0

    /// The lane of that name, which comes to be; throws when there are too many.
    mutating func lane(_ name: String?) throws -> Lane {
        if let lane = lanes[name] { return lane }
        guard name == nil || namedCount < Self.maximumNamed else {
            throw APIError.invalid(
                "This WebSocket connection has reached its maximum number of distinct stream IDs "
                    + "(\(Self.maximumNamed)). Reuse an existing stream_id or open a new WebSocket "
                    + "connection.", param: "stream_id", code: "websocket_stream_limit_reached")
        }
        let lane = Lane(name: name)
        lanes[name] = lane
        return lane
    }

    private var namedCount: Int { lanes.count - (lanes[nil as String?] == nil ? 0 : 1) }

    /// Behind all others of its lane.
    mutating func add(_ turn: Turn, to lane: Lane) {
        arrivals += 1
        lane.waiting.append((arrivals, turn))
    }

    /// Before all others of its lane: what follows from the turn that has just ended.
    mutating func addFirst(_ turn: Turn, to lane: Lane) { lane.waiting.insert((0, turn), at: 0) }

    /// The next turn that may run: of the idle lanes, the one whose turn came first.
    mutating func startNext() -> Turn? {
        guard running < Self.maximumRunning else { return nil }
        let ready = lanes.values.filter { $0.current == nil && !$0.waiting.isEmpty }
        guard let lane = ready.min(by: { $0.waiting[0].arrival < $1.waiting[0].arrival }) else {
            return nil
        }
        let turn = lane.waiting.removeFirst().turn
        lane.current = turn
        running += 1
        return turn
    }

    mutating func finish(_ turn: Turn) {
        guard turn.lane.current === turn else { return }
        turn.lane.current = nil
        running -= 1
    }

    /// Forgets every turn; turns and lanes hold each other.
    mutating func clear() {
        for lane in lanes.values {
            lane.current = nil
            lane.waiting = []
        }
        lanes = [:]
    }

    var current: [Turn] { lanes.values.compactMap(\.current) }

    /// The response of that id that a lane has at hand.
    func cached(_ id: String) -> CachedResponse? { lane(holding: id)?.cached }

    func lane(holding id: String) -> Lane? {
        lanes.values.first { $0.cached?.record.id == id }
    }

    /// The item of that id in one of these responses.
    func item(_ id: String) -> JSON? {
        for lane in lanes.values {
            if let item = lane.cached?.items.first(where: { $0["id"]?.string == id }) {
                return item
            }
        }
        return nil
    }
}

/// An ordered line of turns.
final class Lane {
    let name: String?
    var current: Turn?
    fileprivate(set) var waiting: [(arrival: UInt64, turn: Turn)] = []
    /// The last response, which the next turn can continue although it is not stored.
    var cached: CachedResponse?
    /// What was accepted for a response that has ended, and waits for the turn that continues it.
    var steers: [Steer] = []

    /// Whether a turn that continues the response has come already.
    func hasWaiting(continuing id: String) -> Bool {
        waiting.contains { $0.turn.request.previousResponseID == id }
    }

    init(name: String?) { self.name = name }
}

/// What a connection remembers of a response while it lasts.
struct CachedResponse {
    var record: ResponseRecord
    /// All that came before, the input, and the output.
    var items: [JSON]
    /// The number of the next event that is about it.
    var nextSequence: Int
}
