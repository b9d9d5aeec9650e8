/// What a call went through: every attempt, why it ended and how long the pause after it was.
struct Journal {
    private struct Attempt {
        var httpStatus: Int32 = 0
        var reason: [UInt8] = []
        var pause: Int64 = 0
        var isNoted = false
    }

    /// Polls can be many; the oldest are forgotten beyond this.
    private static let maximumAttempts = 200

    /// What no reason may have in it.
    var redaction: Redaction?
    private var list: [Attempt] = []
    /// How many times a request was sent.
    private(set) var attempts: Int32 = 0
    /// The headers of the last answer.
    private(set) var headers: ResponseHeaders?
    /// How far the last attempt came.
    private(set) var phase = Phase.none
    /// An attempt failed in a way that leaves open whether the server did what it was asked for.
    private(set) var mayHaveBeenDone = false

    /// The HTTP status of the last attempt's answer; 0 without one.
    var lastStatus: Int32 { list.last?.httpStatus ?? 0 }

    init(_ redaction: Redaction?) { self.redaction = redaction }

    mutating func attemptStarted() {
        attempts = attempts &+ 1
        if list.count >= Journal.maximumAttempts { list.removeFirst() }
        list.append(Attempt())
    }

    mutating func attemptSucceeded(_ transfer: Transfer?) { note(transfer, []) }

    mutating func attemptFailed(_ transfer: Transfer?, reason: [UInt8]) { note(transfer, reason) }

    /// The call ends within this attempt: what is known of it is noted, unless it has been.
    mutating func attemptEnds(_ transfer: Transfer?, _ status: Status) {
        if list.last?.isNoted == false { note(transfer, Journal.reason(status)) }
    }

    private mutating func note(_ transfer: Transfer?, _ reason: [UInt8]) {
        guard let transfer, !list.isEmpty else { return }
        let status = transfer.status
        phase = transfer.phase
        if transfer.headers.status > 0 { headers = transfer.headers }
        let isLost = status < 400 && (!transfer.hasEnded || transfer.wasSent)
        if !reason.isEmpty && (status == 408 || status >= 500 || isLost) { mayHaveBeenDone = true }
        list[list.count - 1].httpStatus = status
        let limit = ReadableText.longestName
        list[list.count - 1].reason =
            redaction?.readable(reason, limit: limit) ?? ReadableText.clean(reason, limit: limit)
        list[list.count - 1].isNoted = true
    }

    private static func reason(_ status: Status) -> [UInt8] {
        switch status {
        case .noMemory: return bytes("out_of_memory")
        case .cancelled: return bytes("cancelled")
        case .timeout: return bytes("timeout")
        case .network: return bytes("network")
        case .tls: return bytes("tls")
        case .http: return bytes("unreadable")
        case .protocol: return bytes("protocol")
        case .truncated: return bytes("truncated")
        case .limit: return bytes("limit")
        case .user: return bytes("stopped")
        default: return bytes("failed")
        }
    }

    /// Why the last attempt, or a call without one, came to that status.
    func reasonOfLast(_ isOfAttempt: Bool, _ status: Status) -> [UInt8] {
        if isOfAttempt, let last = list.last, last.isNoted { return last.reason }
        return status == .ok ? [] : Journal.reason(status)
    }

    mutating func pauseBegins(_ milliseconds: Int64) {
        if !list.isEmpty { list[list.count - 1].pause = milliseconds }
    }

    /// As the header documents it. Nil when memory is out.
    func json() -> Text? {
        var out = ByteBuffer()
        guard out.reserve(list.count &* 96 &+ 2), out.append(0x5B) else { return nil }
        let first = attempts - Int32(list.count)
        for (index, attempt) in list.enumerated() {
            let isFine =
                (index == 0 || out.append(0x2C))
                && append("{\"attempt\":", Int64(first) + Int64(index) + 1, &out)
                && append(",\"http_status\":", Int64(attempt.httpStatus), &out)
                && out.append(",\"reason\":")
                && attempt.reason.withUnsafeBufferPointer { JSONEscape.encode($0, into: &out) }
                && append(",\"waited_ms\":", attempt.pause, &out) && out.append(0x7D)
            if !isFine { return nil }
        }
        return out.append(0x5D) ? out.takeText() : nil
    }

    private func append(_ name: StaticString, _ value: Int64, _ out: inout ByteBuffer) -> Bool {
        guard out.append(name) else { return false }
        // Mostly 0 or 1.
        if value >= 0 && value < 10 { return out.append(0x30 + UInt8(truncatingIfNeeded: value)) }
        return decimal(value).withUnsafeBufferPointer { out.append($0) }
    }
}
