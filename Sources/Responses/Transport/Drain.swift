/// A transfer that nobody reads any more, and how long it is waited for.
final class Drain: Waiter {
    let transfer: Transfer
    unowned(unsafe) let engine: Engine
    static let patience: UInt64 = 1_000_000_000

    init(_ transfer: Transfer, _ engine: Engine) {
        self.transfer = transfer
        self.engine = engine
    }

    /// Inherited otherwise, as one that traps; the compiler of Embedded Swift takes that for a recursion.
    @available(*, unavailable)
    override init() { fatalError() }  // safe: it cannot be called

    override func deadlineReached(_ now: UInt64) -> UInt64 {
        engine.endDrain(transfer)
        return 0
    }
}
