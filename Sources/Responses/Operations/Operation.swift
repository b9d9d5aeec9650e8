/// What one call sends and what it accepts back: a line of the table of operations, filled in. `Call`
/// carries it out.
package struct Operation {
    package enum Kind {
        /// One request, one document.
        case document
        /// One request, a stream of events.
        case stream
        /// The same request again and again until the response has ended.
        case poll
        /// One request, and bytes of any kind, which are asked for from where they broke off.
        case bytes
    }

    let kind: Kind
    private(set) var request: HTTPRequest
    /// An answer without a body is fine: a deletion, or an endpoint we know nothing of.
    var acceptsEmptyBody = false
    /// What its answers look like is known.
    var isKnown = true

    // What it takes to go on with a stream after a break.
    /// The response that is read, where the operation names one.
    var responseID: [UInt8] = []
    /// A stream of a stored response, which can be asked for again from any place.
    var isResumable = false
    /// The query of the stream without its place.
    var streamQuery: [UInt8] = []
    /// Only events after this one are wanted.
    var startingAfter: Int64 = -1

    /// A page of a list.
    var isList = false
    /// For lists: the item behind which this page begins.
    var afterItem: [UInt8] = []

    /// It is a turn of a session, and `request` only names it.
    var turn: SessionTurn?

    /// It is a loop of creates, and `request` is the next one.
    var run: ToolRun?

    /// Its events are in bytes that the program gives it; `request` only names it.
    var isFed = false

    /// For polls: how long in all, in milliseconds; negative for as long as it takes.
    var patience: Int64 = -1

    init(_ kind: Kind, _ request: HTTPRequest) {
        self.kind = kind
        self.request = request
    }
}

extension Operation {
    /// A run; see `CallRounds`.
    package static func run(
        _ json: GivenJSON, _ tools: Toolbox?, _ settings: FrozenSettings
    ) throws(ResponsesError) -> Operation {
        let run = try ToolRun(json, tools, settings, isSession: false)
        var operation = try Operation(.createStream, noID, try run.body(), settings)
        operation.run = run
        return operation
    }

    /// The request of its next round.
    mutating func takeNextRound(_ settings: FrozenSettings) throws(ResponsesError) {
        guard let run else { return }
        let body = try run.body()
        if let turn {
            self.turn = SessionTurn(
                session: turn.session, purpose: .create, message: try SessionBody.create(body))
        } else {
            request = try Operation(.createStream, Operation.noID, body, settings).request
        }
    }

    private static var noID: Input { Input(start: nil, count: 0) }
}

/// Text that a caller passed in.
package typealias Input = UnsafeBufferPointer<UInt8>

/// The parts of a request's URL.
enum Path {
    static let one: StaticString = "/responses/{id}"

    /// A response can be asked for by this id. Encoded or not, dots mean another place. An id that a server
    /// sent is looked at before it is used: what is wrong with it is not the caller's fault.
    static func isUsable(_ id: Input) -> Bool {
        if id.isEmpty { return false }
        // Slashes are encoded.
        return id.contains(0x2F) || !PathText.hasDotSegment(Array(id))
    }

    /// The path with a response's id for `{id}`, percent-encoded, whatever is in it.
    static func fill(_ path: StaticString, _ id: Input) throws(ResponsesError) -> [UInt8] {
        let path = path.buffer
        guard let open = path.firstIndex(of: 0x7B), let close = path.firstIndex(of: 0x7D) else {
            return Array(path)
        }
        if id.isEmpty {
            throw .invalid("id", "is empty; expected the id of a response, such as \"resp_123\"")
        }
        if !isUsable(id) {
            throw .invalid("id", "must not be \".\" or \"..\", in any encoding")
        }
        var filled = Array(path[..<open])
        PercentEncoding.append(id, to: &filled)
        filled.append(contentsOf: path[(close + 1)...])
        return filled
    }
}

extension FrozenSettings {
    func url(_ path: [UInt8], query: [UInt8] = []) -> [UInt8] {
        values.baseURL.url(path: path, query: query, defaults: values.defaultQuery)
    }
}
