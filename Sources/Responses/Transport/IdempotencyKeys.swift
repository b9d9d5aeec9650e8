import CPlatform
import Synchronization

/// Keys that no two requests share, within a client or beyond: 128 random bits, drawn once, and what each
/// request changes in them. They are no secret, so that is enough, and costs no system call a request.
struct IdempotencyKeys: ~Copyable {
    private var random: (UInt64, UInt64) = (0, 0)
    private let count = Atomic<UInt64>(0)

    init() { platform_random(&random, 16) }

    /// Any thread.
    func next() -> [UInt8] {
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        let prefix = ("libresponses-" as StaticString).buffer
        let digits = ("0123456789abcdef" as StaticString).buffer
        // Odd factor: no two numbers give the same product (Knuth, multiplicative hashing).
        var high = random.0 ^ (number &* 0x9E37_79B9_7F4A_7C15)
        var low = random.1 &+ number
        return Array(unsafeUninitializedCapacity: prefix.count + 32) { key, count in
            _ = key.update(fromContentsOf: prefix)
            count = prefix.count
            while count < key.count {
                key[count] = digits[Int(truncatingIfNeeded: high & 15)]
                key[count &+ 1] = digits[Int(truncatingIfNeeded: low & 15)]
                high >>= 4
                low >>= 4
                count = count &+ 2
            }
        }
    }
}
