extension EventKind {
    /// The event after which nothing more can come.
    @inline(__always)
    package var isTerminal: Bool {
        self == .completed || self == .incomplete || self == .failed || self == .cancelled
    }

    /// The status of the response that ends with it.
    package var status: StaticString? {
        switch self {
        case .completed: return "completed"
        case .incomplete: return "incomplete"
        case .failed: return "failed"
        case .cancelled: return "cancelled"
        default: return nil
        }
    }

    /// An event that only says that the connection lives; it does not hold back the idle timeout.
    package var isKeepalive: Bool { self == .keepalive }
}
