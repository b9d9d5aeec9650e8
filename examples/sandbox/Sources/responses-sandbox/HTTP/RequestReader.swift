/// Turns the bytes of a connection into requests, however they are cut.
struct RequestReader {
    enum Outcome {
        case needsMore
        /// The client waits for `100 Continue` before it sends the body.
        case expectsContinue
        case request(HTTPRequest)
    }

    /// A request that cannot be understood: answered with the status, then the connection ends.
    struct Failure: Error {
        var status: Int
        var message: String
    }

    static let maximumHeadBytes = 64 * 1024
    static let maximumBodyBytes = 512 * 1024 * 1024

    private enum State {
        case head
        case fixedBody(remaining: Int)
        case chunkSize
        case chunkData(remaining: Int)
        case chunkEnd
        case trailers
    }

    private var input = Bytes()
    private var position = 0
    private var state = State.head
    private var request: HTTPRequest?

    var hasBufferedInput: Bool { position < input.count }

    /// What came behind the last request.
    mutating func takeRest() -> Bytes {
        defer { position = input.count }
        return Bytes(input[position...])
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if position == input.count {
            input.removeAll(keepingCapacity: position < 1 << 20)
            position = 0
        }
        input.append(contentsOf: bytes)
    }

    mutating func next() throws(Failure) -> Outcome {
        while true {
            switch state {
            case .head:
                guard let head = try takeHead() else { return .needsMore }
                let expectsContinue = try readHead(head)
                if expectsContinue, !hasBufferedInput { return .expectsContinue }
            case .fixedBody(let remaining):
                let left = takeBody(remaining)
                state = .fixedBody(remaining: left)
                guard left == 0 else { return .needsMore }
                return .request(try finish())
            case .chunkSize:
                guard let line = try takeLine() else { return .needsMore }
                try readChunkSize(line)
            case .chunkData(let remaining):
                let left = takeBody(remaining)
                state = left == 0 ? .chunkEnd : .chunkData(remaining: left)
                if left > 0 { return .needsMore }
            case .chunkEnd:
                guard let line = try takeLine() else { return .needsMore }
                guard line.isEmpty else { throw Failure(status: 400, message: "Bad chunk.") }
                state = .chunkSize
            case .trailers:
                guard let line = try takeLine() else { return .needsMore }
                if line.isEmpty { return .request(try finish()) }
            }
        }
    }

    private mutating func takeHead() throws(Failure) -> [String]? {
        // Blank lines before a request are legal and come from sloppy clients.
        while position < input.count, input[position] == 0x0D || input[position] == 0x0A {
            position += 1
        }
        var index = position
        var lineStart = position
        var lines: [String] = []
        while let end = input[index...].firstIndex(of: 0x0A) {
            var line = input[lineStart..<end]
            if line.last == 0x0D { line.removeLast() }
            index = end + 1
            lineStart = index
            if line.isEmpty {
                position = index
                return lines
            }
            lines.append(String(decoding: line, as: UTF8.self))
        }
        guard input.count - position <= Self.maximumHeadBytes else {
            throw Failure(status: 431, message: "Request header fields too large.")
        }
        return nil
    }

    private mutating func takeLine() throws(Failure) -> String? {
        guard let end = input[position...].firstIndex(of: 0x0A) else {
            guard input.count - position <= Self.maximumHeadBytes else {
                throw Failure(status: 400, message: "Bad chunk.")
            }
            return nil
        }
        var line = input[position..<end]
        if line.last == 0x0D { line.removeLast() }
        position = end + 1
        return String(decoding: line, as: UTF8.self)
    }

    private mutating func takeBody(_ wanted: Int) -> Int {
        let taken = min(wanted, input.count - position)
        request?.body.append(contentsOf: input[position..<position + taken])
        position += taken
        return wanted - taken
    }

    /// Sets the state for the body; true if the client expects `100 Continue`.
    private mutating func readHead(_ lines: [String]) throws(Failure) -> Bool {
        let request = try parse(lines)
        self.request = request
        let encoding = request.header("transfer-encoding")?.lowercased()
        let length = request.header("content-length")
        if let encoding {
            guard encoding == "chunked", length == nil else {
                throw Failure(status: 400, message: "Unsupported transfer encoding.")
            }
            state = .chunkSize
        } else if let length {
            guard let count = Int(length), count >= 0 else {
                throw Failure(status: 400, message: "Invalid Content-Length.")
            }
            guard count <= Self.maximumBodyBytes else {
                throw Failure(status: 413, message: "Request body too large.")
            }
            self.request?.body.reserveCapacity(count)
            state = .fixedBody(remaining: count)
        } else {
            state = .fixedBody(remaining: 0)
            return false
        }
        return request.header("expect")?.lowercased() == "100-continue"
    }

    private func parse(_ lines: [String]) throws(Failure) -> HTTPRequest {
        let parts = (lines.first ?? "").split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].hasPrefix("/"),
            parts[2] == "HTTP/1.1" || parts[2] == "HTTP/1.0"
        else { throw Failure(status: 400, message: "Malformed request line.") }
        var headers: [HTTPRequest.HTTPHeader] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else {
                throw Failure(status: 400, message: "Malformed header line.")
            }
            headers.append(
                .init(
                    name: line[..<colon].lowercased(),
                    value: trimmed(line[line.index(after: colon)...])))
        }
        return HTTPRequest(
            method: String(parts[0]), target: String(parts[1]), headers: headers,
            isVersion11: parts[2] == "HTTP/1.1")
    }

    private mutating func readChunkSize(_ line: String) throws(Failure) {
        let digits = line.prefix { $0 != ";" && $0 != " " }
        guard let size = Int(digits, radix: 16), size >= 0,
            size <= Self.maximumBodyBytes - (request?.body.count ?? 0)
        else { throw Failure(status: 400, message: "Bad chunk size.") }
        state = size == 0 ? .trailers : .chunkData(remaining: size)
    }

    private mutating func finish() throws(Failure) -> HTTPRequest {
        guard let finished = request else {
            throw Failure(status: 400, message: "Malformed request.")
        }
        request = nil
        state = .head
        return finished
    }
}

/// The text without white space at its ends.
func trimmed(_ text: some StringProtocol) -> String {
    var rest = Substring(text)
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
}
