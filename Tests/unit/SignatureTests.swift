import Testing

@testable import Responses

/// SHA-256, HMAC and base64, by the vectors of their standards.
struct SignatureTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private func digest(_ pieces: [[UInt8]]) -> String {
        var hash = SHA256()
        for piece in pieces { piece.withUnsafeBufferPointer { hash.add($0) } }
        return hex(hash.digest())
    }

    /// FIPS 180-4, and the million letters of NIST's examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ])
    func digestsOfTheStandard(_ text: String, _ expected: String) {
        #expect(digest([Array(text.utf8)]) == expected)
    }

    @Test func piecesDoNotMatter() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let whole = digest([bytes])
        for first in [0, 1, 55, 56, 63, 64, 65, 128, 299, 300] {
            for second in [0, 1, 63, 64, 65] where first + second <= bytes.count {
                let pieces = [
                    Array(bytes[..<first]), Array(bytes[first..<first + second]),
                    Array(bytes[(first + second)...]),
                ]
                #expect(digest(pieces) == whole)
            }
        }
        #expect(digest(bytes.map { [$0] }) == whole)
    }

    /// RFC 4231: the cases with a short key, and with one that is longer than a block.
    @Test func authenticationsOfTheStandard() {
        func authentication(_ key: [UInt8], _ text: String) -> String {
            Array(text.utf8).withUnsafeBufferPointer {
                hex(SHA256.authentication([$0], key: key))
            }
        }
        #expect(
            authentication(Array("Jefe".utf8), "what do ya want for nothing?")
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            authentication(
                [UInt8](repeating: 0xAA, count: 131),
                "Test Using Larger Than Block-Size Key - Hash Key First")
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    /// RFC 4648, 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func base64OfTheStandard(_ text: String, _ encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == Array(encoded.utf8))
        withInput(encoded) { #expect(Base64.decode($0) == Array(text.utf8)) }
        withInput(encoded.filter { $0 != "=" }) {
            #expect(Base64.decode($0) == Array(text.utf8))
        }
    }

    @Test(arguments: ["A", "AAAAA", "AA=", "A===", "====", "AA==AA==", "A A=", "AA-_", "\u{e4}AAA"])
    func whatIsNoBase64(_ text: String) {
        withInput(text) { #expect(Base64.decode($0) == nil) }
    }
}
