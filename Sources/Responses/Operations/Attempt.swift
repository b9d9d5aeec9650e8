import CPlatform

/// Who is told of attempts: a function of the host's.
package final class AttemptObserver {
    private let hand: (Attempt) -> Void

    package init(_ hand: @escaping (Attempt) -> Void) { self.hand = hand }

    /// Runs code of the host: no lock is held.
    func tell(_ attempt: Attempt) { hand(attempt) }
}

/// What is known of one attempt when it has ended. A call that is observed has one, which is filled anew for each of
/// its attempts; the host has it for the time of its function.
package final class Attempt {
    /// What follows; the numbers are those of the header.
    package enum Next: Int32 { case end, retry, resume, poll, step }

    let observer: AttemptObserver
    /// The handle by which the host knows it.
    package var handle: OpaquePointer?
    /// That of the call, where the host has one.
    package var call: UnsafeMutablePointer<platform_handle>?
    /// It is with the host.
    package fileprivate(set) var isLent = false

    // MARK: of the call

    package let operation: StaticString
    /// Read when it is first asked for: the request of the call, which is JSON.
    private var body: Text?
    private var asked: [Text?]?
    var redaction: Redaction?

    // MARK: of the attempt

    /// From its beginning until the host has been told of it.
    var isUnderWay = false
    /// What libcurl knows has been read.
    var isMeasured = false
    var wasLast = false

    package var number: Int32 = 0
    package var status = Status.ok
    package var httpStatus: Int32 = 0
    package var next = Next.end
    package var pause: Int64 = 0
    package var phase = Phase.none
    package var retryAfter: Int64 = -1
    package var isReused = false
    package var httpVersion: StaticString = ""
    package var bytesSent: Int64 = 0
    package var bytesReceived: Int64 = 0
    package var events: Int64 = 0
    package var times = TransferTimes()
    package var firstEvent: Int64 = -1
    package var lastEvent: Int64 = -1
    package var total: Int64 = -1
    package var usage = Usage()
    package var place: StaticString = ""
    package var method: StaticString = ""
    var url: [UInt8] = []
    var reason: [UInt8] = []
    var headers: ResponseHeaders?
    var responseID: Text?
    var responseModel: [UInt8] = []
    package private(set) var response: Response?
    /// By which the host has it while it is told.
    package var responseHandle: OpaquePointer?
    private var texts: [Text?] = []
    private var limits: RateLimits?
    package var json: Text?

    package struct Usage {
        package var input: Int64 = -1
        package var cached: Int64 = -1
        package var output: Int64 = -1
        package var reasoning: Int64 = -1
        package var total: Int64 = -1
    }

    // MARK: while it is under way; nanoseconds of the engine's clock

    private var start: UInt64 = 0
    private var eventsBefore = 0
    private var eventsNoted = 0
    private var lastPiece: UInt64 = 0
    private var firstEventAt: UInt64 = 0
    private var lastEventAt: UInt64 = 0

    init(_ observer: AttemptObserver, _ operation: Operation, _ redaction: Redaction?) {
        self.observer = observer
        self.operation = operation.name
        self.redaction = redaction
        place = operation.request.place
    }

    /// Nothing is known of it yet.
    func begin(
        _ number: Int32, _ operation: Operation, _ request: HTTPRequest, isTurn: Bool, events: Int,
        _ now: UInt64
    ) {
        body = operation.turn?.message.json ?? operation.request.body
        asked = nil
        isUnderWay = number > 0
        isMeasured = false
        self.number = number
        status = .ok
        httpStatus = 0
        next = .end
        pause = 0
        phase = .none
        retryAfter = -1
        isReused = false
        httpVersion = ""
        bytesSent = 0
        bytesReceived = 0
        self.events = 0
        times = TransferTimes()
        firstEvent = -1
        lastEvent = -1
        total = -1
        usage = Usage()
        method = isTurn ? "" : request.method.name
        place = request.place
        url = request.url
        reason = []
        headers = nil
        responseID = nil
        responseModel = []
        response = nil
        texts = []
        limits = nil
        json = nil
        start = now
        eventsBefore = events
        eventsNoted = events
        lastPiece = 0
        firstEventAt = 0
        lastEventAt = 0
    }

    /// The owner takes in bytes that arrived then, having used up those before. `events`: how many were taken.
    @inline(never)
    func pieceArrived(_ arrival: UInt64, _ events: Int) {
        noteEvents(events)
        lastPiece = arrival
    }

    private func noteEvents(_ events: Int) {
        if events == eventsNoted { return }
        eventsNoted = events
        if firstEventAt == 0 { firstEventAt = lastPiece }
        lastEventAt = lastPiece
    }

    /// The lock is held: another thread may be driving the transfer.
    func measure(_ transfer: Transfer?, _ turn: Turn?, events: Int, isHandedOver: Bool) {
        if !isUnderWay || isMeasured { return }
        isMeasured = true
        noteEvents(events)
        if isHandedOver { self.events = Int64(events &- eventsBefore) }
        if let turn { measure(turn) } else if let transfer { measure(transfer) }
        if let transfer {
            phase = transfer.phase
            httpStatus = transfer.status
            httpVersion = transfer.headers.version
        }
        firstEvent = sinceStart(firstEventAt)
        lastEvent = sinceStart(lastEventAt)
        total = sinceStart(platform_now())
        // libcurl looks at the clock itself, and the engine's is read once for all that arrives at a time.
        if firstEvent >= 0 { firstEvent = max(firstEvent, times.firstByte) }
        if lastEvent >= 0 { lastEvent = max(lastEvent, firstEvent) }
        for time in [
            times.lookup, times.connect, times.tls, times.sent, times.firstByte, lastEvent,
        ] {
            total = max(total, time)
        }
    }

    private func measure(_ transfer: Transfer) {
        times = transfer.times
        isReused = transfer.isOnKeptConnection
        bytesSent = transfer.requestBytes
        bytesReceived = transfer.answerBytes
        headers = transfer.headers
        retryAfter = transfer.headers.retryAfterMilliseconds
    }

    /// One that waited for its connection begins when it began to, any other when it is sent.
    private func measure(_ turn: Turn) {
        isReused = turn.sentAt != 0 && !turn.hasOpened
        if let transfer = turn.socket?.transfer, turn.hasOpened {
            times = transfer.times
            headers = transfer.headers
            if turn.purpose == .open { return }
        } else if isReused {
            start = turn.sentAt
        }
        times.sent = sinceStart(turn.sentAt)
        times.firstByte = sinceStart(turn.firstArrival)
        if turn.sentAt != 0 {
            bytesSent = Int64(turn.message.head.count &+ turn.message.rest.count)
        }
        bytesReceived = Int64(turn.bytesReceived)
    }

    /// In microseconds; -1 for what was not.
    private func sinceStart(_ time: UInt64) -> Int64 {
        if time == 0 { return -1 }
        return time > start ? Int64(clamping: (time &- start) / 1000) : 0
    }

    /// What the response says of itself.
    func take(_ response: Response) {
        self.response = response
        usage.input = response.number("/usage/input_tokens")
        usage.cached = response.number("/usage/input_tokens_details/cached_tokens")
        usage.output = response.number("/usage/output_tokens")
        usage.reasoning = response.number("/usage/output_tokens_details/reasoning_tokens")
        usage.total = response.number("/usage/total_tokens")
        if usage.input < 0 { usage.input = response.number("/input_tokens") }
        if case .found(.string, let model) = response.find(("/model" as StaticString).buffer) {
            responseModel = Array(model)
        }
        if responseID == nil { responseID = response.id }
    }

    // MARK: for the host

    package var rateLimits: RateLimits {
        if let limits { return limits }
        let found = headers?.rateLimits ?? RateLimits()
        limits = found
        return found
    }

    package enum Name: Int {
        case operation, method, path, host, httpVersion, requestModel, previousResponse,
            conversation
        case responseModel, responseID, requestID, reason
    }

    /// Fit to be shown. "" where it is not known; nil when memory is out.
    package func text(_ name: Name) -> Text? {
        while texts.count <= name.rawValue { texts.append(nil) }
        if let known = texts[name.rawValue] { return known }
        let made = make(name)
        texts[name.rawValue] = made
        return made
    }

    private func make(_ name: Name) -> Text? {
        switch name {
        case .operation: return Text(operation)
        case .method: return Text(method)
        case .path: return Text(place)
        case .host: return Text(Authority(url).host)
        case .httpVersion: return Text(httpVersion)
        case .requestModel: return request(0)
        case .previousResponse: return request(1)
        case .conversation: return request(2)
        case .responseModel: return readable(responseModel)
        case .responseID: return responseID.map { readable($0.array) } ?? Text("")
        case .requestID:
            return headers?.value("x-request-id").map { readable(Array($0)) } ?? Text("")
        case .reason: return Text(reason)
        }
    }

    /// 10, 11 or 20; -1 where there was no answer.
    package var httpVersionNumber: Int64 {
        let text = httpVersion.buffer
        if text.count < 6 { return -1 }
        let major = Int64(text[5]) &- 0x30
        return major &* 10 &+ (text.count > 7 ? Int64(text[7]) &- 0x30 : 0)
    }

    package var port: Int64 { Authority(url).port }

    private func readable(_ text: [UInt8]) -> Text? {
        let limit = ReadableText.longestName
        return Text(
            redaction?.readable(text, limit: limit) ?? ReadableText.clean(text, limit: limit))
    }

    /// Of the request: its model, the response and the conversation that it goes on from.
    private func request(_ index: Int) -> Text? {
        if let asked { return asked[index] }
        var found: [Text?] = [Text(""), Text(""), Text("")]
        if let body, let document = JSONValue(checking: body.base, count: body.count) {
            let (model, previous, conversation) = document.members(
                "model", "previous_response_id", "conversation")
            let named = conversation?.kind == .object ? conversation?.member("id") : conversation
            for (place, value) in [model, previous, named].enumerated() {
                guard let value, value.kind == .string else { continue }
                found[place] = readable(value.unescaped())
            }
        }
        body = nil
        asked = found
        return found[index]
    }
}

/// Where a URL says that the server is.
private struct Authority {
    let host: [UInt8]
    let port: Int64

    init(_ url: [UInt8]) {
        let isSecure = url.count > 4 && lowercased(url[4]) == 0x73
        guard let colon = url.firstIndex(of: 0x3A), url.count > colon &+ 3 else {
            host = []
            port = -1
            return
        }
        let rest = url[(colon &+ 3)...]
        let end = rest.firstIndex { $0 == 0x2F || $0 == 0x3F || $0 == 0 } ?? rest.endIndex
        let authority = rest[..<end]
        // An address of IPv6 has colons inside brackets.
        let bracket = authority.lastIndex(of: 0x5D)
        let mark = authority.lastIndex(of: 0x3A).flatMap { mark in
            bracket.map { mark > $0 } ?? true ? mark : nil
        }
        var named = authority[..<(mark ?? authority.endIndex)]
        if bracket != nil, named.first == 0x5B, named.last == 0x5D {
            named = named.dropFirst().dropLast()
        }
        host = Array(named)
        var number: Int64 = 0
        for digit in authority[(mark.map { $0 &+ 1 } ?? authority.endIndex)...]
        where digit >= 0x30 && digit <= 0x39 && number < 100_000 {
            number = number &* 10 &+ Int64(digit &- 0x30)
        }
        port = number > 0 ? number : isSecure ? 443 : 80
    }
}

extension Response {
    /// A whole number of the body; -1 where there is none.
    fileprivate func number(_ pointer: StaticString) -> Int64 {
        guard case .found(.number, let digits) = find(pointer.buffer) else { return -1 }
        var value: Int64 = 0
        for digit in digits {
            guard digit >= 0x30, digit <= 0x39, value < 100_000_000_000_000 else { return -1 }
            value = value &* 10 &+ Int64(digit &- 0x30)
        }
        return value
    }
}

extension Operation {
    /// As the functions of the header are named.
    fileprivate var name: StaticString {
        if let turn {
            switch turn.purpose {
            case .open: return "session_open"
            case .create: return run == nil ? "create" : "run"
            case .steer, .other: return "session_send"
            }
        }
        if run != nil { return "run" }
        if kind == .bytes { return "download" }
        if !isKnown { return request.stream == nil ? "send" : "upload" }
        if kind == .poll { return "wait" }
        if isList { return "list_input_items" }
        switch request.method {
        case .get: return "get"
        case .delete: return "delete"
        default: break
        }
        let place = request.place.buffer
        if equal(place, Endpoint.cancel.path.buffer) { return "cancel" }
        if equal(place, Endpoint.compact.path.buffer) { return "compact" }
        if equal(place, Endpoint.countInputTokens.path.buffer) { return "count_input_tokens" }
        return "create"
    }
}

extension Attempt {
    func hand() {
        isLent = true
        observer.tell(self)
        isLent = false
        json = nil
        response = nil
    }
}

/// Telling of attempts, where somebody listens.
extension Call {
    /// The request goes out, or is given to its session.
    func attemptBegins() {
        observed?.begin(
            journal.attempts, operation, request, isTurn: isTurn, events: stream.takenEvents,
            platform_now())
    }

    /// Something follows the attempt that has ended.
    func goesOn(_ next: Attempt.Next, in pause: Int64) {
        journal.pauseBegins(pause)
        guard let observed, observed.isUnderWay else { return }
        observed.next = next
        observed.pause = pause
    }

    /// The attempt has come to nothing; this would be the call's status, were it the last.
    func note(_ status: Status, _ retryAfter: Int64 = -1) {
        guard let observed, observed.isUnderWay else { return }
        observed.status = status
        if retryAfter >= 0 { observed.retryAfter = retryAfter }
    }

    /// Before the transfer goes. The lock is held.
    @inline(never)
    func measureAttempt(_ observed: Attempt) {
        observed.measure(
            carrier, turn, events: stream.takenEvents, isHandedOver: handsOverEvents)
    }

    /// Something follows. Runs code of the host, which may have forked: false in the child, where nothing goes on.
    func tellOfAttempt() -> Bool {
        guard let observed, observed.isUnderWay, outcome == nil else { return true }
        return tell(observed)
    }

    /// The call has ended: with an attempt, or without one.
    func tellOfEnd(_ status: Status, _ retryAfter: Int64, _ result: Response?) -> Bool {
        guard let observed, !observed.wasLast else { return true }
        if !observed.isUnderWay {
            observed.begin(0, operation, request, isTurn: isTurn, events: 0, 0)
        }
        observed.wasLast = true
        observed.status = status
        observed.next = .end
        observed.pause = 0
        if retryAfter >= 0 { observed.retryAfter = retryAfter }
        if let result { observed.take(result) }
        return tell(observed)
    }

    private func tell(_ observed: Attempt) -> Bool {
        observed.isUnderWay = false
        observed.reason = journal.reasonOfLast(observed.number > 0, observed.status)
        if observed.responseID == nil {
            observed.responseID =
                operation.responseID.isEmpty ? accumulator.responseID : Text(operation.responseID)
        }
        let found = platform_errno()
        observed.hand()
        platform_set_errno(found)
        if engine.isOurs { return true }
        endInChild()
        return false
    }
}
