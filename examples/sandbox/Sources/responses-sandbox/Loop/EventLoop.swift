import CLinux
import Glibc

/// One thread, one epoll set, one heap of timers.
///
/// Nothing in the server runs beside anything else: state needs no locks, the order of events is
/// that of the code, and pacing five hundred streams costs one timer descriptor.
final class EventLoop {
    typealias Nanoseconds = Int64

    private let epoll: Int32
    private let timerDescriptor: Int32
    private var handlers: [Int32: (UInt32) -> Void] = [:]
    private var timers = TimerHeap()
    private var armedFor: Nanoseconds = .max
    private var isRunning = false
    private var deferred: [() -> Void] = []

    init() throws {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        timerDescriptor = sandbox_timer_descriptor()
        guard epoll >= 0, timerDescriptor >= 0 else { throw SystemError("epoll") }
        watch(timerDescriptor, for: EPOLLIN.rawValue) { [unowned self] _ in
            var expirations: UInt64 = 0
            _ = read(timerDescriptor, &expirations, 8)
        }
    }

    static func now() -> Nanoseconds {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Nanoseconds(time.tv_sec) * 1_000_000_000 + Nanoseconds(time.tv_nsec)
    }

    /// Calls the handler with the ready events of the descriptor until `forget`.
    func watch(_ descriptor: Int32, for events: UInt32, handler: @escaping (UInt32) -> Void) {
        handlers[descriptor] = handler
        control(EPOLL_CTL_ADD, descriptor, events)
    }

    func change(_ descriptor: Int32, to events: UInt32) {
        control(EPOLL_CTL_MOD, descriptor, events)
    }

    func forget(_ descriptor: Int32) {
        guard handlers.removeValue(forKey: descriptor) != nil else { return }
        control(EPOLL_CTL_DEL, descriptor, 0)
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ events: UInt32) {
        var event = epoll_event()
        event.events = events
        event.data.fd = descriptor
        _ = epoll_ctl(epoll, operation, descriptor, &event)
    }

    /// Runs the action at the given monotonic time, or soon after.
    @discardableResult
    func schedule(at deadline: Nanoseconds, _ action: @escaping () -> Void) -> Timer {
        timers.insert(deadline, action)
    }

    @discardableResult
    func schedule(afterMilliseconds milliseconds: Int, _ action: @escaping () -> Void) -> Timer {
        schedule(at: Self.now() + Nanoseconds(milliseconds) * 1_000_000, action)
    }

    /// Runs the action once the current round of ready descriptors and timers is through.
    func soon(_ action: @escaping () -> Void) { deferred.append(action) }

    func stop() { isRunning = false }

    func run() {
        isRunning = true
        var ready = [epoll_event](repeating: epoll_event(), count: 256)
        while isRunning {
            runDeferred()
            armTimer()
            let count = epoll_wait(epoll, &ready, Int32(ready.count), deferred.isEmpty ? -1 : 0)
            for index in 0..<max(0, Int(count)) {
                // An earlier handler of this round may have closed the descriptor.
                handlers[ready[index].data.fd]?(ready[index].events)
            }
            runTimers()
        }
    }

    private func runDeferred() {
        let actions = deferred
        deferred.removeAll(keepingCapacity: true)
        for action in actions { action() }
    }

    private func armTimer() {
        guard let deadline = timers.earliest, deadline != armedFor else { return }
        armedFor = deadline
        _ = sandbox_timer_arm(timerDescriptor, deadline)
    }

    private func runTimers() {
        let now = Self.now()
        while let action = timers.popDue(now) { action() }
        if armedFor <= now { armedFor = .max }
    }
}

/// A failed system call, with what errno said at that moment.
struct SystemError: Error, CustomStringConvertible {
    let description: String

    init(_ call: String) { description = "\(call): \(String(cString: strerror(errno)))" }
}
