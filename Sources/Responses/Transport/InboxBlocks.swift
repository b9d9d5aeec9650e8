import CPlatform

/// The blocks in which arrives what calls read next. A stream has one from the arrival of bytes until they
/// are read, and nothing in between: of many streams most have nothing to read, and those that have use
/// memory that the processor has in its cache. Guarded by the engine's lock.
///
/// A stream that needs a larger block keeps it, as it will need it again (`EventStreamDecoder.refill`).
struct InboxBlocks {
    private static let room = ByteBufferLimits.kept
    private static let size = room + ByteBuffer.slack
    /// As many as there are sockets that are found ready at a time.
    private static let maximum = 64

    /// Each has the address of the next one in its first bytes.
    private var first: UnsafeMutableRawPointer?
    private var count = 0

    /// Gives a block to an inbox that has none. False when memory is out.
    @inline(__always)
    mutating func lend(to inbox: inout ByteBuffer) -> Bool {
        guard let block = first ?? platform_block_resize(nil, 0, InboxBlocks.size) else {
            return false
        }
        if first != nil {
            first = block.load(as: UnsafeMutableRawPointer?.self)
            count &-= 1
        }
        inbox.adopt(block.assumingMemoryBound(to: UInt8.self), room: InboxBlocks.room)
        return inbox.leaveHeadroom(EventStreamDecoder.headroom)
    }

    /// Takes the block of a buffer that was read empty.
    @inline(__always)
    mutating func takeBack(from buffer: inout ByteBuffer) {
        guard let block = buffer.giveBlock(ofRoom: InboxBlocks.room) else { return }
        let place = UnsafeMutableRawPointer(block)
        if count >= InboxBlocks.maximum {
            platform_block_free(place, InboxBlocks.size)
            return
        }
        place.storeBytes(of: first, as: UnsafeMutableRawPointer?.self)
        first = place
        count &+= 1
    }

    /// Nobody needs them now.
    mutating func freeAll() {
        while let block = first {
            first = block.load(as: UnsafeMutableRawPointer?.self)
            platform_block_free(block, InboxBlocks.size)
        }
        count = 0
    }
}
