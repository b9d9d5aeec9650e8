extension EventKind {
    /// The event after which nothing more can come.
    @inline(__always)
    package var isTerminal: Bool {
        self == .completed || self == .incomplete || self == .failed || self == .cancelled
    }

    /// An event that only says that the connection lives; it does not hold back the idle timeout.
    package var isKeepalive: Bool { self == .keepalive }
}
