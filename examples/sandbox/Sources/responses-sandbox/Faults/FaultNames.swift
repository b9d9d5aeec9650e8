/// A fault that cannot be understood, said in words for the one who wrote it.
struct FaultSyntaxError: Error {
    var message: String
}

/// Every fault by name: what it takes and what it sets. The table is also the help text.
struct FaultName {
    var name: String
    /// What stands after the `=`; brackets where it may be left out.
    var argument: String
    var summary: String
    var apply: @Sendable (inout Faults, String) throws -> Void

    static func named(_ name: String) -> FaultName? { all.first { $0.name == name } }

    static let all: [FaultName] =
        answers + dialects + connections + streams + framings + sockets

    private static let answers: [FaultName] = [
        .init("status", "CODE", "answer with this HTTP status and an error body") {
            $0.status = try number($1)
        },
        .init("retry-after", "SECONDS|date:SECONDS|far", "Retry-After: seconds, HTTP-date, 2099") {
            $0.retryAfter = retryAfter($1)
        },
        .init("retry-after-ms", "MS", "retry-after-ms header") {
            $0.retryAfterMilliseconds = $1
        },
        .init("should-retry", "true|false", "x-should-retry header") { $0.shouldRetry = $1 },
        .init("error-code", "CODE", "code in the error body or error event") { $0.errorCode = $1 },
        .init("error-type", "TYPE", "type in the error body or error event") { $0.errorType = $1 },
        .init("error-message", "TEXT", "message in the error body or error event") {
            $0.errorMessage = $1
        },
        .init(
            "error-body", "openai|html|empty|string|detail|integer-code|broken",
            "shape of the error body"
        ) { $0.errorBody = try choice($1) },
        .init("content-type", "TYPE", "another Content-Type than the right one") {
            $0.contentType = $1
        },
        .init("first-byte-delay", "MS", "wait before the status line") {
            $0.firstByteDelay = try number($1)
        },
        .init("no-response", "[fin|rst]", "do what was asked, then close without a byte") {
            $0.noResponse = try ending($1)
        },
        .init("close", "", "close the connection after a complete answer") { faults, _ in
            faults.closesAfterwards = true
        },
    ]

    /// What is no fault, but the way of other servers.
    private static let dialects: [FaultName] = [
        .init("long-ids", "[N]", "ids with N characters behind their prefix (400)") {
            let length = $1.isEmpty ? 400 : try number($1)
            guard (1...largestID).contains(length) else {
                throw FaultSyntaxError(message: "'\($1)' is not a number from 1 to \(largestID)")
            }
            $0.idLength = length
        },
        .init("no-background", "", "ignore `background`: the answer comes at once") { faults, _ in
            faults.ignoresBackground = true
        },
        .init("no-last-id", "", "lists without first_id and last_id") { faults, _ in
            faults.hidesLastID = true
        },
        .init("plain-content", "", "list the content of messages as plain text") { faults, _ in
            faults.listsPlainContent = true
        },
    ]

    private static let largestID = 1 << 16

    private static let connections: [FaultName] = [
        .init("cut-after-events", "N", "cut the connection after N events") {
            $0.cutAfterEvents = try number($1)
        },
        .init("cut-at-byte", "N", "cut the connection after N bytes of the body") {
            $0.cutAtByte = try number($1)
        },
        .init("how", "fin|rst", "how to cut: end of stream (default) or reset") {
            $0.cutHow = try ending($1)
        },
        .init("stall-after-events", "N", "send nothing more after N events") {
            $0.stallAfterEvents = try number($1)
        },
        .init("stall-at-byte", "N", "send nothing more after N bytes of the body") {
            $0.stallAtByte = try number($1)
        },
        .init("stall-ms", "MS", "go on after this long; without it the stall lasts for ever") {
            $0.stallMilliseconds = try number($1)
        },
        .init("byte-per-write", "", "one byte a write") { faults, _ in faults.writeSize = 1 },
        .init("write-size", "N", "at most N bytes a write") {
            $0.writeSize = max(1, try number($1))
        },
        .init("event-per-write", "", "each event in a write and a chunk of its own") { faults, _ in
            faults.writesEachEvent = true
        },
    ]

    private static let streams: [FaultName] = [
        .init("first-event-delay", "MS", "wait between the headers and the first event") {
            $0.firstEventDelay = try number($1)
        },
        .init("end-after-events", "N", "end the body cleanly after N events") {
            $0.endAfterEvents = try number($1)
        },
        .init("no-terminal", "", "end the body cleanly without its terminal event") { faults, _ in
            faults.hidesTerminalEvent = true
        },
        .init("stay-open", "[MS]", "keep the body open after the terminal event") {
            $0.staysOpen = true
            $0.stayOpenMilliseconds = $1.isEmpty ? nil : try number($1)
        },
        .init("duplicate-event", "N[+N…]", "send event N twice (0 is the first)") {
            $0.duplicatedEvents = try numbers($1)
        },
        .init("drop-event", "N[+N…]", "leave event N out") { $0.droppedEvents = try numbers($1) },
        .init("bad-json", "[N+N…]", "break the JSON of event N, or of a JSON body") {
            $0.brokenJSONEvents = try numbers($1.isEmpty ? "0" : $1)
        },
        .init("bad-utf8", "[N+N…]", "invalid UTF-8 in event N") {
            $0.brokenUTF8Events = try numbers($1.isEmpty ? "0" : $1)
        },
        .init("big-event", "[BYTES]", "pad an event to this size (67108864)") {
            $0.bigEventBytes = $1.isEmpty ? 64 * 1024 * 1024 : try number($1)
        },
        .init("big-event-at", "N", "which event to pad (4)") { $0.bigEventAt = try number($1) },
        .init("error-at", "N", "an error event in place of event N, then the end") {
            $0.errorAt = try number($1)
        },
        .init("error-shape", "nested|flat", "shape of error events (nested)") {
            $0.errorShape = try choice($1)
        },
        .init("error-then", "failed|nothing|before", "response.failed after, never, or before") {
            $0.errorThen = try choice($1)
        },
        .init("keepalive-every", "N", "a keepalive event, numbered, after every N (create)") {
            $0.keepaliveEvery = max(1, try number($1))
        },
    ]

    private static let framings: [FaultName] = [
        .init("line-ending", "lf|crlf|cr", "how lines of the stream end") {
            $0.lineEnding = try lineEnding($1)
        },
        .init("no-event-lines", "", "data lines only") { faults, _ in
            faults.hidesEventLines = true
        },
        .init("data-first", "", "the data line before the event line") { faults, _ in
            faults.putsDataFirst = true
        },
        .init("multiline-data", "", "the JSON of each event over several data lines") {
            faults, _ in faults.splitsData = true
        },
        .init("no-space", "", "no space after the colons") { faults, _ in
            faults.omitsSpace = true
        },
        .init("bom", "", "a byte order mark before the first event") { faults, _ in
            faults.startsWithByteOrderMark = true
        },
        .init("done", "", "data: [DONE] at the end") { faults, _ in faults.sendsDone = true },
        .init("comment-every", "N", "a comment before every Nth event") {
            $0.commentEvery = max(1, try number($1))
        },
        .init("comment", "TEXT", "the text of these comments (keepalive)") { $0.comment = $1 },
        .init("no-sequence", "", "events without sequence_number") { faults, _ in
            faults.hidesSequence = true
        },
        .init("id-lines", "", "an id line and a retry line in each event") { faults, _ in
            faults.addsIdLines = true
        },
    ]

    init(
        _ name: String, _ argument: String, _ summary: String,
        apply: @escaping @Sendable (inout Faults, String) throws -> Void
    ) {
        self.name = name
        self.argument = argument
        self.summary = summary
        self.apply = apply
    }

    // MARK: - Reading values

    /// More milliseconds or bytes than anybody waits for, and far from any overflow.
    private static let largestNumber = 1 << 31

    static func number(_ text: String) throws -> Int {
        guard let value = Int(text), (0...largestNumber).contains(value) else {
            throw FaultSyntaxError(message: "'\(text)' is not a number up to \(largestNumber)")
        }
        return value
    }

    private static func numbers(_ text: String) throws -> Set<Int> {
        Set(
            try text.split(separator: "+", omittingEmptySubsequences: false).map {
                try number(String($0))
            })
    }

    static func choice<Choice: RawRepresentable & CaseIterable>(
        _ text: String
    ) throws -> Choice where Choice.RawValue == String {
        guard let value = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw FaultSyntaxError(message: "'\(text)' is none of \(known)")
        }
        return value
    }

    private static func ending(_ text: String) throws -> Connection.Ending {
        switch text {
        case "", "fin": return .orderly
        case "rst": return .reset
        default: throw FaultSyntaxError(message: "'\(text)' is neither fin nor rst")
        }
    }

    private static func lineEnding(_ text: String) throws -> String {
        switch text {
        case "lf": return "\n"
        case "crlf": return "\r\n"
        case "cr": return "\r"
        default: throw FaultSyntaxError(message: "'\(text)' is none of lf, crlf, cr")
        }
    }

    private static func retryAfter(_ text: String) -> String {
        if text == "far" { return "Thu, 31 Dec 2099 23:59:59 GMT" }
        guard text.hasPrefix("date:"), let seconds = Int32(text.dropFirst(5)) else { return text }
        return WallClock.httpDate(secondsFromNow: Int(seconds))
    }
}
