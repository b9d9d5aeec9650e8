import CPlatform

/// Bytes that arrive, in C memory: checked allocation, and always `slack` zero bytes behind the last.
///
/// The slack is what lets the decoders run without a bounds check for every byte: each of their loops
/// stops at a zero, and a 16-byte load that begins inside stays inside the block.
package struct ByteBuffer: ~Copyable {
    /// Zero bytes that are always readable after the content.
    package static let slack = 32

    /// The block; nil until something was stored.
    package private(set) var base: UnsafeMutablePointer<UInt8>?
    /// Where unread content begins and where it ends, as offsets from `base`.
    package private(set) var start = 0
    package private(set) var end = 0
    package private(set) var capacity = 0

    package init() {}

    deinit { giveUpBlock() }

    @inline(__always)
    private func giveUpBlock() {
        if let base { platform_block_free(base, capacity &+ ByteBuffer.slack) }
    }

    /// Gives the block room for so many bytes. False, and nothing changed, when memory is out.
    @inline(__always)
    private mutating func resize(to total: Int) -> Bool {
        let size = base == nil ? 0 : capacity &+ ByteBuffer.slack
        guard let block = platform_block_resize(base, size, total &+ ByteBuffer.slack) else {
            return false
        }
        base = block.assumingMemoryBound(to: UInt8.self)
        capacity = total
        return true
    }

    @inline(__always) package var count: Int { end &- start }
    @inline(__always) package var isEmpty: Bool { end == start }

    /// The first unread byte. Only to be used when the buffer is not empty.
    @inline(__always) package var bytes: UnsafeMutablePointer<UInt8> {
        (base ?? ByteBuffer.nothing) + start
    }

    /// Stands in for the block of an empty buffer, so that reading it finds a zero.
    private static var nothing: UnsafeMutablePointer<UInt8> { platform_nothing() }

    /// Makes room for `more` bytes behind the content. False when memory is out.
    package mutating func reserve(_ more: Int) -> Bool {
        if capacity &- end >= more { return true }
        return grow(more)
    }

    @inline(never)
    private mutating func grow(_ more: Int) -> Bool {
        if start > 0 && count &+ more <= capacity && start >= count {
            // Enough room in front, and moving costs no more than what was read since the last move.
            moveToFront()
            return true
        }
        let (needed, overflow) = end.addingReportingOverflow(more)
        if overflow || needed > Int.max / 4 { return false }
        // Doubling keeps appending linear; the pages of large blocks are only used when touched.
        let rounded = max(needed, capacity &* 2, 512)
        if !resize(to: rounded) { return false }
        terminate()
        return true
    }

    /// Reserves exactly `total` bytes of room, for a body whose length was announced.
    package mutating func reserveExactly(_ total: Int) -> Bool {
        if capacity >= total { return true }
        if !resize(to: total) { return false }
        terminate()
        return true
    }

    /// Moves what is unread to the beginning of the block.
    package mutating func moveToFront() {
        if let base { memmove(base, base + start, count + ByteBuffer.slack) }
        end = count
        start = 0
    }

    /// Makes room for `count` bytes at the end that are written later. False when memory is out.
    package mutating func extend(by count: Int) -> Bool {
        if !reserveExactly(end &+ count) { return false }
        end = end &+ count
        terminate()
        return true
    }

    /// Where what is written next goes; there is as much room as was reserved.
    @inline(__always) package var tail: UnsafeMutablePointer<UInt8> {
        (base ?? ByteBuffer.nothing) + end
    }

    /// What was written from `tail` on is content, up to there.
    @inline(__always)
    package mutating func commit(to place: UnsafeMutablePointer<UInt8>) {
        if let base { end = place - base }
        terminate()
    }

    /// As `extend`, and grows by more than is asked for, as appending does.
    package mutating func extendWithRoom(by count: Int) -> Bool {
        if !reserve(count) { return false }
        end = end &+ count
        return true
    }

    /// Lets go of all but `count` bytes from `place` on, of the unread ones.
    package mutating func narrow(to place: Int, _ count: Int) {
        start = start &+ min(place, self.count)
        truncate(to: count)
    }

    /// Gives back the block's room behind the content.
    package mutating func fit() {
        if base != nil { _ = resize(to: end) }
    }

    @inline(__always)
    private func terminate() {
        if let base { memset(base + end, 0, ByteBuffer.slack) }
    }

    /// Adds bytes at the end. False, and nothing changed, when memory is out.
    @_optimize(speed) @inline(never)
    package mutating func append(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        if !reserve(count) { return false }
        guard let base else { return count == 0 }
        memcpy(base + end, bytes, count)
        end = end &+ count
        terminate()
        return true
    }

    /// Adds bytes and a zero behind them.
    package mutating func appendTerminated(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard reserve(count &+ 1), let base else { return false }
        memcpy(base + end, bytes, count)
        end = end &+ count &+ 1
        base[end &- 1] = 0
        terminate()
        return true
    }

    @inline(never)
    package mutating func append(_ byte: UInt8) -> Bool {
        if !reserve(1) { return false }
        guard let base else { return false }
        base[end] = byte
        end = end &+ 1
        terminate()
        return true
    }

    package mutating func append(_ text: StaticString) -> Bool {
        append(text.utf8Start, text.utf8CodeUnitCount)
    }

    package mutating func append(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let start = text.baseAddress else { return true }
        return append(start, text.count)
    }

    /// Overwrites everything and keeps the block.
    package mutating func wipe() {
        if let base { platform_wipe(base, end) }
        removeAll()
    }

    /// Drops everything but keeps the block.
    package mutating func removeAll() {
        start = 0
        end = 0
        terminate()
    }

    /// Drops everything, and the block too when it is larger than `limit`.
    package mutating func reset(keeping limit: Int) {
        if capacity > limit {
            giveUpBlock()
            base = nil
            capacity = 0
        }
        removeAll()
    }

    /// Marks the first `count` unread bytes as read.
    @inline(__always)
    package mutating func consume(_ count: Int) { start = start &+ count }

    /// Takes out the unread bytes from `from` to `end`.
    package mutating func cut(_ from: Int, to end: Int) {
        let bytes = bytes
        memmove(bytes + from, bytes + end, count &- end)
        truncate(to: count &- (end &- from))
    }

    /// Forgets everything after the first `count` unread bytes.
    package mutating func truncate(to count: Int) {
        end = start &+ min(count, self.count)
        terminate()
    }

    /// Leaves `room` free bytes in front of the content of a buffer that is empty, so that the rest of
    /// a cut event can be put there later (`prepend`).
    package mutating func leaveHeadroom(_ room: Int) -> Bool {
        start = 0
        end = 0
        if !reserve(room) { return false }
        start = room
        end = room
        terminate()
        return true
    }

    /// Puts bytes in front of the content when there is room for them.
    package mutating func prepend(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard let base, start >= count else { return count == 0 }
        start = start &- count
        memcpy(base + start, bytes, count)
        return true
    }

    /// Gives the block away when the buffer is empty and has exactly that much room; nil: it is kept.
    package mutating func giveBlock(ofRoom room: Int) -> UnsafeMutablePointer<UInt8>? {
        guard isEmpty, capacity == room else { return nil }
        let block = base
        base = nil
        start = 0
        end = 0
        capacity = 0
        return block
    }

    /// Takes over a block with that much room and `slack` bytes behind it; the buffer has none.
    package mutating func adopt(_ block: UnsafeMutablePointer<UInt8>, room: Int) {
        base = block
        capacity = room
    }

    /// Gives the block away, shrunk to what is in use, with its size for `platform_block_free`; nil where there is
    /// none.
    package mutating func takeBlock() -> (start: UnsafeMutablePointer<UInt8>, size: Int)? {
        fit()
        guard let base else { return nil }
        let size = capacity &+ ByteBuffer.slack
        self.base = nil
        start = 0
        end = 0
        capacity = 0
        return (base, size)
    }

    /// The content as text that ends in NUL.
    package var cString: UnsafePointer<CChar> {
        UnsafeRawPointer(bytes).assumingMemoryBound(to: CChar.self)
    }

    /// The content as text of the library, copied.
    package func copy() -> Text? { Text(copying: bytes, count: count) }

    /// The content as text that takes over the block, cut to its size; nothing is copied. Nil when there
    /// is no block and no memory for one. The buffer is empty then.
    package mutating func takeText() -> Text? {
        if base == nil || start > 0 {
            let copied = copy()
            reset(keeping: 0)
            return copied
        }
        return Text(taking: &self)
    }
}
