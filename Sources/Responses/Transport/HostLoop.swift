import CPlatform
import Synchronization

/// The side of the engine that an event loop of the host sees: a descriptor that is readable while
/// there is something to do, and the calls that have something to read. Guarded by the engine's lock.
///
/// The descriptor is a set around the engine's and a flag for "calls to read". Threads that
/// block inside the library wait on the engine's alone, so that unread calls do not keep them awake.
///
/// A call that may have something to read is always in one of these states, so that none is forgotten
/// (`Tests/interleavings` goes through every order of events):
/// - *listed*: the flag is raised, and `takeNext` will come to it;
/// - *looked at*, in place of its user, by the thread that took it from the list;
/// - *named*: the host was told of it last, and will ask again, whereupon it is listed or parked;
/// - *parked*: the host was told of it, has asked again, and has not read it in between. It is left alone,
///   and marked: whoever reads it lists it again on the way out;
/// - *used and marked*: news came, or the list came to it, while its user was inside. He lists it on the
///   way out. In a call that is not marked, leaving costs one atomic instruction.
struct HostLoop {
    private var outer: Int32 = -1
    /// A descriptor that is always readable, and that the set waits for while it is raised.
    private var flag: Int32 = -1
    private var isRaised = false
    /// The flag in the engine's set that `dispatch` clears.
    private var wake: Int32 = -1
    /// The `errno` with which the flag could not be cleared; 0: it could.
    private(set) var clearFailure: Int32 = 0
    private var first: Unmanaged<Waiter>?
    private var last: Unmanaged<Waiter>?

    /// The waiter that the host was told of last, or is about to be told of.
    private var named: Unmanaged<Waiter>?
    /// Counts the takings, so that a thread knows whether `named` is still the one that it took.
    private(set) var taking: UInt64 = 0

    // MARK: taking

    /// Takes the next waiter, for a look at it: the thread is inside then.
    mutating func takeNext() -> Unmanaged<Waiter>? {
        settleNamed()
        while let entry = takeFirst() {
            if !entry._withUnsafeGuaranteedRef({ beginLook(at: $0) }) { continue }
            named = entry
            taking &+= 1
            return entry
        }
        if isRaised { clear() }
        return nil
    }

    @inline(__always)
    private func beginLook(at waiter: Waiter) -> Bool {
        // What was listed before its user had read it empty.
        guard waiter.mayHaveMore, let cell = waiter.cell else { return false }
        // Where somebody is inside, the cell is marked now.
        if platform_handle_begin_look(cell) == 0 { return false }
        waiter.wasRead.store(false, ordering: .relaxed)
        return true
    }

    /// The look that came with that taking found nothing. The thread leaves: true when it was the last
    /// inside, and the cell is to be closed without the lock.
    mutating func endVainLook(at waiter: Waiter, taking: UInt64) -> Bool {
        if taking == self.taking { named = nil }
        return leave(waiter, platform_share_look, keepsMark: false)
    }

    /// A user leaves a marked waiter. True as above.
    mutating func leaveMarked(_ waiter: Waiter) -> Bool {
        // The host was told of it and it is still not read: only something else was asked of it.
        let isTold =
            waiter.isParked || named?.toOpaque() == Unmanaged.passUnretained(waiter).toOpaque()
        return leave(
            waiter, platform_share_use,
            keepsMark: isTold && !waiter.wasRead.load(ordering: .relaxed))
    }

    private mutating func leave(_ waiter: Waiter, _ share: platform_share, keepsMark: Bool) -> Bool
    {
        guard let cell = waiter.cell else { return false }
        if platform_handle_leave_marked(cell, share, keepsMark ? 1 : 0) != 0 { return true }
        // It cannot be closed before the lock is given back, and is not listed when it was.
        if !keepsMark {
            waiter.isParked = false
            if waiter.mayHaveMore { list(waiter) }
        }
        return false
    }

    /// The host asks again: the one that it was told of comes up again behind the others when it was
    /// read and not read empty, and is parked when it was not read at all.
    private mutating func settleNamed() {
        named?._withUnsafeGuaranteedRef { settle($0) }
    }

    @inline(__always)
    private mutating func settle(_ waiter: Waiter) {
        guard let cell = waiter.cell else { return }
        named = nil
        if !waiter.wasRead.load(ordering: .acquiring) {
            if platform_handle_mark(cell) == 0 { return }
            // A reader who left before he could see the mark has said so before he left.
            if !waiter.wasRead.load(ordering: .acquiring) {
                waiter.isParked = true
                unlist(waiter)
                return
            }
            platform_handle_unmark(cell)
        }
        if waiter.mayHaveMore { list(waiter) }
    }

    // MARK: the descriptor

    /// `-errno` on failure.
    mutating func descriptor(over inner: Int32, wokenBy wake: Int32) -> Int32 {
        if outer >= 0 { return outer }
        self.wake = wake
        let set = platform_event_set_new()
        let event = platform_flag_new_raised()
        var outcome = min(set, event)
        if outcome >= 0 {
            outcome = min(
                platform_event_set_watch(set, inner, platform_readable, 0),
                platform_event_set_watch(set, event, 0, 0))
        }
        if outcome < 0 {
            for fd in [set, event] where fd >= 0 { CPlatform.close(fd) }
            return outcome
        }
        outer = set
        flag = event
        if first != nil || named != nil { raise() }
        return outer
    }

    /// The engine's descriptor is looked at no more.
    func detach(_ inner: Int32) {
        if outer >= 0 { _ = platform_event_set_remove(outer, inner) }
    }

    func close() {
        platform_event_set_close(outer)
        platform_flag_close(flag)
    }

    private mutating func raise() {
        if flag < 0 || isRaised { return }
        isRaised = true
        for _ in 0..<2
        where platform_event_set_change(outer, flag, platform_readable) == 0 { return }
        // Another takes its place: nothing else would tell the host.
        let other = platform_flag_new_raised()
        if other >= 0 {
            platform_flag_close(flag)
            flag = other
            if platform_event_set_watch(outer, flag, platform_readable, 0) >= 0 { return }
        }
        // The set does not change any more: the host is woken once, and again with the next news.
        isRaised = false
        _ = platform_flag_raise(wake)
    }

    private mutating func clear() {
        let outcome = platform_event_set_change(outer, flag, 0)
        if outcome == 0 {
            isRaised = false
        } else if clearFailure == 0 {
            clearFailure = outcome
        } else {
            // The engine has failed for it, and its calls have been told: rather silent than ready for ever.
            _ = platform_event_set_remove(outer, flag)
        }
    }

    // MARK: the list

    /// There may be something to read. When somebody is inside he lists it on the way out, and so does the
    /// reader of a parked one.
    mutating func list(_ waiter: Waiter) {
        guard let cell = waiter.cell, !waiter.isListed, !waiter.isGone, !waiter.isParked else {
            return
        }
        if platform_handle_mark_if_inside(cell) != 0 { return }
        waiter.isListed = true
        waiter.previousListed = last
        let entry = Unmanaged.passUnretained(waiter)
        if let last {
            last._withUnsafeGuaranteedRef { $0.nextListed = entry }
        } else {
            first = entry
        }
        last = entry
        raise()
    }

    private mutating func takeFirst() -> Unmanaged<Waiter>? {
        guard let entry = first else { return nil }
        entry._withUnsafeGuaranteedRef { unlink($0) }
        return entry
    }

    /// Takes a waiter out that is parked, or that is going away.
    mutating func unlist(_ waiter: Waiter) {
        if named?.toOpaque() == Unmanaged.passUnretained(waiter).toOpaque() { named = nil }
        if waiter.isListed { unlink(waiter) }
    }

    private mutating func unlink(_ waiter: Waiter) {
        let (previous, next) = (waiter.previousListed, waiter.nextListed)
        if let previous {
            previous._withUnsafeGuaranteedRef { $0.nextListed = next }
        } else {
            first = next
        }
        if let next {
            next._withUnsafeGuaranteedRef { $0.previousListed = previous }
        } else {
            last = previous
        }
        waiter.previousListed = nil
        waiter.nextListed = nil
        waiter.isListed = false
    }
}
