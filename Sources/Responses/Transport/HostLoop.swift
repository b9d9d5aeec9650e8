import CPlatform
import Synchronization

/// The side of the engine that an event loop of the host sees: a descriptor that is readable while
/// there is something to do, and the calls that have something to read. Guarded by the engine's lock.
///
/// The descriptor is an epoll set around the engine's and a flag for "calls to read". Threads that
/// block inside the library wait on the engine's alone, so that unread calls do not keep them awake.
struct HostLoop {
    private var outer: Int32 = -1
    private var flag: Int32 = -1
    private var isRaised = false
    private var first: Unmanaged<Waiter>?
    private var last: Unmanaged<Waiter>?

    /// The waiter that the host was told of last. It may have more to read.
    private var named: Unmanaged<Waiter>?

    var isEmpty: Bool { first == nil }

    /// The next waiter to look at. The one before comes up again behind the others when the host was told
    /// of it, has read it, and not read it empty.
    mutating func takeNext(afterNaming: Bool) -> Waiter? {
        if afterNaming { relistLast() }
        named = nil
        guard let waiter = takeFirst() else { return nil }
        waiter.wasRead.store(false, ordering: .relaxed)
        named = Unmanaged.passUnretained(waiter)
        return waiter
    }

    /// One that was not read at all is parked, so that a host may leave it alone.
    private mutating func relistLast() {
        guard let waiter = named?.takeUnretainedValue() else { return }
        if !waiter.wasRead.load(ordering: .relaxed) {
            waiter.isParked.store(true, ordering: .relaxed)
        } else if waiter.mayHaveMore.load(ordering: .relaxed) {
            list(waiter)
        }
    }

    /// A parked waiter is being read after all.
    mutating func unpark(_ waiter: Waiter) {
        waiter.isParked.store(false, ordering: .relaxed)
        list(waiter)
    }

    mutating func descriptor(over epoll: Int32) -> Int32 {
        if outer >= 0 { return outer }
        let set = platform_epoll_new()
        let event = platform_eventfd_new()
        guard set >= 0, event >= 0, platform_epoll_add(set, epoll, EPOLLIN.rawValue) == 0,
            platform_epoll_add(set, event, EPOLLIN.rawValue) == 0
        else {
            for fd in [set, event] where fd >= 0 { CPlatform.close(fd) }
            return -1
        }
        outer = set
        flag = event
        if !isEmpty { raise() }
        return outer
    }

    func close() {
        for fd in [outer, flag] where fd >= 0 { CPlatform.close(fd) }
    }

    private mutating func raise() {
        if flag >= 0 && !isRaised {
            isRaised = true
            platform_eventfd_raise(flag)
        }
    }

    mutating func list(_ waiter: Waiter) {
        if waiter.isListed || waiter.isGone || waiter.isParked.load(ordering: .relaxed) { return }
        waiter.isListed = true
        waiter.nextListed = nil
        let entry = Unmanaged.passUnretained(waiter)
        if let last {
            last._withUnsafeGuaranteedRef { $0.nextListed = entry }
        } else {
            first = entry
        }
        last = entry
        raise()
    }

    private mutating func takeFirst() -> Waiter? {
        guard let entry = first else {
            if isRaised {
                isRaised = false
                platform_eventfd_clear(flag)
            }
            return nil
        }
        let waiter = entry.takeUnretainedValue()
        first = waiter.nextListed
        if first == nil { last = nil }
        waiter.isListed = false
        waiter.nextListed = nil
        return waiter
    }

    /// Takes a waiter out that is going away.
    mutating func unlist(_ gone: Waiter) {
        if named?.takeUnretainedValue() === gone { named = nil }
        if !gone.isListed { return }
        gone.isListed = false
        var previous: Waiter?
        var entry = first
        while let waiter = entry?.takeUnretainedValue() {
            if waiter === gone {
                if let previous {
                    previous.nextListed = gone.nextListed
                } else {
                    first = gone.nextListed
                }
                if last?.takeUnretainedValue() === gone {
                    last = previous.map { Unmanaged.passUnretained($0) }
                }
                break
            }
            previous = waiter
            entry = waiter.nextListed
        }
        gone.nextListed = nil
    }
}
