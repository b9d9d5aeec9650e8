import CPlatform

/// SHA-256 (FIPS 180-4) of bytes that come in pieces, and HMAC with it (RFC 2104).
package struct SHA256: ~Copyable {
    package static let bytes = 32
    private static let block = 64

    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
        0x5be0_cd19,
    ]
    private var words = [UInt32](repeating: 0, count: 64)
    /// The bytes of a block that is not full yet.
    private var rest: [UInt8] = []
    private var count: UInt64 = 0

    package init() {}

    package mutating func add(_ bytes: Input) {
        count = count &+ UInt64(truncatingIfNeeded: bytes.count)
        var place = 0
        if !rest.isEmpty {
            place = min(SHA256.block - rest.count, bytes.count)
            rest.append(contentsOf: bytes[..<place])
            if rest.count < SHA256.block { return }
            let full = rest
            full.withUnsafeBufferPointer { take($0, at: 0) }
            rest.removeAll(keepingCapacity: true)
        }
        while bytes.count - place >= SHA256.block {
            take(bytes, at: place)
            place += SHA256.block
        }
        rest.append(contentsOf: bytes[place...])
    }

    package consuming func digest() -> [UInt8] {
        let bits = count &<< 3
        var end: [UInt8] = [0x80]
        while (rest.count + end.count) % SHA256.block != 56 { end.append(0) }
        SHA256.append(bits, 8, to: &end)
        end.withUnsafeBufferPointer { add($0) }
        var digest: [UInt8] = []
        for word in state { SHA256.append(UInt64(word), 4, to: &digest) }
        return digest
    }

    /// The HMAC of pieces that follow each other.
    package static func authentication(_ pieces: [Input], key: [UInt8]) -> [UInt8] {
        var key = key
        if key.count > block {
            var hash = SHA256()
            key.withUnsafeBufferPointer { hash.add($0) }
            key = hash.digest()
        }
        while key.count < block { key.append(0) }
        var inner = SHA256()
        key.map { $0 ^ 0x36 }.withUnsafeBufferPointer { inner.add($0) }
        for piece in pieces { inner.add(piece) }
        var outer = SHA256()
        key.map { $0 ^ 0x5C }.withUnsafeBufferPointer { outer.add($0) }
        inner.digest().withUnsafeBufferPointer { outer.add($0) }
        return outer.digest()
    }

    @_optimize(speed)
    private mutating func take(_ bytes: Input, at start: Int) {
        for index in 0..<16 {
            var word: UInt32 = 0
            for byte in 0..<4 {
                word = word &<< 8 | UInt32(bytes[start &+ index &* 4 &+ byte])
            }
            words[index] = word
        }
        for index in 16..<64 {
            let (a, b) = (words[index - 15], words[index - 2])
            let small = SHA256.turn(a, 7) ^ SHA256.turn(a, 18) ^ a &>> 3
            let large = SHA256.turn(b, 17) ^ SHA256.turn(b, 19) ^ b &>> 10
            words[index] = words[index - 16] &+ small &+ words[index - 7] &+ large
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for index in 0..<64 {
            let ones = SHA256.turn(e, 6) ^ SHA256.turn(e, 11) ^ SHA256.turn(e, 25)
            let choice = e & f ^ ~e & g
            let first = h &+ ones &+ choice &+ SHA256.constant(index) &+ words[index]
            let zeros = SHA256.turn(a, 2) ^ SHA256.turn(a, 13) ^ SHA256.turn(a, 22)
            let second = zeros &+ (a & b ^ a & c ^ b & c)
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
        }
        for (index, value) in [a, b, c, d, e, f, g, h].enumerated() {
            state[index] = state[index] &+ value
        }
    }

    private static func turn(_ word: UInt32, _ bits: UInt32) -> UInt32 {
        word &>> bits | word &<< (32 &- bits)
    }

    private static func append(_ value: UInt64, _ count: Int, to bytes: inout [UInt8]) {
        for index in 0..<count {
            let shift = UInt64(truncatingIfNeeded: (count &- 1 &- index) &* 8)
            bytes.append(UInt8(truncatingIfNeeded: value &>> shift))
        }
    }

    /// The first 32 bits of the fractions of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2).
    private static func constant(_ index: Int) -> UInt32 { constants[index] }
    private static let constants: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
        0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
        0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
        0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
        0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
        0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
        0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
        0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
        0xc671_78f2,
    ]
}
