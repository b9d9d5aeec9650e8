import Testing

@testable import Responses

struct ChunkDecoderTests {
    /// All of it in pieces of a size; what came out, and whether the last chunk was seen.
    private func decode(_ bytes: [UInt8], pieces: Int) -> (
        body: [UInt8], isOver: Bool, trailers: Int
    ) {
        var decoder = ChunkDecoder()
        var body: [UInt8] = []
        var start = 0
        while start < bytes.count {
            let end = min(start + pieces, bytes.count)
            // Room for the piece and not a byte more.
            let out = UnsafeMutablePointer<UInt8>.allocate(capacity: end - start)
            defer { out.deallocate() }
            let piece = Array(bytes[start..<end])
            let count = piece.withUnsafeBufferPointer { piece in
                piece.baseAddress.map { decoder.decode($0, piece.count, into: out) } ?? 0
            }
            body += UnsafeBufferPointer(start: out, count: count)
            start = end
        }
        return (body, decoder.isBehindBody, decoder.trailerBytes)
    }

    private func decode(_ text: String, pieces: Int) -> (body: String, isOver: Bool, trailers: Int)
    {
        let (body, isOver, trailers) = decode(Array(text.utf8), pieces: pieces)
        return (String(decoding: body, as: UTF8.self), isOver, trailers)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 7, 16, 100, 10_000])
    func takesWhatLibcurlTakes(_ pieces: Int) {
        let long = String(repeating: "0123456789", count: 30)
        for (text, body, isOver) in [
            ("3\r\nabc\r\n0\r\n\r\n", "abc", true),
            ("3\nabc\n0\n\n", "abc", true),
            ("3\r\nabc\n2\r\nde\r\r\n0\r\n\r\n", "abcde", true),
            (
                "003;name=\"v\"\r\nabc\r\n00000000000000aB  \r\n\(long.prefix(171))\r\n0;x\r\n\r\n",
                "abc\(long.prefix(171))", true
            ),
            (
                "12C\r\n\(long)\r\n12c\r\n\(long)\r\n1\r\n\r\r\n1\r\n\n\r\n0\r\n\r\n",
                "\(long)\(long)\r\n", true
            ),
            ("3\r\nabc\r\n", "abc", false),
            ("3\r\nab", "ab", false),
            ("", "", false),
        ] {
            let found = decode(text, pieces: pieces)
            #expect(found.body == body && found.isOver == isOver, "\(text)")
            #expect(found.trailers == 0)
        }
    }

    @Test(arguments: [1, 2, 3, 5, 64, 10_000])
    func endsWhereLibcurlEnds(_ pieces: Int) {
        let head = "3\r\nabc\r\n"
        for rest in [
            "x\r\nabc", "\r\n3\r\nabc", "-1\r\nabc", "8000000000000000\r\nabc",
            "00000000000000003\r\nabc",
            "fffffffffffffffff\r\nabc", "3\r\nabcX", " 3\r\nabc",
        ] {
            let found = decode(head + rest, pieces: pieces)
            #expect(found.body == (rest.hasPrefix("3") ? "abcabc" : "abc"), "\(rest)")
            #expect(!found.isOver)
        }
    }

    @Test(arguments: [1, 3, 1000])
    func countsTrailers(_ pieces: Int) {
        let found = decode("1\r\na\r\n0\r\nA: b\r\nC: d\r\n\r\n", pieces: pieces)
        #expect(found.body == "a" && found.isOver && found.trailers == 8)
    }

    /// Chunks of every size around those of a piece, in every split.
    @Test func noByteIsLostHoweverItIsCut() {
        var random: UInt64 = 42
        func next(_ limit: UInt64) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((random >> 33) % limit)
        }
        for round in 0..<200 {
            var body: [UInt8] = []
            var sent: [UInt8] = []
            for _ in 0..<next(12) {
                let chunk = (0...next(round % 3 == 0 ? 700 : 20)).map { _ in UInt8(next(256)) }
                body += chunk
                sent += Array(String(chunk.count, radix: 16, uppercase: next(2) == 0).utf8)
                sent += Array((next(4) == 0 ? ";e=1\r\n" : next(4) == 0 ? "\n" : "\r\n").utf8)
                sent += chunk + Array((next(4) == 0 ? "\n" : "\r\n").utf8)
            }
            sent += Array("0\r\n\r\n".utf8)
            for pieces in [1, 2, 1 + next(40), 1 + next(2000), sent.count] {
                let found = decode(sent, pieces: pieces)
                #expect(found.body == body && found.isOver)
            }
        }
    }
}
