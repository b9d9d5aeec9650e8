import Testing

@testable import Responses

struct ResponseHeadersTests {
    private func headers(_ lines: [String]) -> ResponseHeaders {
        let headers = ResponseHeaders()
        for line in lines {
            _ = withInput(line + "\r\n") { line in
                line.baseAddress.map { headers.take($0, line.count) }
            }
        }
        return headers
    }

    private func value(_ headers: ResponseHeaders, _ name: String) -> String? {
        withInput(name) { name in headers.value(name).map { string($0) } }
    }

    /// At every place of a line of any length: blocks of bytes are looked at, and the rest one by one.
    @Test func controlCharactersAreSpaces() {
        for control in (UInt8(1)..<0x20).filter({ $0 != 10 && $0 != 13 }) + [0x7F] {
            for count in [1, 7, 15, 16, 17, 31, 40] {
                let before = String(repeating: "\u{e4}", count: count)
                let line = before + String(UnicodeScalar(control)) + "~!\u{ff}"
                #expect(value(headers(["X: \(line)"]), "x") == before + " ~!\u{ff}")
            }
        }
    }

    @Test func spaceAroundNamesAndValuesDoesNotCount() {
        let read = headers(["HTTP/1.1 200 OK", "A:b", "C : d ", "E:\t \tf g\t", "H:", "I:   "])
        for (name, expected) in [("a", "b"), ("c", "d"), ("e", "f g"), ("h", ""), ("i", "")] {
            #expect(value(read, name) == expected)
        }
    }

    @Test func theLastAnswerCounts() {
        let read = headers([
            "HTTP/1.1 100 Continue", "X-A: interim", "", "HTTP/1.1 200 OK", "X-A:  one ",
            "x-a: two",
            "Empty:", "Content-Type: Text/Event-Stream; charset=utf-8", "",
        ])
        #expect(read.status == 200)
        #expect(read.isComplete)
        #expect(value(read, "X-a") == "one")
        #expect(value(read, "empty") == "")
        #expect(value(read, "none") == nil)
        #expect(read.hasContentType("text/event-stream"))
        #expect(!read.isJSON)
    }

    @Test func cutOrBrokenHeaders() {
        #expect(!headers(["HTTP/1.1 200 OK", "X-A: 1"]).isComplete)
        #expect(headers(["HTTP/1.1 20"]).status == 0)
        #expect(headers(["HTTP/1.1 abc"]).status == 0)
        #expect(headers(["HTTP/2 204 "]).status == 204)
        #expect(value(headers(["HTTP/1.1 200 OK", "no colon", ": no name"]), "") == "no name")
    }

    @Test func onlyTheFirstLineIsAStatusLine() {
        let read = headers([
            "HTTP/1.1 200 OK", "X-A: 1", "HTTP/1.1 599 b: c", "", "HTTP/1.1 503 d: e", "X-B: 2",
        ])
        #expect(read.status == 200)
        #expect(value(read, "x-a") == "1")
        #expect(value(read, "x-b") == nil)
        #expect(read.hasTrailers)
    }

    @Test func foldedLinesAndControlCharacters() {
        let read = headers([
            "HTTP/1.1 200 OK", " b: c", "X-A: one", "\t two: three", "X-B\u{1} \t: q\rX-C: \u{7F}",
        ])
        #expect(value(read, "x-a") == "one two: three")
        #expect(value(read, "x-b") == "q X-C:  ")
        #expect(value(read, "x-c") == nil)
        #expect(read.lines().map { string($0.buffer) } == "X-A: one two: three\nX-B: q X-C:  \n")
    }

    @Test func interimAnswersAndTrailersHaveALimit() {
        func outcome(_ line: String, _ read: ResponseHeaders) -> ResponseHeaders.Outcome {
            withInput(line) { line in line.baseAddress.map { read.take($0, line.count) } ?? .taken }
        }
        let interim = ResponseHeaders()
        var last = ResponseHeaders.Outcome.taken
        for _ in 0...ResponseHeaders.maximumInterim {
            #expect(last == .taken)
            _ = outcome("HTTP/1.1 100 Continue\r\n", interim)
            last = outcome("\r\n", interim)
        }
        #expect(last == .tooManyInterim)
        #expect(!interim.isComplete)
        let read = headers(["HTTP/1.1 200 OK", ""])
        last = .taken
        for _ in 0...ResponseHeaders.maximumTrailerBytes / 10 {
            last = outcome("X-A: 456\r\n", read)
        }
        #expect(last == .trailersTooLarge)
        #expect(value(read, "x-a") == nil)
    }

    @Test func theyHaveALimit() {
        let read = ResponseHeaders()
        let line = "X-Long: " + String(repeating: "x", count: 1000) + "\r\n"
        var taken = 0
        while taken < 1000,
            withInput(
                line,
                { line in line.baseAddress.map { read.take($0, line.count) == .taken } ?? false })
        {
            taken += 1
        }
        #expect(taken < 300)
    }

    @Test func wishesOfTheServer() {
        #expect(headers(["HTTP/1.1 429 x", "Retry-After: 2"]).retryAfterMilliseconds == 2000)
        #expect(
            headers(["HTTP/1.1 429 x", "retry-after-ms: 30", "Retry-After: 2"])
                .retryAfterMilliseconds == 30)
        #expect(
            headers(["HTTP/1.1 429 x", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT"])
                .retryAfterMilliseconds == 0)
        #expect(
            headers(["HTTP/1.1 429 x", "Retry-After: Fri, 01 Jan 2100 00:00:00 GMT"])
                .retryAfterMilliseconds > 1_000_000)
        #expect(headers(["HTTP/1.1 429 x", "Retry-After: later"]).retryAfterMilliseconds == -1)
        #expect(headers(["HTTP/1.1 429 x"]).retryAfterMilliseconds == -1)
        #expect(headers(["HTTP/1.1 429 x", "x-should-retry: false"]).shouldRetry == false)
        #expect(headers(["HTTP/1.1 429 x", "x-should-retry: maybe"]).shouldRetry == nil)
    }
}

struct DeadlineHeapTests {
    @Test func theNextIsAlwaysFirst() {
        var heap = DeadlineHeap()
        let waiters = (0..<200).map { _ in Waiter() }
        var state: UInt64 = 42
        func random() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        for _ in 0..<5000 {
            let waiter = waiters[Int(random() % 200)]
            heap.set(waiter, random() % 3 == 0 ? 0 : random() % 1000 + 1)
            let deadlines = waiters.map(\.deadline).filter { $0 > 0 }
            #expect(heap.nextDeadline == (deadlines.min() ?? 0))
        }
        var last: UInt64 = 0
        while let due = heap.firstDue(.max)?.takeUnretainedValue() {
            #expect(due.deadline >= last)
            last = due.deadline
            heap.set(due, 0)
        }
        #expect(waiters.allSatisfy { $0.deadline == 0 && $0.heapIndex == -1 })
    }
}
