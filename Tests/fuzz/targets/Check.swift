import CPlatform

/// Ends the program with a message when something does not hold. Also in optimised builds.
func require(_ holds: Bool, _ what: StaticString) {
    if holds { return }
    let prefix: StaticString = "does not hold: "
    _ = write(2, prefix.utf8Start, prefix.utf8CodeUnitCount)
    _ = write(2, what.utf8Start, what.utf8CodeUnitCount)
    _ = write(2, "\n", 1)
    abort()
}

/// The bytes of a fuzzer's input, taken one by one from the front: zeros when there are no more.
struct Source {
    private let bytes: UnsafePointer<UInt8>
    private(set) var left: Int
    private var offset = 0

    init(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        self.bytes = bytes
        left = count
    }

    mutating func byte() -> UInt8 {
        if left == 0 { return 0 }
        left -= 1
        offset += 1
        return bytes[offset - 1]
    }

    /// At most `most` bytes as an array.
    mutating func take(_ most: Int) -> [UInt8] {
        let count = min(most, left)
        let taken = Array(UnsafeBufferPointer(start: bytes + offset, count: count))
        offset += count
        left -= count
        return taken
    }

    /// Bytes up to a line break, which is taken too.
    mutating func line() -> [UInt8] {
        var count = 0
        while count < left && bytes[offset + count] != 0x0A { count += 1 }
        let taken = take(count)
        _ = take(1)
        return taken
    }

    mutating func rest() -> [UInt8] { take(left) }
}

/// Text as the library wants it to scan: a copy that ends in NULs.
func makeText(_ bytes: [UInt8]) -> Text {
    guard let text = Text(bytes) else { abort() }
    return text
}

func array(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] { Array(bytes) }

func same(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    if a.count != b.count { return false }
    for index in a.indices where a[index] != b[index] { return false }
    return true
}

func same(_ a: UnsafeBufferPointer<UInt8>, _ b: [UInt8]) -> Bool {
    if a.count != b.count { return false }
    for index in b.indices where a[index] != b[index] { return false }
    return true
}

/// Neither a line break nor a NUL.
func isOneLine(_ bytes: [UInt8]) -> Bool {
    for byte in bytes where byte == 0x0A || byte == 0x0D || byte == 0 { return false }
    return true
}
