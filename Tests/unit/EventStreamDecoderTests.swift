import Testing

@testable import Responses

struct EventStreamDecoderTests {
    /// Streams, and the events that WHATWG HTML 9.2.6 makes of them.
    static let cases: [(String, [String])] = [
        ("data: a\n\n", ["a"]),
        ("data:a\n\n", ["a"]),
        ("data:  a\n\n", [" a"]),
        ("event: e\ndata: a\n\n", ["e|a"]),
        ("data: a\nevent: e\n\n", ["e|a"]),
        ("data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
        ("data: a\r\rdata: b\r\r", ["a", "b"]),
        ("data: a\n\r\ndata: b\r\n\n", ["a", "b"]),
        ("data: a\ndata: b\n\n", ["a\nb"]),
        ("data: a\nevent: longname\ndata: b\ndata: c\n\n", ["longname|a\nb\nc"]),
        // Data that is nothing but space is no event of this API.
        ("data\n\n", []),
        ("data\ndata\n\n", []),
        ("event: ping\ndata:  \n\ndata: a\n\n", ["a"]),
        ("data:\ndata: x\n\n", ["\nx"]),
        (": comment\n\ndata: a\n\n", ["a"]),
        (":\n:\n:\n\ndata: a\n\n", ["a"]),
        ("event: ping\n\ndata: a\n\n", ["a"]),
        ("id: 1\nretry: 10\nfoo: bar\ndata: a\n\n", ["a"]),
        ("\n\n\ndata: a\n\n\n\n", ["a"]),
        ("data: a\n", []),
        ("data: a", []),
        ("data: [DONE]\n\n", ["(done)"]),
        ("data: [DONE] \n\n", ["[DONE] "]),
        ("\u{FEFF}data: a\n\n", ["a"]),
        ("\u{FEFF}\u{FEFF}data: a\n\ndata: b\n\n", ["b"]),
        ("event: a\nevent: b\ndata: x\n\n", ["b|x"]),
        ("datax: a\nData: b\n\n", []),
        ("data : a\n\n", []),
        ("event:\ndata: a\n\n", ["a"]),
        ("event: a\nevent\ndata: x\n\n", ["x"]),
    ]

    @Test(arguments: cases.indices) func anyChunking(_ index: Int) {
        let (stream, expected) = Self.cases[index]
        let bytes = Array(stream.utf8)
        for pieces in 1...max(1, bytes.count) {
            #expect(decode(bytes, pieces: pieces) == expected, "in pieces of \(pieces)")
        }
    }

    @Test func aLargeEventInSmallPieces() {
        let line = String(repeating: "x", count: 200_000)
        let bytes = Array("data: \(line)\ndata: \(line)\n\ndata: end\n\n".utf8)
        for pieces in [1, 7, 1000, 16_384] {
            #expect(decode(bytes, pieces: pieces) == ["\(line)\n\(line)", "end"])
        }
    }

    @Test func anEventHasALimit() {
        let small = String(repeating: "x", count: 1000)
        #expect(decode(Array("data: \(small)\n\n".utf8), pieces: 100, limit: 1000) == [small])
        #expect(
            decode(Array("data: \(small)y\n\n".utf8), pieces: 4096, limit: 1000) == ["(too large)"])
        #expect(
            decode(Array("data: \(small)\(small)\(small)".utf8), pieces: 50, limit: 1000) == [
                "(too large)"
            ]
        )
    }

    @Test func commentsDoNotPileUp() {
        let bytes = Array((String(repeating: ": keepalive\n", count: 10_000) + "data: a\n\n").utf8)
        #expect(decode(bytes, pieces: 100, limit: 1024) == ["a"])
    }
}
