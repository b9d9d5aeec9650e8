/// Something to be done later; cancelling it is safe at any time.
final class Timer {
    fileprivate let deadline: EventLoop.Nanoseconds
    fileprivate let order: UInt64
    fileprivate var action: (() -> Void)?

    fileprivate init(
        deadline: EventLoop.Nanoseconds, order: UInt64, action: @escaping () -> Void
    ) {
        self.deadline = deadline
        self.order = order
        self.action = action
    }

    func cancel() { action = nil }

    /// It has run, or was cancelled.
    var isOver: Bool { action == nil }

    /// Equal deadlines run in the order they were set.
    fileprivate func isBefore(_ other: Timer) -> Bool {
        (deadline, order) < (other.deadline, other.order)
    }
}

/// A binary heap by deadline. Cancelled timers stay in it, empty, until they come to the top.
struct TimerHeap {
    private var heap: [Timer] = []
    private var nextOrder: UInt64 = 0

    var earliest: EventLoop.Nanoseconds? { heap.first?.deadline }

    mutating func insert(
        _ deadline: EventLoop.Nanoseconds, _ action: @escaping () -> Void
    ) -> Timer {
        let timer = Timer(deadline: deadline, order: nextOrder, action: action)
        nextOrder += 1
        heap.append(timer)
        siftUp(heap.count - 1)
        return timer
    }

    /// Removes and returns the earliest action that is due and was not cancelled.
    mutating func popDue(_ now: EventLoop.Nanoseconds) -> (() -> Void)? {
        while let first = heap.first, first.deadline <= now {
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
            siftDown(0)
            if let action = first.action {
                first.action = nil
                return action
            }
        }
        return nil
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].isBefore(heap[least]) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
