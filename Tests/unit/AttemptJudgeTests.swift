import Testing

@testable import Responses

/// What follows from the end of an attempt, case by case.
@Suite struct AttemptJudgeTests {
    struct Case: CustomTestStringConvertible {
        let what: String
        let end: AttemptEnd
        let verdict: Verdict
        var judge = AttemptJudge(hasRetries: true)

        init(
            _ what: String, _ end: AttemptEnd, _ verdict: Verdict,
            _ change: (inout AttemptJudge) -> Void = { _ in }
        ) {
            self.what = what
            self.end = end
            self.verdict = verdict
            change(&judge)
        }

        var testDescription: String { what }
    }

    /// A stream of a stored response that has brought events.
    static func stored(_ judge: inout AttemptJudge) {
        judge.kind = .stream
        judge.hasTaken = true
        judge.hasDelivered = true
        judge.hasCursor = true
        judge.isStored = true
        judge.hasID = true
    }

    /// A stream that the server forgets when its connection ends.
    static func passing(_ judge: inout AttemptJudge) {
        stored(&judge)
        judge.isStored = false
    }

    static let requests = [
        Case("a connection that failed", .connectionFailed(isRetryable: true), .retry),
        Case("one that will fail again", .connectionFailed(isRetryable: false), .fail),
        Case("no answer in time", .tooLate, .retry),
        Case("a busy server", .refused(isRetryable: true), .retry),
        Case("a wrong request", .refused(isRetryable: false), .fail),
        Case("an answer that is no JSON", .strange, .fail),
        Case("a busy server, no retry left", .refused(isRetryable: true), .fail) {
            $0.hasRetries = false
        },
    ]

    static let streams = [
        Case("no event yet", .streamEnded(inOrder: false), .retry) { $0.kind = .stream },
        Case("no event in time", .tooLate, .retry) { $0.kind = .stream },
        Case("cut", .streamEnded(inOrder: false), .fail, passing),
        Case("silent", .streamStalled, .fail, passing),
        Case("cut, stored", .streamEnded(inOrder: false), .resume, stored),
        Case("ended, stored", .streamEnded(inOrder: true), .resume, stored),
        Case("silent, stored", .streamStalled, .resume, stored),
        Case("refused after events, stored", .refused(isRetryable: true), .fail, stored),
        Case("cut, stored, without numbers", .streamEnded(inOrder: false), .poll) {
            stored(&$0)
            $0.hasCursor = false
        },
        Case("cut, stored, without an id", .streamEnded(inOrder: false), .failWithoutID) {
            stored(&$0)
            $0.hasID = false
        },
        Case("only put together, stored", .streamEnded(inOrder: false), .resume) {
            stored(&$0)
            $0.kind = .document
            $0.hasDelivered = false
        },
        Case("only put together", .streamEnded(inOrder: false), .retry) {
            passing(&$0)
            $0.kind = .document
            $0.hasDelivered = false
        },
        Case("nothing behind the caller's cursor", .streamEnded(inOrder: true), .look) {
            stored(&$0)
            $0.hasTaken = false
            $0.hasDelivered = false
            $0.isFromCursor = true
        },
        Case("a whole response", .response(hasEnded: true), .deliverEnd) { $0.kind = .stream },
        Case("one under way, stored", .response(hasEnded: false), .poll, stored),
        Case("one under way", .response(hasEnded: false), .fail) { $0.kind = .stream },
    ]

    static func resuming(_ judge: inout AttemptJudge) {
        stored(&judge)
        judge.isResuming = true
    }

    static let resumed = [
        Case("a connection that failed", .connectionFailed(isRetryable: true), .resume, resuming),
        Case("a certificate that is wrong", .connectionFailed(isRetryable: false), .fail, resuming),
        Case("no answer in time", .tooLate, .resume, resuming),
        Case("a busy server", .refused(isRetryable: true), .resume, resuming),
        Case("no stream any more", .refused(isRetryable: false), .poll, resuming),
        Case("no response any more", .refused(isRetryable: false), .fail) {
            resuming(&$0)
            $0.source = .poll
        },
        Case("ended with nothing new", .streamEnded(inOrder: true), .look, resuming),
        Case("cut with nothing new", .streamEnded(inOrder: false), .resume, resuming),
        Case("ended with something new", .streamEnded(inOrder: true), .resume) {
            resuming(&$0)
            $0.hasMoved = true
        },
        Case("the wrong event", .misplaced, .resume) {
            resuming(&$0)
            $0.misplacements = 1
        },
        Case("the wrong event once more", .misplaced, .fail) {
            resuming(&$0)
            $0.misplacements = 2
        },
        Case("looked, and it goes on", .response(hasEnded: false), .resume) {
            resuming(&$0)
            $0.source = .look
        },
        Case("looked, and it has ended", .response(hasEnded: true), .deliverEnd) {
            resuming(&$0)
            $0.source = .look
        },
        Case("polled, and it goes on", .response(hasEnded: false), .poll) {
            resuming(&$0)
            $0.source = .poll
        },
    ]

    static func waiting(_ judge: inout AttemptJudge) {
        judge.kind = .poll
        judge.mayWaitOut = true
        judge.wasAnswered = true
    }

    static let polls = [
        Case("it has ended", .response(hasEnded: true), .finish, waiting),
        Case("it goes on", .response(hasEnded: false), .pollAgain, waiting),
        Case("no connection", .connectionFailed(isRetryable: true), .waitOut, waiting),
        Case("unknown id", .refused(isRetryable: false), .fail, waiting),
        Case("a page while it is started anew", .strange, .waitOut, waiting),
        Case("a page from the beginning", .strange, .fail) {
            waiting(&$0)
            $0.wasAnswered = false
        },
        Case("no connection, waited long enough", .connectionFailed(isRetryable: true), .fail) {
            waiting(&$0)
            $0.mayWaitOut = false
            $0.hasRetries = false
        },
    ]

    @Test(arguments: requests + streams + resumed + polls)
    func verdict(_ item: Case) { #expect(item.judge.verdict(on: item.end) == item.verdict) }

    /// Whatever came together: what was handed over is never asked for anew, and nothing is asked for
    /// without an id.
    @Test func noVerdictRepeatsWhatWasHandedOver() {
        let ends: [AttemptEnd] = [
            .connectionFailed(isRetryable: true), .connectionFailed(isRetryable: false), .tooLate,
            .refused(isRetryable: true), .refused(isRetryable: false), .streamEnded(inOrder: true),
            .streamEnded(inOrder: false), .streamStalled, .misplaced, .strange,
            .response(hasEnded: true), .response(hasEnded: false),
        ]
        for bits in 0..<4096 {
            var judge = AttemptJudge(kind: .stream)
            judge.isFromCursor = bits & 1 != 0
            judge.hasTaken = bits & 2 != 0
            judge.hasDelivered = bits & 4 != 0 && judge.hasTaken
            judge.hasCursor = bits & 8 != 0
            judge.isStored = bits & 16 != 0
            judge.hasID = bits & 32 != 0
            judge.hasRetries = bits & 64 != 0
            judge.hasMoved = bits & 128 != 0
            judge.misplacements = bits & 256 != 0 ? 2 : 1
            let sources: [Resumption.Source] = [.stream, .look, .poll]
            judge.source = sources[(bits >> 10) % 3]
            // Who resumes has an id and a response that is kept, and so has who names a cursor.
            judge.isResuming = bits & 512 != 0 && judge.isStored && judge.hasID
            if judge.isFromCursor && !(judge.isStored && judge.hasID) { continue }
            if judge.source != .stream && !judge.isResuming { continue }
            for end in ends {
                let verdict = judge.verdict(on: end)
                if verdict == .retry { #expect(!judge.hasDelivered && judge.hasRetries) }
                if [.resume, .look, .poll].contains(verdict) {
                    #expect(judge.isStored && judge.hasID, "\(end) \(judge)")
                }
            }
        }
    }
}
