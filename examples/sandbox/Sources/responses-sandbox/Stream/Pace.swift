/// How many events are due at a moment: counted from the start, so that being late once is made
/// good, and a stream of any speed ends on time.
struct Pace {
    /// Events a second; zero means as fast as they are taken.
    let speed: Double
    private var start: EventLoop.Nanoseconds
    private var taken = 0

    init(speed: Double, start: EventLoop.Nanoseconds) {
        self.speed = speed
        self.start = start
    }

    var isUnlimited: Bool { speed <= 0 }

    /// The number of events to send now.
    func due(at now: EventLoop.Nanoseconds, limit: Int) -> Int {
        guard !isUnlimited else { return limit }
        let total = Int(Double(now - start) / 1e9 * speed) + 1
        return min(limit, max(0, total - taken))
    }

    mutating func took(_ count: Int) { taken += count }

    /// When the next event is due.
    var nextDeadline: EventLoop.Nanoseconds {
        start + EventLoop.Nanoseconds((Double(taken) / speed * 1e9).rounded(.up))
    }

    /// Starts counting anew, after a pause that was nobody's fault.
    mutating func restart(at now: EventLoop.Nanoseconds) {
        start = now
        taken = 0
    }
}
