import CPlatform

/// Bytes in C memory, ending in NUL, that do not change once they are handed out as text. As in
/// `ByteBuffer` there are `slack` zero bytes behind, so that it can be scanned.
///
/// Not `String`: its comparison and hashing need Unicode tables, and its storage is not ours to point
/// into.
package final class Text: @unchecked Sendable {
    package private(set) var base: UnsafeMutablePointer<UInt8>
    package private(set) var count: Int
    private let block: UnsafeMutablePointer<UInt8>
    /// As `platform_block_free` wants it.
    private let size: Int
    /// Overwritten before it is given back.
    private let isSecret: Bool

    private init(
        block: UnsafeMutablePointer<UInt8>, size: Int, room: Int, count: Int, isSecret: Bool = false
    ) {
        self.block = block
        self.size = size
        base = block + room
        self.count = count
        self.isSecret = isSecret
    }

    /// Copies bytes, with `room` bytes free in front; nil when memory is out. The block is had before the
    /// object: Embedded Swift leaks an object whose own initialiser fails.
    package convenience init?(
        copying bytes: UnsafePointer<UInt8>?, count: Int, room: Int = 0, isSecret: Bool = false
    ) {
        guard count < Int.max / 4, room < Int.max / 4,
            let block = platform_block_resize(nil, 0, room + count + ByteBuffer.slack)
        else { return nil }
        if let bytes, count > 0 { memcpy(block + room, bytes, count) }
        memset(block + room + count, 0, ByteBuffer.slack)
        self.init(
            block: block.assumingMemoryBound(to: UInt8.self),
            size: room + count + ByteBuffer.slack, room: room, count: count, isSecret: isSecret)
    }

    /// Takes over what is in a buffer, with the free bytes in front of it; nil when memory is out.
    package convenience init?(taking buffer: inout ByteBuffer) {
        let room = buffer.start
        let count = buffer.count
        guard let block = buffer.takeBlock() else {
            self.init(copying: buffer.bytes, count: count)
            return
        }
        self.init(block: block.start, size: block.size, room: room, count: count)
    }

    /// Lets the text begin elsewhere in its block, in the room that was left in front or further behind.
    package func moveBase(by distance: Int) {
        base += distance
        count -= distance
    }

    package convenience init?(_ text: StaticString) {
        self.init(copying: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    package convenience init?(_ bytes: [UInt8]) {
        self.init(copying: nil, count: bytes.count)
        // Only inside may the array's bytes be looked at.
        bytes.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress { memcpy(base, start, bytes.count) }
        }
    }

    @_disfavoredOverload  // of a literal it is the one above
    package convenience init?(_ message: Message) { self.init(message.bytes) }

    deinit {
        if isSecret { platform_wipe(base, count) }
        platform_block_free(block, size)
    }

    package var cString: UnsafePointer<CChar> {
        UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self)
    }

    package var buffer: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: base, count: count)
    }

    package var array: [UInt8] { Array(buffer) }

    package func equals(_ other: StaticString) -> Bool {
        count == other.utf8CodeUnitCount && memcmp(base, other.utf8Start, count) == 0
    }
}

/// `bytes` at `p` are the text, which has `count` bytes itself.
@inline(__always)
package func matches(_ p: UnsafePointer<UInt8>, _ text: StaticString) -> Bool {
    memcmp(p, text.utf8Start, text.utf8CodeUnitCount) == 0
}

/// Without the space and the control characters around it.
package func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    var start = 0
    var end = text.count
    while start < end && text[start] <= 0x20 { start += 1 }
    while end > start && text[end - 1] <= 0x20 { end -= 1 }
    return UnsafeBufferPointer(rebasing: text[start..<end])
}

/// Text that came in equals text that was compiled in.
package func equal(_ text: UnsafeBufferPointer<UInt8>, _ other: StaticString) -> Bool {
    if text.count != other.utf8CodeUnitCount { return false }
    guard let start = text.baseAddress else { return true }
    return matches(start, other)
}

package func equal(_ text: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Bool
{
    guard text.count == other.count else { return false }
    guard let start = text.baseAddress, let second = other.baseAddress else { return true }
    return memcmp(start, second, text.count) == 0
}

package func equal(_ text: [UInt8], _ other: StaticString) -> Bool {
    text.withUnsafeBufferPointer { equal($0, other) }
}

/// The bytes of text that were compiled in, copied.
package func bytes(_ text: StaticString) -> [UInt8] { Array(text.buffer) }

extension StaticString {
    /// The bytes where they are.
    @inline(__always)
    package var buffer: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}

/// Letters A to Z only, as header names and schemes want it (RFC 9110, 5.1).
@inline(__always)
package func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
}

package func equalIgnoringCase(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>)
    -> Bool
{
    if a.count != b.count { return false }
    for index in a.indices where lowercased(a[index]) != lowercased(b[index]) { return false }
    return true
}

package func decimal(_ value: Int64) -> [UInt8] {
    var rest = value.magnitude
    var count = value < 0 ? 2 : 1
    while rest >= 10 {
        rest /= 10
        count &+= 1
    }
    return Array(unsafeUninitializedCapacity: count) { digits, initialized in
        guard let first = digits.baseAddress else { return }
        var rest = value.magnitude
        var index = count
        repeat {
            index &-= 1
            first[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        if value < 0 { first.pointee = 0x2D }
        initialized = count
    }
}
