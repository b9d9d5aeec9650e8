import CPlatform
import Synchronization

/// Which calls have something to read, for hosts with an event loop.
extension Engine {
    /// The handle of a call that has something to read. It comes up again until it was read empty; nil
    /// when there is none, and the host's descriptor is quiet then.
    package func nextReady() -> OpaquePointer? {
        // Not counted: who looks at a call keeps it.
        var looked: Unmanaged<Waiter>?
        var taking: UInt64 = 0
        while true {
            var isLast = false
            let cellLookedAt = looked?._withUnsafeGuaranteedRef { $0.cell }
            let next: Unmanaged<Waiter>? = locked {
                if let looked {
                    isLast = looked._withUnsafeGuaranteedRef {
                        hostLoop.endVainLook(at: $0, taking: taking)
                    }
                }
                guard let entry = hostLoop.takeNext() else {
                    if hostLoop.clearFailure != 0 {
                        fail("cannot clear the wake-up flag", hostLoop.clearFailure)
                    }
                    return nil
                }
                taking = hostLoop.taking
                return entry
            }
            if isLast, let cellLookedAt { platform_handle_last_is_out(cellLookedAt) }
            guard let next, let cell = next._withUnsafeGuaranteedRef({ $0.cell }) else {
                return nil
            }
            looked = next
            let hasMore = next._withUnsafeGuaranteedRef {
                // safe: only calls have a handle of the host.
                unsafeDowncast($0, to: Call.self).hasSomethingToRead()
            }
            if hasMore {
                if platform_handle_end_look(cell) != 0 { return OpaquePointer(cell) }
                looked = nil  // freed meanwhile, perhaps by the log
            }
        }
    }
}

extension Call {
    /// Looks whether there is something to read, in place of the user.
    func hasSomethingToRead() -> Bool {
        if isReadToEnd.load(ordering: .relaxed) { return false }
        // An event that the reader holds stays as it is: such a call may have more, and is named unseen.
        return reading.hasLentEvent || lookAhead()
    }

    /// The user leaves a call that is marked: the host's loop has passed it over, or left it alone.
    package func leaveMarked() {
        guard let cell else { return }
        guard engine.isOurs else {
            // A callback has forked. The lock may be another thread's, which is not here.
            if platform_handle_leave_marked(cell, platform_share_use, 1) != 0 {
                platform_handle_last_is_out(cell)
            }
            return
        }
        if engine.locked({ engine.hostLoop.leaveMarked(self) }) {
            platform_handle_last_is_out(cell)
        }
    }
}
