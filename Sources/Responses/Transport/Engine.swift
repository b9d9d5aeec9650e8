import CCurl
import CPlatform
import Synchronization

/// Drives all transfers of a client over one descriptor: sockets, timers and wake-ups are inside
/// it, so that a host polls one descriptor, and a thread that waits drives for all the others
/// (docs/adr/0002-engine.md).
///
/// Everything is guarded by one lock, which is never held while waiting or while code of the host runs.
package final class Engine {
    /// Nil until the first call: see `begin`.
    private(set) var multi: UnsafeMutableRawPointer?
    private let hasBegun = Atomic<Bool>(false)
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    let set: Int32
    private let timer: Int32
    private let wake: Int32
    let sockets: OpaquePointer
    let socketHooks: UnsafeMutablePointer<curl_socket_hooks>
    /// libcurl's cache of names, which all transfers use: see `ConnectLimit`. Made with the first.
    var names: UnsafeMutableRawPointer?
    /// Raised by `responses_client_interrupt`, also from signal handlers.
    package let interrupt: OpaquePointer
    let idempotencyKeys = IdempotencyKeys()
    /// The process that made the engine; see `platform_process_generation`.
    private let generation: UInt64

    /// A thread waits for descriptors, is about to, or handles what that has found; it drives for everybody.
    var isDriven = false
    /// libcurl has something to send that ends a stream of HTTP/2: see `sendFarewells`.
    var hasFarewell = false
    let events: UnsafeMutablePointer<platform_event>
    /// The time when the events that are being handled were fetched.
    var now: UInt64 = 0
    private var interruptsSeen: UInt64 = 0
    /// libcurl had no memory for a socket; see `endAll`.
    var isOutOfMemory = false
    /// And it must not be used any more: see `replaceMulti`.
    var isSpoilt = false
    /// libcurl must not be made to look at a socket now.
    var mustNotLook = false
    /// A system call that nothing works without has failed, and would fail again: see `EngineFailure`.
    package internal(set) var failure: EngineFailure?
    /// A transfer's socket could not be watched; see `endUnwatched`.
    var hasUnwatched = false

    var deadlines = DeadlineHeap()
    var curlDeadline: UInt64 = 0
    /// What the timer descriptor is set to; 0 when it is not.
    private var armedFor: UInt64 = 0

    /// Threads that sleep until there is news for them.
    private var sleepers: [Unmanaged<Waiter>] = []
    var drains: [Drain] = []
    /// Those that take leave of their servers.
    var farewells: [WebSocket] = []
    /// See `settleLater`.
    var unsettled: [Waiter] = []
    /// libcurl was given something to send besides a request.
    var hasToSend = false
    /// Those that libcurl has, in no order.
    var running: [Unmanaged<Transfer>] = []
    var sharing = SharedConnections()
    var idleBytes = IdleBytes()
    var blocks = InboxBlocks()
    /// Counts what transfers were given.
    var deliveries: UInt32 = 0
    var idleHandles: [EasyHandle] = []
    static let maximumIdleHandles = 8
    var hostLoop = HostLoop()

    // MARK: making and ending

    /// What an engine is made of; all of it has been had.
    private struct Parts {
        let lock: UnsafeMutablePointer<pthread_mutex_t>
        let sockets: OpaquePointer
        let events: UnsafeMutableRawPointer
        let hooks: UnsafeMutableRawPointer
        let interrupt: OpaquePointer
        let set: Int32
        let timer: Int32
        let wake: Int32
    }

    /// Does no I/O and starts no thread.
    package static func make() throws(ResponsesError) -> Engine {
        CurlLibrary.describe()
        let lock = platform_mutex_new()
        let sockets = platform_sockets_new()
        let events = calloc(
            platform_most_events, MemoryLayout<platform_event>.stride)
        let hooks = calloc(1, MemoryLayout<curl_socket_hooks>.stride)
        let set = platform_event_set_new()
        let timer = platform_timer_new()
        let wake = platform_flag_new()
        let interrupt = platform_interrupt_new(wake)
        var what: StaticString = "cannot open the descriptors of a client"
        var outcome = min(set, timer, wake)
        let hasDescriptors = outcome >= 0
        if hasDescriptors {
            outcome = min(
                platform_event_set_watch(set, timer, platform_readable, 0),
                platform_event_set_watch(set, wake, platform_readable, 0))
            what = "cannot watch a descriptor"
        }
        if let lock, let sockets, let events, let hooks, let interrupt, outcome >= 0 {
            return Engine(
                Parts(
                    lock: lock, sockets: sockets, events: events, hooks: hooks,
                    interrupt: interrupt, set: set, timer: timer, wake: wake))
        }
        platform_mutex_free(lock)
        platform_sockets_free(sockets)
        platform_interrupt_free(interrupt)
        free(events)
        free(hooks)
        for fd in [set, timer, wake] where fd >= 0 { close(fd) }
        if outcome >= 0 { throw ResponsesError.noMemory() }
        throw EngineFailure(what: what, number: -outcome).error
    }

    /// One that has no descriptors and reaches nobody, for calls whose bytes come from the program.
    package static func makeWithoutIO() throws(ResponsesError) -> Engine {
        let lock = platform_mutex_new()
        let sockets = platform_sockets_new()
        let events = calloc(1, MemoryLayout<platform_event>.stride)
        let hooks = calloc(1, MemoryLayout<curl_socket_hooks>.stride)
        let interrupt = platform_interrupt_new(-1)
        if let lock, let sockets, let events, let hooks, let interrupt {
            return Engine(
                Parts(
                    lock: lock, sockets: sockets, events: events, hooks: hooks,
                    interrupt: interrupt, set: -1, timer: -1, wake: -1))
        }
        platform_mutex_free(lock)
        platform_sockets_free(sockets)
        platform_interrupt_free(interrupt)
        free(events)
        free(hooks)
        throw ResponsesError.noMemory()
    }

    private init(_ parts: Parts) {
        generation = platform_process_generation()
        lock = parts.lock
        sockets = parts.sockets
        events = parts.events.assumingMemoryBound(to: platform_event.self)
        interrupt = parts.interrupt
        set = parts.set
        timer = parts.timer
        wake = parts.wake
        socketHooks = parts.hooks.assumingMemoryBound(to: curl_socket_hooks.self)
        socketHooks.pointee = curl_socket_hooks(
            open: platform_sockets_open, close: platform_sockets_close,
            context: UnsafeMutableRawPointer(sockets),
            before_lookup: { context in
                guard let context else { return }
                Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef {
                    $0.tellConnectLimit()
                }
            })
    }

    /// Before anybody waits for a call. What libcurl and its TLS need takes longer than all else of a client, and
    /// one that is made may never be used, or not by this process. Takes the lock itself.
    func begin() {
        if hasBegun.load(ordering: .acquiring) { return }
        CurlLibrary.setUp()
        // Without memory for it the first transfer is refused.
        if locked({ multi != nil || replaceMulti() }) { hasBegun.store(true, ordering: .releasing) }
    }

    deinit {
        if let multi { curl_multi_set_callbacks(multi, nil, nil, nil) }
        for drain in drains { curl_multi_remove_handle(multi, drain.transfer.easy) }
        for drain in drains { curl_easy_cleanup(drain.transfer.easy) }
        for socket in farewells { socket.transfer.giveUpHandle(multi) }
        for handle in idleHandles { curl_easy_cleanup(handle.easy) }
        cleanUpMulti()
        if let names { curl_share_cleanup(names) }
        blocks.freeAll()
        hostLoop.close()
        closeDescriptors()
        platform_sockets_free(sockets)
        platform_interrupt_free(interrupt)
        platform_mutex_free(lock)
        free(events)
        free(socketHooks)
    }

    private static func noteWakeUp(
        of multi: UnsafeMutableRawPointer, _ lowest: Int32, _ sockets: OpaquePointer,
        _ set: Int32
    ) {
        platform_find_wakeup(
            lowest, { $0.map { _ = curl_multi_wakeup($0) } }, multi, sockets, set)
    }

    private func cleanUpMulti() {
        guard let multi else { return }
        if platform_sockets_wakeup_is_own(sockets) != 0 {
            curl_multi_cleanup(multi)
        } else {
            // Rather memory that is lost than a descriptor of the host that is closed.
            platform_sockets_close_all(sockets)
        }
    }

    /// Begins, or begins anew, with libcurl, for which there is no transfer: see `endAll`. False when there is no
    /// memory for that either.
    func replaceMulti() -> Bool {
        let lowest = platform_lowest_free_descriptor()
        guard let made = curl_multi_init() else { return false }
        cleanUpMulti()
        platform_sockets_forget_wakeup(sockets)
        Engine.noteWakeUp(of: made, lowest, sockets, set)
        multi = made
        curlDeadline = 0
        isSpoilt = false
        setUp(made)
        return true
    }

    private func setUp(_ multi: UnsafeMutableRawPointer) {
        curl_multi_set_callbacks(
            multi,
            { easy, fd, what, context, known in
                guard let context else { return 0 }
                Unmanaged<Engine>.fromOpaque(context)._withUnsafeGuaranteedRef {
                    $0.socketChanged(easy, fd, what, isKnown: known != nil)
                }
                return 0  // anything else, and libcurl would refuse all that follows
            },
            { _, milliseconds, context in
                guard let context else { return 0 }
                Unmanaged<Engine>.fromOpaque(context)._withUnsafeGuaranteedRef {
                    $0.curlDeadline =
                        milliseconds < 0
                        ? 0 : platform_now() &+ UInt64(milliseconds) &* 1_000_000
                }
                return 0
            }, Unmanaged.passUnretained(self).toOpaque())
        // Many streams over one HTTP/2 connection, where that is chosen; libcurl's limit is 100.
        curl_multi_set_long(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, 1000)
    }

    // MARK: fork

    /// False in a child that inherited the engine: it must not be touched there.
    @inline(__always)
    package var isOurs: Bool { platform_process_generation() == generation }

    /// In a forked child: closes the child's copies of the descriptors and nothing else. libcurl is not
    /// asked for anything, because that would reach the parent's connections and event set.
    package func abandon() {
        if isAbandoned { return }
        isAbandoned = true
        platform_sockets_close_all(sockets)
        hostLoop.close()
        closeDescriptors()
    }
    private var isAbandoned = false

    private func closeDescriptors() {
        platform_event_set_close(set)
        platform_timer_close(timer)
        platform_flag_close(wake)
    }

    // MARK: the lock

    @inline(__always)
    package func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body()
    }

    // MARK: sockets and time

    private func socketChanged(
        _ easy: UnsafeMutableRawPointer?, _ fd: Int32, _ what: Int32, isKnown: Bool
    ) {
        if what == CURL_POLL_REMOVE {
            if let easy, let context = curl_private(easy) {
                Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef {
                    $0.webSocket?.noticeEnd()
                }
            }
            idleBytes.forget(fd)
            // One that stays in the set is found when it says that it is ready: see `judge`.
            _ = platform_event_set_remove(set, fd)
            return
        }
        var wanted: Int32 = 0
        if what & CURL_POLL_IN != 0 { wanted |= platform_readable }
        if what & CURL_POLL_OUT != 0 { wanted |= platform_writable }
        if let easy, let context = curl_private(easy) {
            Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef {
                $0.isListening = what & CURL_POLL_IN != 0
                if !$0.isListening { $0.webSocket?.noticeEnd() }
            }
        }
        let outcome = platform_event_set_watch(set, fd, wanted, isKnown ? 1 : 0)
        if outcome < 0 { noteUnwatched(easy, -outcome) }
        // Any pointer marks the socket as known; libcurl forgets it when the socket goes. Should it not
        // be noted, the next change finds out.
        if !isKnown { curl_multi_assign(multi, fd, UnsafeMutableRawPointer(socketHooks)) }
    }

    /// Sets the timer descriptor to the next deadline of all. One that is set too early is left: it
    /// costs a look later, and setting it costs a system call now.
    func armTimer() {
        var next = deadlines.nextDeadline
        if curlDeadline != 0 && (next == 0 || curlDeadline < next) { next = curlDeadline }
        let check = sharing.nextCheck
        if check != 0 && (next == 0 || check < next) { next = check }
        if next != 0 && (armedFor == 0 || next < armedFor) {
            setTimer(next)
            armedFor = next
        }
    }

    /// Changes when a waiter must look again; 0: no limit. The lock is held.
    func setDeadline(_ waiter: Waiter, _ deadline: UInt64) {
        deadlines.set(waiter, deadline)
        armTimer()
    }

    /// Brings a deadline forward; one that moves back is found out when the earlier one is reached.
    func setDeadlineIfEarlier(_ waiter: Waiter, _ deadline: UInt64) {
        if deadline != 0 && (waiter.deadline == 0 || deadline < waiter.deadline) {
            setDeadline(waiter, deadline)
        }
    }

    // MARK: driving, with the lock held

    /// Handles the descriptors that are ready, and everything that is due.
    func handle(_ count: Int32) {
        if count < 0 { return fail("cannot wait for descriptors", count) }
        now = platform_now()
        CurlLibrary.guardingSIGPIPE {
            for index in 0..<Int(count) {
                let fd = events[index].fd
                if fd == timer {
                    armedFor = 0
                    setTimer(0)
                } else if fd == wake {
                    let outcome = platform_flag_clear(wake)
                    if outcome < 0 { fail("cannot clear the wake-up flag", outcome) }
                } else if !isOutOfMemory {
                    var what: Int32 = 0
                    let ready = events[index].what
                    if ready & platform_readable != 0 { what |= CURL_CSELECT_IN }
                    if ready & platform_writable != 0 { what |= CURL_CSELECT_OUT }
                    if ready & platform_broken != 0 { what |= CURL_CSELECT_ERR }
                    let before = deliveries
                    act(fd, what)
                    // For one that is not read libcurl stores what comes over HTTP/2: that is another
                    // bound, of `SharedConnections`.
                    if deliveries == before && sharing.nextCheck == 0 {
                        judge(idleBytes.note(fd, isReadable: what != CURL_CSELECT_OUT), fd)
                    } else if !idleBytes.isEmpty {
                        idleBytes.forget(fd)
                    }
                }
            }
            if !isOutOfMemory { handleDueTimers() }
        }
        takeEndedTransfers()
        endUnwatched()
        settleAll()
        if hasFarewell { sendFarewells() }
        armTimer()
        tellInterrupted()
    }

    private func handleDueTimers() {
        if curlDeadline != 0 && curlDeadline <= now {
            curlDeadline = 0
            act(CURL_SOCKET_TIMEOUT, 0)
        }
        for transfer in sharing.takeOverfull(now) {
            halt(transfer)
            transfer.ended(CURLE_ABORTED_BY_CALLBACK)
        }
        while let entry = deadlines.firstDue(now) {
            let waiter = entry.takeUnretainedValue()  // kept: a drain ends itself here
            let later = waiter.deadlineReached(now)
            deadlines.set(waiter, later)
            if later == 0 {
                waiter.hasExpired = true
                tell(waiter)
            }
        }
    }

    /// Lets libcurl do what a socket or its timer is ready for. False when it had no memory for that.
    @discardableResult
    func act(_ fd: Int32, _ what: Int32) -> Bool {
        guard let multi else { return true }
        var running: Int32 = 0
        if curl_multi_socket_action(multi, fd, what, &running) == CURLM_OK { return true }
        isOutOfMemory = true
        return false
    }

    func takeEndedTransfers() {
        guard let multi else { return }
        var code = CURLE_OK
        var isBroken = false
        while let easy = curl_multi_next_ended(multi, &code) {
            guard let context = curl_private(easy) else { continue }
            // Kept: a transfer that nobody reads any more goes away here.
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            noteIdleConnection(of: transfer)
            halt(transfer, isOver: true)
            transfer.ended(code)
            if code != CURLE_OK && transfer.maySpeakHTTP2 { isBroken = true }
            if transfer.owner == nil { endDrain(transfer) }
        }
        if isBroken && !isOutOfMemory {
            let others = sharing  // a copy, as looking may pause one
            CurlLibrary.guardingSIGPIPE { others.lookAtAll() }
        }
        if isOutOfMemory { endAll() }
    }

    // MARK: news

    /// There is something for this waiter: wakes its thread, and lists its call for the host.
    func tell(_ waiter: Waiter) {
        waiter.hasNews = true
        if waiter.sleeperIndex >= 0, let condition = waiter.condition {
            pthread_cond_signal(condition)
        }
        hostLoop.list(waiter)
    }

    private func tellInterrupted() {
        let count = platform_interrupt_count(interrupt)
        if count == interruptsSeen { return }
        interruptsSeen = count
        tellSleepers()
    }

    func tellSleepers() {
        for sleeper in sleepers {
            sleeper._withUnsafeGuaranteedRef { waiter in
                if let condition = waiter.condition { pthread_cond_signal(condition) }
            }
        }
    }

    // MARK: waiting

    package enum WaitOutcome { case news, timedOut, interrupted, noMemory }

    /// Waits until there is news for the waiter, or until `deadline` (0: no limit), or until the client
    /// is interrupted: `interrupts` is the count that is not news any more.
    ///
    /// The first thread that waits drives for all; when it leaves it hands over to one that sleeps. A
    /// deadline that has passed already is no reason not to drive once: a program may poll.
    package func wait(_ waiter: Waiter, until deadline: UInt64, interrupts: UInt64) -> WaitOutcome {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        var isDriving = false
        // Before all else: there may always be news, which is not always something to read.
        if platform_interrupt_count(interrupt) != interrupts { return .interrupted }
        // Whoever leaves while nobody drives hands over: the thread that was woken to drive may be
        // leaving for a reason of its own.
        defer { if isDriving || !isDriven { handOver() } }
        while !waiter.hasNews {
            // The owner finds the reason.
            if failure != nil {
                waiter.hasNews = true
                return .news
            }
            let isLate = deadline != 0 && platform_now() >= deadline
            // Where another thread drives it does what is to be done.
            if isLate && (isDriving || isDriven) { return .timedOut }
            if isDriving || !isDriven {
                isDriving = true
                isDriven = true
                drive(until: deadline)
            } else if !sleep(waiter, until: deadline) {
                return .noMemory
            }
            if !waiter.hasNews && platform_interrupt_count(interrupt) != interrupts {
                return .interrupted
            }
        }
        return .news
    }

    private func drive(until deadline: UInt64) {
        var milliseconds: Int32 = -1
        if deadline != 0 {
            let now = platform_now()
            let left = deadline > now ? (deadline - now + 999_999) / 1_000_000 : 0
            milliseconds = Int32(clamping: left)
        }
        pthread_mutex_unlock(lock)
        let count = platform_event_set_wait(set, events, milliseconds)
        pthread_mutex_lock(lock)
        handle(count)
    }

    private func sleep(_ waiter: Waiter, until deadline: UInt64) -> Bool {
        if waiter.condition == nil { waiter.condition = platform_condition_new() }
        guard let condition = waiter.condition else { return false }
        waiter.sleeperIndex = sleepers.count
        sleepers.append(Unmanaged.passUnretained(waiter))
        platform_condition_wait(condition, lock, deadline)
        let index = waiter.sleeperIndex
        let last = sleepers.removeLast()
        if index < sleepers.count {
            sleepers[index] = last
            last._withUnsafeGuaranteedRef { $0.sleeperIndex = index }
        }
        waiter.sleeperIndex = -1
        return true
    }

    private func handOver() {
        isDriven = false
        sleepers.first?._withUnsafeGuaranteedRef { waiter in
            if let condition = waiter.condition { pthread_cond_signal(condition) }
        }
    }

    /// Wakes the thread that drives, so that it looks at its own call again.
    func wakeDriver() {
        if !isDriven || platform_flag_raise(wake) == 0 { return }
        wakeByTimer()
    }

    /// Where the descriptor that is there for that cannot be raised.
    func wakeByTimer() {
        setTimer(1)
        armedFor = 1
    }

    /// 0: never. One that cannot be set would leave calls without their limits, or be ready for ever.
    private func setTimer(_ deadline: UInt64) {
        if timer < 0 { return }  // made without
        let outcome = platform_timer_set(timer, deadline)
        if outcome < 0 { fail("cannot set a timer", outcome) }
    }

    // MARK: the host's event loop

    /// The descriptor for the host's loop; made when it is first asked for. -errno on failure.
    package func hostDescriptor() -> Int32 {
        locked { failure.map { -$0.number } ?? hostLoop.descriptor(over: set, wokenBy: wake) }
    }

    /// Does what can be done now. When another thread drives, that one does it.
    package func dispatch() { locked { dispatchWithLock() } }

    func dispatchWithLock() {
        if isDriven || failure != nil { return }
        isDriven = true
        handle(platform_event_set_wait(set, events, 0))
        isDriven = false
    }
}
