/// Everything that shall go wrong with one answer.
struct Faults {
    // The answer as a whole.
    var status: Int?
    var retryAfter: String?
    var retryAfterMilliseconds: String?
    var shouldRetry: String?
    var errorCode: String?
    var errorType: String?
    var errorMessage: String?
    var errorBody = ErrorBody.openai
    var contentType: String?
    var firstByteDelay: Int?
    var noResponse: Connection.Ending?
    var closesAfterwards = false

    // The ways of other servers.
    var idLength: Int?
    var ignoresBackground = false
    var hidesLastID = false
    var listsPlainContent = false

    // The connection.
    var cutAfterEvents: Int?
    var cutAtByte: Int?
    var cutHow = Connection.Ending.orderly
    var stallAfterEvents: Int?
    var stallAtByte: Int?
    /// Nil stalls until the client gives up.
    var stallMilliseconds: Int?
    var writeSize: Int?
    var writesEachEvent = false

    // The stream.
    var firstEventDelay: Int?
    var endAfterEvents: Int?
    var hidesTerminalEvent = false
    var staysOpen = false
    var stayOpenMilliseconds: Int?
    var duplicatedEvents: Set<Int> = []
    var droppedEvents: Set<Int> = []
    var brokenJSONEvents: Set<Int> = []
    var brokenUTF8Events: Set<Int> = []
    var bigEventBytes: Int?
    var bigEventAt: Int?
    var errorAt: Int?
    var errorShape = ErrorEvent.Shape.nested
    var errorThen = ErrorThen.failed
    var keepaliveEvery: Int?

    // The framing of events.
    var lineEnding = "\n"
    var hidesEventLines = false
    var putsDataFirst = false
    var splitsData = false
    var omitsSpace = false
    var startsWithByteOrderMark = false
    var sendsDone = false
    var commentEvery: Int?
    var comment = "keepalive"
    var hidesSequence = false
    var addsIdLines = false

    var socket = SocketFaults()

    /// The body of an error answer, as different servers send it.
    enum ErrorBody: String, CaseIterable {
        case openai, html, empty, string, detail, broken
        case integerCode = "integer-code"
    }

    /// What follows the error event.
    enum ErrorThen: String, CaseIterable {
        /// `response.failed`, as the API does.
        case failed
        /// Nothing: the stream ends there.
        case nothing
        /// `response.failed` without its error comes first, as Azure does.
        case before
    }
}
