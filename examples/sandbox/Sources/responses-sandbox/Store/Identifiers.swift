/// Ids that look random and are not: the seed and a counter, hashed.
///
/// The same requests in the same order after the start get the same ids.
final class Identifiers {
    let seed: UInt64
    private var counter: UInt64 = 0
    /// How many digits come behind the prefix.
    var length = Identifiers.usualLength

    static let usualLength = 50

    init(seed: UInt64) { self.seed = seed }

    /// The prefix and fifty lower-case hexadecimal digits, as in `resp_…`.
    func next(_ prefix: String) -> String { prefix + digits(length, of: "0123456789abcdef") }

    /// `call_` and twenty-four letters and digits.
    func nextCall() -> String { "call_" + digits(24, of: DeterministicRandom.alphanumerics) }

    /// `steer_` and thirty-two digits.
    func nextSteer() -> String { "steer_" + digits(32, of: "0123456789abcdef") }

    func reset() { counter = 0 }

    private func digits(_ count: Int, of alphabet: StaticString) -> String {
        counter += 1
        var random = DeterministicRandom(seed: seed, stream: counter)
        var text = Bytes()
        random.append(count, of: alphabet, to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

/// SplitMix64: small, fast, and the same on every machine.
struct DeterministicRandom {
    static let alphanumerics: StaticString =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    private var state: UInt64

    init(seed: UInt64, stream: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 ^ stream &* 0xBF58_476D_1CE4_E5B9
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    mutating func append(_ count: Int, of alphabet: StaticString, to bytes: inout Bytes) {
        let size = UInt64(alphabet.utf8CodeUnitCount)
        var pool: UInt64 = 0
        for index in 0..<count {
            // Eight digits out of each step: obfuscation is made for every single delta.
            if index % 8 == 0 { pool = next() }
            bytes.append(alphabet.utf8Start[Int((pool & 0xFF) % size)])
            pool >>= 8
        }
    }
}

/// A number from a text, the same in every run of the program, unlike `hashValue`.
func stableHash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}
