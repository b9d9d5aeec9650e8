/// One request and the answer to it.
final class Exchange {
    let request: HTTPRequest
    let route: Route
    let faults: Faults
    let requestID: String
    let loop: EventLoop
    private let connection: Connection
    private let startedAt = EventLoop.now()
    private(set) var status = 0
    /// What the log line says besides the status: the number of events, the faults.
    var note = ""

    init(
        request: HTTPRequest, route: Route, faults: Faults, requestID: String,
        connection: Connection, loop: EventLoop
    ) {
        self.request = request
        self.route = route
        self.faults = faults
        self.requestID = requestID
        self.connection = connection
        self.loop = loop
    }

    /// Called when the client goes away before the answer is complete.
    func onDisconnect(_ action: @escaping () -> Void) { connection.onClose = action }

    func respond(_ status: Int, _ json: JSON, headers: [(String, String)] = []) {
        var body = json.bytes
        if !faults.brokenJSONEvents.isEmpty { body.removeLast(body.count / 2) }
        respond(status, body: body, contentType: "application/json", headers: headers)
    }

    func respond(_ error: APIError) { respond(error.status, error.body) }

    func respond(
        _ status: Int, body: Bytes, contentType: String, headers: [(String, String)] = []
    ) {
        // These statuses have no body, whatever a fault would like to say.
        let body = status == 204 || status == 304 ? [] : body
        let writer = begin(
            status, contentType: contentType, length: body.count, headers: headers)
        writer?.write(body)
        writer?.end()
        writer?.flush()
    }

    /// The headers of an event stream; the events come through the writer.
    func startStream() -> BodyWriter? {
        let writer = begin(
            200, contentType: "text/event-stream; charset=utf-8", length: nil,
            headers: [("cache-control", "no-cache"), ("x-accel-buffering", "no")])
        writer?.flush()
        return writer
    }

    /// Answers 101 and gives the connection away; nil when a fault says that there shall be no answer.
    func switchProtocols(headers: [(String, String)]) -> Connection? {
        status = 101
        if let ending = faults.noResponse {
            drop(ending)
            return nil
        }
        connection.writeLimit = faults.writeSize
        var lines = ["HTTP/1.1 101 \(ReasonPhrase.of(101))"]
        lines += (headers + [("x-request-id", requestID)]).map { "\($0.0): \($0.1)" }
        connection.write((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        logLine(suffix: note)
        return connection
    }

    private func drop(_ ending: Connection.Ending) {
        connection.onClose = nil
        logLine(suffix: "no response")
        connection.close(after: ending)
    }

    /// Nil when a fault says that there shall be no answer.
    private func begin(
        _ status: Int, contentType: String, length: Int?, headers: [(String, String)]
    ) -> BodyWriter? {
        self.status = status
        if let ending = faults.noResponse {
            drop(ending)
            return nil
        }
        if connection.onClose == nil { connection.onClose = { [self] in logDisconnect() } }
        connection.writeLimit = faults.writeSize
        let framing: BodyWriter.Framing =
            length != nil ? .counted : request.isVersion11 ? .chunked : .untilClose
        let keepsAlive =
            request.wantsKeepAlive && framing != .untilClose && !faults.closesAfterwards
        var lines = ["HTTP/1.1 \(status) \(ReasonPhrase.of(status))"]
        lines.append("date: \(WallClock.httpDate())")
        lines.append("content-type: \(faults.contentType ?? contentType)")
        if let length { lines.append("content-length: \(length)") }
        if framing == .chunked { lines.append("transfer-encoding: chunked") }
        lines.append("connection: \(keepsAlive ? "keep-alive" : "close")")
        lines += (standardHeaders + headers).map { "\($0.0): \($0.1)" }
        connection.write((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        return BodyWriter(
            connection: connection, framing: framing, faults: faults, loop: loop
        ) { [self] outcome in
            switch outcome {
            case .complete:
                logLine(suffix: note)
                connection.finishExchange(keepAlive: keepsAlive)
            case .cut:
                connection.onClose = nil
                logLine(suffix: note.isEmpty ? "cut" : note + ", cut")
            }
        }
    }

    private var standardHeaders: [(String, String)] {
        guard route.name != .sandbox else { return [("x-request-id", requestID)] }
        let milliseconds = (EventLoop.now() - startedAt) / 1_000_000
        return [
            ("x-request-id", requestID), ("openai-version", "2020-10-01"),
            ("openai-processing-ms", String(milliseconds)),
            ("openai-organization", request.header("openai-organization") ?? "org-sandbox"),
            ("openai-project", request.header("openai-project") ?? "proj_sandbox"),
            ("x-ratelimit-limit-requests", "10000"), ("x-ratelimit-limit-tokens", "30000000"),
            ("x-ratelimit-remaining-requests", "9999"),
            ("x-ratelimit-remaining-tokens", String(30_000_000 - request.body.count / 4)),
            ("x-ratelimit-reset-requests", "6ms"), ("x-ratelimit-reset-tokens", "0s"),
        ]
    }

    private func logLine(suffix: String) {
        let milliseconds = (EventLoop.now() - startedAt) / 1_000_000
        let tail = suffix.isEmpty ? "" : " \(suffix)"
        RequestLog.line("\(request.method) \(request.target) \(status) \(milliseconds) ms\(tail)")
    }

    func logDisconnect() { logLine(suffix: note.isEmpty ? "client left" : note + ", client left") }
}

/// The words after a status code.
enum ReasonPhrase {
    static func of(_ status: Int) -> String { phrases[status] ?? "Status" }

    private static let phrases = [
        101: "Switching Protocols", 200: "OK", 204: "No Content", 206: "Partial Content",
        301: "Moved Permanently",
        302: "Found",
        307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request",
        401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        408: "Request Timeout", 409: "Conflict", 413: "Payload Too Large",
        415: "Unsupported Media Type", 416: "Range Not Satisfiable", 418: "I'm a teapot",
        422: "Unprocessable Entity",
        426: "Upgrade Required", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
        500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
        503: "Service Unavailable", 504: "Gateway Timeout", 529: "Overloaded",
    ]
}
