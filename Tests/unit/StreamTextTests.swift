import Testing

@testable import Responses

struct StreamTextTests {
    private func arrive(_ text: StreamText, _ bytes: String) {
        let bytes = Array(bytes.utf8)
        #expect(text.arrived(bytes, bytes.count))
    }

    /// What is lent, and is then given back.
    private func taken(_ text: StreamText) -> String {
        let lent = String(decoding: text.lend(), as: UTF8.self)
        text.takeBack()
        return lent
    }

    @Test func acceptedTextIsLentOnce() {
        let text = StreamText()
        arrive(text, "one two thr")
        text.accept(7)
        #expect(taken(text) == "one ")
        #expect(text.ready == 0)
        text.accept(3)
        arrive(text, "ee ")
        text.accept(0)
        #expect(taken(text) == "two three ")
        #expect(taken(text) == "")
    }

    @Test func whatIsSkippedIsLeftOut() {
        let text = StreamText()
        arrive(text, "old 1 old 2 new 1 old 3 new 2 rest")
        text.skip(28)  // at the beginning
        text.skip(22)
        text.accept(16)
        text.skip(10)  // between two that were accepted
        text.accept(4)
        #expect(taken(text) == "new 1 new 2 ")
        text.accept(0)
        #expect(taken(text) == "rest")
    }

    /// The blank line behind it ends with the CR for the reader; its LF may come later.
    @Test func whatIsSkippedIsLeftOutWithTheLastLineFeed() {
        let text = StreamText()
        arrive(text, "data: old\r\n\r")
        text.skip(0)
        arrive(text, "\ndata: new\r\n\r")
        text.accept(0)
        arrive(text, "\ndata: old\r\n\r")
        text.skip(0)
        arrive(text, "data: next\r\n\r\n")
        text.accept(0)
        #expect(taken(text) == "data: new\r\n\r\ndata: next\r\n\r\n")
    }

    @Test func skippingWhatIsAcceptedChangesNothing() {
        let text = StreamText()
        arrive(text, "abc")
        text.accept(0)
        text.skip(0)
        text.skip(1)
        #expect(taken(text) == "abc")
    }

    @Test func anEventThatIsBrokenOffIsForgotten() {
        let text = StreamText()
        arrive(text, "whole|hal")
        text.accept(3)
        text.breakOff()
        arrive(text, "next|")
        text.accept(0)
        #expect(taken(text) == "whole|next|")
    }

    /// Where lines end in CRLF, an event is known by the CR of its blank line.
    @Test func theLineFeedOfABlankLineIsNotMissing() {
        for comes in [true, false] {
            let text = StreamText()
            arrive(text, "data: 1\r\n\r")
            text.accept(0)
            #expect(taken(text) == "data: 1\r\n\r\n")
            if comes {
                arrive(text, "\ndata: 2\r\n\r\n")
            } else {
                text.breakOff()
                arrive(text, "data: 2\r\n\r\n")
            }
            text.accept(0)
            #expect(taken(text) == "data: 2\r\n\r\n")
        }
        // Lines that end in CR alone have none.
        let text = StreamText()
        arrive(text, "data: 1\r\r")
        text.accept(0)
        #expect(taken(text) == "data: 1\r\r")
    }

    @Test func linesThatMayBeginAStream() {
        for line in ["d", "data", "data: x", "event: a", ": comment", "id: 1", "retry:5"] {
            #expect(Array(line.utf8).withUnsafeBufferPointer { EventStreamDecoder.mayBegin($0) })
        }
        for line in ["hello", "dataset", "evil", "identity", "{", "<"] {
            #expect(!Array(line.utf8).withUnsafeBufferPointer { EventStreamDecoder.mayBegin($0) })
        }
    }
}
