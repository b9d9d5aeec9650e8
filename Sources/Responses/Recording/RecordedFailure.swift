import CCurl

/// How an attempt ended that did not come to its end: what a recording keeps of it, and what is made of it when it
/// is replayed. The decisions are those of `CallFailures`, so it has all that these ask a transfer for.
struct RecordedFailure {
    /// Of libcurl.
    var code = CURLE_OK
    var message: [UInt8] = []
    var phase = Phase.none
    /// The connection ended without a word of the other side.
    var isBroken = false
    /// The server gave up a connection that it had kept.
    var isCutAfterSending = false
    var isRefusedByProxy = false
    var proxyStatus: Int32 = 0
    /// The head of the answer was whole.
    var hasHead = true
    /// Nil: the connection failed.
    var stop: RecordedStop?

    init() {}

    /// Of a transfer that libcurl was not done with.
    init(stopped stop: RecordedStop, of transfer: Transfer) {
        self.stop = stop
        phase = transfer.phase
        hasHead = transfer.headers.isComplete
    }

    init(of transfer: Transfer) {
        code = transfer.result
        message = transfer.errorMessage.bytes
        phase = transfer.phase
        isBroken = transfer.connectionEnd != nil
        isCutAfterSending = transfer.isCutAfterSending
        isRefusedByProxy = transfer.isRefusedByProxy
        proxyStatus = transfer.proxyStatus
        hasHead = transfer.headers.isComplete
    }

    /// The words of the field `_failure`.
    static func name(_ stop: RecordedStop) -> StaticString {
        switch stop {
        case .finished: return "finished"
        case .timeout: return "timeout"
        case .cancelled: return "cancelled"
        case .program: return "program"
        }
    }

    static func name(_ phase: Phase) -> StaticString {
        switch phase {
        case .none: return "none"
        case .lookup: return "lookup"
        case .connect: return "connect"
        case .tls: return "tls"
        case .sending: return "sending"
        case .waiting: return "waiting"
        case .reading: return "reading"
        }
    }

    // MARK: reading it again

    init(_ field: JSONValue) {
        if let number = field.member("code")?.integer, let code = UInt32(exactly: number) {
            self.code = CURLcode(rawValue: code)
        }
        message = field.text("message") ?? []
        let name = field.member("phase")
        for phase in [Phase.lookup, .connect, .tls, .sending, .waiting, .reading]
        where name?.isText(RecordedFailure.name(phase)) == true { self.phase = phase }
        isBroken = field.member("broken")?.kind == .true
        isCutAfterSending = field.member("cut")?.kind == .true
        isRefusedByProxy = field.member("refused")?.kind == .true
        proxyStatus = Int32(clamping: field.member("proxyStatus")?.integer ?? 0)
        hasHead = field.member("head")?.kind != .false
        let stopped = field.member("stopped")
        for stop in [RecordedStop.timeout, .cancelled, .program]
        where stopped?.isText(RecordedFailure.name(stop)) == true { self.stop = stop }
    }

    /// Of a browser: all that it says is that there is no answer.
    init(told message: [UInt8]) {
        code = CURLE_RECV_ERROR
        self.message = message
        phase = .waiting
        isBroken = true
    }
}
