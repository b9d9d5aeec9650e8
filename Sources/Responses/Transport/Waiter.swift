import CPlatform
import Synchronization

/// What the engine knows of a call: whether there is news for it, when it must look again at the
/// latest, and how to wake its thread. Everything here is guarded by the engine's lock.
package class Waiter {
    /// Something changed since the owner last looked. False only when he has found nothing to read, and
    /// nothing has come since.
    final var hasNews: Bool {
        get { news.load(ordering: .acquiring) }
        set { news.store(newValue, ordering: .releasing) }
    }
    /// Written under the lock; the owner reads it without, so that looking in vain costs no lock.
    private final let news = Atomic<Bool>(false)
    /// The deadline was reached.
    final var hasExpired = false

    // The deadline and the place among all deadlines; set by `DeadlineHeap` alone.
    final var deadline: UInt64 = 0
    final var heapIndex = -1

    // A condition for each waiter, so that news for one wakes nobody else. Made at the first wait.
    final var condition: UnsafeMutablePointer<pthread_cond_t>?
    final var sleeperIndex = -1

    /// The call is closed: nothing may list it any more.
    final var isGone = false
    /// The owner was told how the call ended. Written by the owner without the lock.
    final let isReadToEnd = Atomic<Bool>(false)
    /// The owner has not come to the end of what there is to read. A hint: the look that follows decides.
    final var mayHaveMore: Bool { hasNews && !isReadToEnd.load(ordering: .relaxed) }

    // For hosts with an event loop; see `HostLoop`.
    /// The handle that the host has, where it may be told of it: calls of blocking functions are nobody
    /// else's business. Set once, before the call is started.
    package final var cell: UnsafeMutablePointer<platform_handle>?
    /// It was read since the host was told of it. Written by the owner without the lock.
    final let wasRead = Atomic<Bool>(false)
    /// The host was told of it and did not read it: it is left alone until it does.
    final var isParked = false
    // The list of those that may have something to read.
    final var isListed = false
    final var previousListed: Unmanaged<Waiter>?
    final var nextListed: Unmanaged<Waiter>?

    package init() {}

    deinit { platform_condition_free(condition) }

    /// The engine's clock has reached the deadline. Returns when to look again, or 0 when the deadline
    /// stands: then `hasExpired` is set. The lock is held.
    func deadlineReached(_ now: UInt64) -> UInt64 { 0 }

    /// The first bytes of a document have arrived. The lock is held.
    func documentBegan(_ now: UInt64) {}

    /// What `Engine.settleLater` put off can be done now. The lock is held.
    func settleNow() {}

    /// In a replay: what was recorded has come to a limit of time of the call. False: it has none. The lock is held.
    func limitWasReached() -> Bool { false }

    /// Nothing works any more: see `EngineFailure`. The lock is held.
    func engineFailed() {}
}
