/// The waiters with a deadline, the next one first: a binary heap in which each knows its place, so
/// that one of thousands can be moved or taken out without a search.
package struct DeadlineHeap {
    private var entries: [Unmanaged<Waiter>] = []

    package init() {}

    package var nextDeadline: UInt64 {
        entries.first.map { $0._withUnsafeGuaranteedRef { $0.deadline } } ?? 0
    }

    /// The first waiter whose deadline has come.
    package func firstDue(_ now: UInt64) -> Unmanaged<Waiter>? {
        guard let first = entries.first else { return nil }
        return first._withUnsafeGuaranteedRef { $0.deadline } <= now ? first : nil
    }

    /// Puts in, moves or, with 0, takes out.
    package mutating func set(_ waiter: Waiter, _ deadline: UInt64) {
        let index = waiter.heapIndex
        if deadline == 0 {
            if index >= 0 { remove(at: index) }
            waiter.deadline = 0
            return
        }
        let before = waiter.deadline
        waiter.deadline = deadline
        if index < 0 {
            waiter.heapIndex = entries.count
            entries.append(Unmanaged.passUnretained(waiter))
            up(entries.count - 1)
        } else if deadline < before {
            up(index)
        } else {
            down(index)
        }
    }

    private mutating func remove(at index: Int) {
        let last = entries.count - 1
        entries[index]._withUnsafeGuaranteedRef { $0.heapIndex = -1 }
        if index != last {
            entries[index] = entries[last]
            entries[index]._withUnsafeGuaranteedRef { $0.heapIndex = index }
            entries.removeLast()
            up(index)
            down(index)
        } else {
            entries.removeLast()
        }
    }

    private func deadline(_ index: Int) -> UInt64 {
        entries[index]._withUnsafeGuaranteedRef { $0.deadline }
    }

    private mutating func exchange(_ a: Int, _ b: Int) {
        entries.swapAt(a, b)
        entries[a]._withUnsafeGuaranteedRef { $0.heapIndex = a }
        entries[b]._withUnsafeGuaranteedRef { $0.heapIndex = b }
    }

    private mutating func up(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            if deadline(parent) <= deadline(index) { return }
            exchange(parent, index)
            index = parent
        }
    }

    private mutating func down(_ start: Int) {
        var index = start
        while true {
            var smallest = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < entries.count && deadline(child) < deadline(smallest) { smallest = child }
            if smallest == index { return }
            exchange(smallest, index)
            index = smallest
        }
    }
}
