import Testing

@testable import Responses

struct WebSocketHandshakeTests {
    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// RFC 3174, 7.3, and FIPS 180-1; and around the size of a block, from Python's hashlib.
    @Test func sha1() {
        for (text, digest) in [
            ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
            ),
            (
                String(repeating: "01234567", count: 80), "dea356a2cddd90c7a7ecedc5ebb563934f460452"
            ),
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            (
                String(repeating: "a", count: 1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"
            ),
            (String(repeating: "a", count: 55), "c1c8bbdc22796e28c0e15163d20899b65621d65a"),
            (String(repeating: "a", count: 56), "c2db330f6083854c99d4b5bfb6e8f29f201be699"),
            (String(repeating: "a", count: 63), "03f09f5b158a7a8cdad920bddc29b81c18a551f5"),
            (String(repeating: "a", count: 64), "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
        ] {
            #expect(Self.hex(SHA1.digest(Array(text.utf8))) == digest)
        }
    }

    /// RFC 6455, 1.3, with the key of the nonce "the sample nonce".
    private static let sample: WebSocketHandshake = {
        let nonce = Array("the sample nonce".utf8).withUnsafeBytes {
            $0.loadUnaligned(as: (UInt64, UInt64).self)
        }
        return WebSocketHandshake(nonce: nonce)
    }()
    private static let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    @Test func asInTheStandard() {
        #expect(Self.text(Self.sample.key) == "dGhlIHNhbXBsZSBub25jZQ==")
        #expect(Self.text(Self.sample.expectedAccept) == Self.accept)
    }

    private func judge(
        upgrade: String? = "websocket", connection: String? = "Upgrade",
        accept: String? = Self.accept, extensions: String? = nil, protocol: String? = nil
    ) -> String? {
        func with(_ text: String?, _ body: (Input?) -> String?) -> String? {
            guard let text else { return body(nil) }
            return Array(text.utf8).withUnsafeBufferPointer { body($0) }
        }
        return with(upgrade) { upgrade in
            with(connection) { connection in
                with(accept) { accept in
                    with(extensions) { extensions in
                        with(`protocol`) { `protocol` in
                            Self.sample.judge(
                                upgrade: upgrade, connection: connection, accept: accept,
                                extensions: extensions, protocol: `protocol`
                            ).map { "\($0)" }
                        }
                    }
                }
            }
        }
    }

    @Test func whatAgrees() {
        #expect(judge() == nil)
        for upgrade in ["WebSocket", "WEBSOCKET", " websocket "] {
            #expect(judge(upgrade: upgrade) == nil, "\(upgrade)")
        }
        for connection in [
            "upgrade", "UPGRADE", "keep-alive, Upgrade", "Upgrade,keep-alive", " , upgrade ,",
            "a,b,\tupgrade",
        ] {
            #expect(judge(connection: connection) == nil, "\(connection)")
        }
        #expect(judge(accept: " \(Self.accept)\t") == nil)
        #expect(judge(extensions: "", protocol: " , ") == nil)
    }

    @Test func whatDoesNot() {
        #expect(judge(upgrade: nil) == "there is no Upgrade header")
        for upgrade in ["", "websockets", "websocke", "h2c", "websocket, h2c", "websocket/13"] {
            #expect(
                judge(upgrade: upgrade) == "its Upgrade header does not say websocket", "\(upgrade)"
            )
        }
        #expect(judge(connection: nil) == "there is no Connection header")
        for connection in ["", ",", "close", "keep-alive", "upgraded", "up grade", "no-upgrade"] {
            #expect(
                judge(connection: connection) == "its Connection header does not say Upgrade",
                "\(connection)")
        }
        #expect(judge(accept: nil) == "there is no Sec-WebSocket-Accept header")
        for accept in [
            "", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo", "S3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo==", "dGhlIHNhbXBsZSBub25jZQ==",
        ] {
            #expect(
                judge(accept: accept)
                    == "its Sec-WebSocket-Accept header does not belong to the request", "\(accept)"
            )
        }
        for extensions in ["permessage-deflate", " ,x"] {
            #expect(
                judge(extensions: extensions)
                    == "its Sec-WebSocket-Extensions header names an extension that was not asked for"
            )
        }
        #expect(
            judge(protocol: "realtime")
                == "its Sec-WebSocket-Protocol header names a subprotocol that was not asked for")
    }
}
