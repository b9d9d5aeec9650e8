import Testing

@testable import Responses

struct WebSocketDecoderTests {
    private static let long = String(repeating: "0123456789abcde ", count: 13)
    private static let longer = String(repeating: "0123456789abcde ", count: 4100)

    /// Streams of a server, and what they say.
    static let cases: [([UInt8], [String])] = [
        // RFC 6455, 5.7: what a server may send of it.
        ([0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F], ["text Hello"]),
        ([0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F], ["text Hello"]),
        ([0x89, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F], ["ping Hello"]),
        ([0x8A, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F], ["pong Hello"]),
        // Messages of every form of length, in a row.
        (frame(0x81, ""), ["text "]),
        (frame(0x81, "") + frame(0x81, "a") + frame(0x81, "bc"), ["text ", "text a", "text bc"]),
        (frame(0x81, long) + frame(0x81, long), ["text \(long)", "text \(long)"]),
        (
            frame(0x81, String(long.prefix(125))) + frame(0x81, String(long.prefix(126))),
            ["text \(long.prefix(125))", "text \(long.prefix(126))"]
        ),
        // Fragments, also empty ones, with control frames between them.
        (frame(0x01, "") + frame(0x00, "") + frame(0x80, ""), ["text "]),
        (frame(0x01, "") + frame(0x80, "a"), ["text a"]),
        (frame(0x01, "a") + frame(0x00, "") + frame(0x80, ""), ["text a"]),
        (
            frame(0x01, "a") + frame(0x89, "p") + frame(0x00, "b") + frame(0x8A, "")
                + frame(0x80, "c")
                + frame(0x81, "d"),
            ["ping p", "pong ", "text abc", "text d"]
        ),
        (
            frame(0x89, "") + frame(0x89, String(repeating: "p", count: 125)),
            ["ping ", "ping \(String(repeating: "p", count: 125))"]
        ),
        // Characters that are cut by frames.
        (
            frame(0x01, [0x61, 0xC3]) + frame(0x00, [0xA9, 0xE2]) + frame(0x89, "p")
                + frame(0x00, [0x82]) + frame(0x00, []) + frame(0x00, [0xAC, 0xF0, 0x9F])
                + frame(0x80, [0x98, 0x80]), ["ping p", "text aé€😀"]
        ),
        (frame(0x81, "\(long)é\(long)€\(long)😀"), ["text \(long)é\(long)€\(long)😀"]),
        (frame(0x81, "Привет, мир. 你好"), ["text Привет, мир. 你好"]),
        // The edges of what is UTF-8.
        (
            frame(
                0x81, "\u{7F}\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}\u{0}"),
            ["text \u{7F}\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}\u{0}"]
        ),
        // The end; nothing behind it counts.
        (frame(0x88, []), ["close 1005 "]),
        (closeFrame(1000), ["close 1000 "]),
        (closeFrame(1001, Array("bye é".utf8)), ["close 1001 bye é"]),
        (
            frame(0x81, "a") + closeFrame(1012, Array(repeating: 0x78, count: 123))
                + frame(0x81, "b") + [0xFF, 0xFF],
            ["text a", "close 1012 \(String(repeating: "x", count: 123))"]
        ),
        (frame(0x01, "a") + closeFrame(1011), ["close 1011 "]),
    ]

    private static let masked = "failed 1002 a frame is masked, which only clients do"
    private static let reserved =
        "failed 1002 a frame has a reserved bit set, and no extension was agreed on"
    private static let unknown = "failed 1002 a frame has an unknown opcode"
    private static let fragmented = "failed 1002 a control frame is fragmented"
    private static let tooLong = "failed 1002 a control frame is longer than 125 bytes"
    private static let stray = "failed 1002 a continuation frame belongs to no message"
    private static let inside = "failed 1002 a message begins inside another one"
    private static let binary = "failed 1003 a message is binary, and only text is expected"
    private static let highBit = "failed 1002 a frame's length has its highest bit set"
    private static let notShortest = "failed 1002 a frame's length takes more bytes than it needs"
    private static let notUTF8 = "failed 1007 a text message is not UTF-8"
    private static let badReason = "failed 1007 the reason of a close frame is not UTF-8"
    private static let badCode = "failed 1002 a close frame has a code that must not be sent"
    private static let half = "failed 1002 a close frame has half a code"
    private static let tooLarge = "failed 1009 a message is too large"

    /// Streams that break the protocol, each behind a message. What would follow is not there: it is known with
    /// the last byte that is.
    static let failures: [([UInt8], String)] = {
        var list: [([UInt8], String)] = []
        func add(_ reason: String, _ streams: [[UInt8]]) {
            for stream in streams { list.append((stream, reason)) }
        }
        add(reserved, [[0xC1], [0xA1], [0x91], [0xF1], [0xC9], [0xC0], [0xC3]])
        for first: UInt8 in [
            0x83, 0x84, 0x85, 0x86, 0x87, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x03, 0x0F,
        ] {
            add(unknown, [[first]])
        }
        add(fragmented, [[0x08], [0x09], [0x0A]])
        add(masked, [[0x81, 0x80], [0x81, 0x85], [0x89, 0x80], [0x81, 0xFE], [0x88, 0xFF]])
        add(tooLong, [[0x89, 0x7E], [0x88, 0x7E], [0x8A, 0x7F]])
        add(stray, [[0x80], [0x00], frame(0x01, "a") + frame(0x80, "b") + [0x80]])
        add(inside, [frame(0x01, "a") + [0x81], frame(0x01, "a") + [0x01]])
        add(inside, [frame(0x01, "a") + frame(0x00, "") + frame(0x89, "p") + [0x82]])
        add(binary, [[0x82], [0x02]])
        add(highBit, [[0x81, 0x7F, 0x80], [0x81, 0x7F, 0xFF]])
        add(notShortest, [[0x81, 0x7E, 0x00, 0x00], [0x81, 0x7E, 0x00, 0x7D]])
        add(notShortest, [[0x81, 0x7F, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]])
        add(notShortest, [[0x81, 0x7F, 0, 0, 0, 0, 0, 0, 0, 0]])
        add(half, [[0x88, 0x01]])
        add(badReason, [closeFrame(1000, [0xFF]), closeFrame(1000, [0x61, 0xC3])])
        for code: UInt16 in [
            0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535,
        ] {
            add(badCode, [closeFrame(code)])
        }
        // Bytes that begin nothing; that do not go on; too long for what they are; surrogates; beyond Unicode.
        let notText: [[UInt8]] = [
            [0x80], [0xBF], [0xC0], [0xC1], [0xF5], [0xFF], [0xC3, 0x28], [0xC3, 0xC3],
            [0xE2, 0x28], [0xE2, 0x82, 0x28], [0xF0, 0x9F, 0x98, 0x28], [0xE0, 0x9F], [0xED, 0xA0],
            [0xED, 0xBF], [0xF0, 0x8F], [0xF4, 0x90], [0xF0, 0x9F, 0xC0],
        ]
        let text = Array(long.utf8)
        for bad in notText {
            add(notUTF8, [frame(0x81, bad + [0x20]).dropLast()])
            add(notUTF8, [frame(0x01, bad + [0x20]).dropLast()])
            add(notUTF8, [frame(0x81, text + bad + text).dropLast(text.count)])
        }
        // A character that the message's end cuts.
        add(notUTF8, [frame(0x81, [0xC3]), frame(0x81, [0x61, 0xE2, 0x82])])
        add(notUTF8, [frame(0x81, text + [0xF0, 0x9F, 0x98])])
        add(notUTF8, [frame(0x01, [0x61, 0xE2]) + frame(0x80, [0x82])])
        add(notUTF8, [frame(0x01, [0x61, 0xE2]) + frame(0x80, [])])
        // The first byte of a fragment that does not go on with the character before.
        add(notUTF8, [frame(0x01, [0xED]) + frame(0x00, [0xA0])])
        return list
    }()

    @Test(arguments: cases.indices) func everyCut(_ index: Int) {
        let (stream, expected) = Self.cases[index]
        #expect(webSocketSteps(stream) == expected)
        #expect(webSocketSteps(stream, cuts: Array(0..<stream.count)) == expected)
        for first in 0...stream.count {
            #expect(webSocketSteps(stream, cuts: [first]) == expected, "cut at \(first)")
            for second in stride(from: first, through: stream.count, by: 1 + stream.count / 40) {
                #expect(
                    webSocketSteps(stream, cuts: [first, second]) == expected,
                    "cut at \(first) and \(second)")
            }
        }
    }

    @Test(arguments: failures.indices) func aServerThatBreaksTheProtocol(_ index: Int) {
        let (broken, expected) = Self.failures[index]
        let stream = frame(0x81, "ok") + broken
        let steps = webSocketSteps(stream)
        #expect(steps.first == "text ok" && steps.last == expected)
        // What follows makes no difference, and neither do cuts.
        for rest in [[], [0x00], frame(0x81, "more")] {
            let whole = stream + rest
            #expect(webSocketSteps(whole) == steps)
            #expect(webSocketSteps(whole, cuts: Array(0..<whole.count)) == steps)
            for cut in 0...whole.count {
                #expect(webSocketSteps(whole, cuts: [cut]) == steps, "cut at \(cut)")
            }
        }
        // And it is known by this byte and no other.
        #expect(
            !webSocketSteps(Array(stream.dropLast())).contains { $0.hasPrefix("failed") })
    }

    @Test func lengthsAroundTheirLimits() {
        let longer = Array(Self.longer.utf8)
        for count in [124, 125, 126, 127, 255, 256, 65_534, 65_535, 65_536, 65_600] {
            let text = Array(longer.prefix(count))
            let stream = frame(0x81, text) + frame(0x81, "next")
            let expected = ["text \(String(decoding: text, as: UTF8.self))", "text next"]
            #expect(webSocketSteps(stream) == expected)
            for cut in Array(0...12) + Array((stream.count - 8)...stream.count) {
                #expect(webSocketSteps(stream, cuts: [cut]) == expected, "cut at \(cut)")
            }
            #expect(webSocketSteps(stream, cuts: Array(0..<stream.count)) == expected)
        }
    }

    @Test func aMessageThatIsTooLargeIsRefusedByItsHead() {
        let ten = "0123456789"
        let tooLarge = [Self.tooLarge]
        #expect(webSocketSteps(frame(0x81, ten), limit: 10) == ["text \(ten)"])
        #expect(webSocketSteps([0x81, 11], limit: 10) == tooLarge)
        #expect(webSocketSteps(frame(0x81, ten + "x"), limit: 10) == tooLarge)
        #expect(webSocketSteps([0x81, 126, 1, 0], limit: 255) == tooLarge)
        let huge: [UInt8] = [0x81, 127, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        #expect(webSocketSteps(huge, limit: 1 << 30) == tooLarge)
        // The fragments of a message count together, and those of another one do not.
        let two = frame(0x01, "01234") + frame(0x80, "56789")
        #expect(webSocketSteps(two + two, limit: 10) == ["text \(ten)", "text \(ten)"])
        #expect(webSocketSteps(frame(0x01, "01234") + [0x80, 6], limit: 10) == tooLarge)
        #expect(
            webSocketSteps(frame(0x01, "01234") + [0x00] + huge.dropFirst(), limit: Int.max)
                == tooLarge)
        // Control frames have a limit of their own.
        #expect(
            webSocketSteps(frame(0x89, ten) + frame(0x81, ""), limit: 0) == [
                "ping \(ten)", "text ",
            ])
        #expect(webSocketSteps([0x81, 1], limit: 0) == tooLarge)
    }

    @Test func aMessageThatCameWholeIsOnePiece() {
        let stream = frame(0x81, Self.long) + frame(0x81, "é") + frame(0x81, "") + frame(0x81, "x")
        let whole = WebSocketReader(limit: 1000)
        whole.take(stream[...])
        #expect(whole.seen.count == 4 && whole.pieces == 4)
        // Cut in the payload: that one is two.
        let cut = WebSocketReader(limit: 1000)
        cut.take(stream[..<100])
        cut.take(stream[100...])
        #expect(cut.seen == whole.seen && cut.pieces == 5)
    }

    @Test func fragmentsWithoutBytesAreNotSeen() {
        let reader = WebSocketReader(limit: 1000)
        let empty = frame(0x00, "")
        for part in [frame(0x01, "")] + Array(repeating: empty, count: 50) + [frame(0x80, "")] {
            reader.take(part[...])
        }
        #expect(reader.seen == ["text "] && reader.pieces == 1 && reader.problems.isEmpty)
    }

    @Test func saysWhereItIs() {
        let reader = WebSocketReader(limit: 1000)
        #expect(reader.isBetweenMessages)
        for part in [[0x01], [0x01], [0x61], [0x89, 0x00], [0x80], [0x01]] as [[UInt8]] {
            reader.take(part[...])
            #expect(!reader.isBetweenMessages)
        }
        reader.take([0x62])
        #expect(reader.isBetweenMessages && !reader.isOver)
        reader.take(closeFrame(1000)[...])
        #expect(reader.isOver && !reader.isBetweenMessages)
        #expect(reader.seen == ["ping ", "text ab", "close 1000 "] && reader.problems.isEmpty)
    }

    /// Random frames, right and wrong, in random pieces.
    @Test func randomStreams() {
        var random: UInt64 = 7
        func next(_ limit: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((random >> 33) % UInt64(limit))
        }
        let words = ["", "a", "é", "€uro", "😀", Self.long, String(repeating: "日本", count: 60)]
        for _ in 0..<400 {
            var stream: [UInt8] = []
            var expected: [String] = []
            for _ in 0..<(1 + next(8)) {
                let text = (0...next(4)).map { _ in words[next(words.count)] }.joined()
                var rest = Array(text.utf8)
                var first: UInt8 = 0x01
                while next(3) == 0 {
                    let count = next(rest.count + 1)
                    stream += frame(first, Array(rest.prefix(count)))
                    rest.removeFirst(count)
                    first = 0x00
                    if next(2) == 0 {
                        stream += frame(0x89, "p\(count)")
                        expected.append("ping p\(count)")
                    }
                }
                stream += frame(0x80 | first, rest)
                expected.append("text \(text)")
            }
            if next(3) == 0 {
                stream += [0xFF]
                expected.append(Self.reserved)
            }
            #expect(webSocketSteps(stream) == expected)
            for _ in 0..<4 {
                let cuts = (0..<next(20)).map { _ in next(stream.count + 1) }.sorted()
                #expect(webSocketSteps(stream, cuts: cuts) == expected, "cut at \(cuts)")
            }
        }
    }

    /// What the standard library takes for UTF-8, in every piece: the two first bytes are all there are, the
    /// others those at which something changes.
    @Test func whatIsUTF8() {
        let edges: [UInt8] = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
        var wrong: [[UInt8]] = []
        func compare(_ text: [UInt8]) {
            let expected = String(validating: text, as: UTF8.self) != nil
            var isSame = true
            for pad in [0, 5] {
                let bytes = text + Array(repeating: 0x20, count: pad)
                bytes.withUnsafeBufferPointer { bytes in
                    guard let start = bytes.baseAddress else { return }
                    isSame = isSame && UTF8Check.isText(start, bytes.count) == expected
                    for cut in 0...text.count {
                        var check = UTF8Check()
                        let taken =
                            check.take(start, cut) && check.take(start + cut, bytes.count - cut)
                        isSame = isSame && (taken && check.isBetweenCharacters) == expected
                    }
                }
            }
            if !isSame { wrong.append(text) }
        }
        for first in UInt8.min...UInt8.max {
            compare([first])
            for second in UInt8.min...UInt8.max { compare([first, second]) }
        }
        for first: UInt8 in [0x61, 0xC3, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4] {
            for second in edges {
                for third in edges {
                    compare([first, second, third])
                    for fourth in edges { compare([first, second, third, fourth]) }
                }
            }
        }
        #expect(wrong.isEmpty)
    }

    /// A byte that begins nothing, at each place of texts of each length.
    @Test func plainTextIsLookedAtToItsEnd() {
        for count in 0..<200 {
            for place in 0...count {
                var text = [UInt8](repeating: 0x61, count: count)
                if place < count { text[place] = 0x80 }
                let isText = text.withUnsafeBufferPointer {
                    $0.baseAddress.map { UTF8Check.isText($0, count) } ?? true
                }
                #expect(isText == (place == count), "\(place) of \(count)")
            }
        }
    }
}
