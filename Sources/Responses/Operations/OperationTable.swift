/// The operations of the header, a line for each: what it sends and what it accepts.
package struct Endpoint {
    package enum Takes {
        case nothing
        /// An object of parameters, which become the query.
        case parameters
        /// A request, which becomes the body. `stream`: what its member of that name is to be; nil leaves it
        /// alone.
        case request(stream: Bool?)
    }

    let method: HTTPRequest.Method
    /// `{id}` stands for a response's id, percent-encoded.
    let path: StaticString
    package let takes: Takes
    let kind: Operation.Kind
    /// An answer without a body is fine.
    var acceptsEmptyBody = false
    /// The answer is a page of a list.
    var isList = false

    package static var create: Endpoint {
        Endpoint(.post, "/responses", .request(stream: false), .document)
    }
    package static var createStream: Endpoint {
        Endpoint(.post, "/responses", .request(stream: true), .stream)
    }
    package static var get: Endpoint {
        Endpoint(.get, "/responses/{id}", .parameters, .document)
    }
    package static var getStream: Endpoint {
        Endpoint(.get, "/responses/{id}", .parameters, .stream)
    }
    package static var wait: Endpoint { Endpoint(.get, "/responses/{id}", .nothing, .poll) }
    package static var cancel: Endpoint {
        Endpoint(.post, "/responses/{id}/cancel", .nothing, .document)
    }
    package static var delete: Endpoint {
        Endpoint(.delete, "/responses/{id}", .nothing, .document, acceptsEmptyBody: true)
    }
    package static var listInputItems: Endpoint {
        Endpoint(.get, "/responses/{id}/input_items", .parameters, .document, isList: true)
    }
    package static var countInputTokens: Endpoint {
        Endpoint(.post, "/responses/input_tokens", .request(stream: nil), .document)
    }
    package static var compact: Endpoint {
        Endpoint(.post, "/responses/compact", .request(stream: nil), .document)
    }

    package var hasID: Bool { path.buffer.contains(0x7B) }

    private init(
        _ method: HTTPRequest.Method, _ path: StaticString, _ takes: Takes, _ kind: Operation.Kind,
        acceptsEmptyBody: Bool = false, isList: Bool = false
    ) {
        self.method = method
        self.path = path
        self.takes = takes
        self.kind = kind
        self.acceptsEmptyBody = acceptsEmptyBody
        self.isList = isList
    }
}

extension Operation {
    /// `id`: the response's, for a path that has one.
    package init(
        _ endpoint: Endpoint, _ id: Input, _ json: GivenJSON, _ settings: FrozenSettings
    ) throws(ResponsesError) {
        let path = try Path.fill(endpoint.path, id)
        let isStream = endpoint.kind == .stream
        var body: Text?
        var parameters = QueryParameters.none
        switch endpoint.takes {
        case .nothing: break
        case .parameters:
            parameters = try QueryParameters(json.input, forStream: isStream)
        case .request(let stream): body = try RequestBody.prepare(json, stream: stream)
        }
        var query = parameters.query
        if isStream && body == nil {
            query = Operation.streamQuery(parameters.query, after: parameters.startingAfter)
        }
        self.init(
            endpoint.kind,
            HTTPRequest(
                endpoint.method, at: endpoint.path, url: settings.url(path, query: query),
                body: body, wantsEvents: isStream))
        acceptsEmptyBody = endpoint.acceptsEmptyBody
        isList = endpoint.isList
        afterItem = parameters.after
        if endpoint.kind == .document { return }
        responseID = Array(id)
        // What the server makes of a request counts more; this is for those that do not say.
        isResumable = isStream && body.map { RequestBody.asksForBackground($0) } ?? true
        streamQuery = parameters.query
        startingAfter = parameters.startingAfter
    }

    /// The response, until it has ended. `timeout` in milliseconds, -1 for no limit.
    package static func wait(_ id: Input, timeout: Int32, _ settings: FrozenSettings)
        throws(ResponsesError) -> Operation
    {
        if timeout < -1 {
            throw .invalid("timeout_ms", "expected milliseconds, or -1 for no limit")
        }
        var operation = try Operation(.wait, id, .text(nil), settings)
        operation.patience = Int64(timeout)
        return operation
    }

    /// The request for the events of a response after one of them (-1: all).
    static func resume(
        _ id: Input, after sequence: Int64, _ query: [UInt8], _ settings: FrozenSettings
    )
        throws(ResponsesError) -> HTTPRequest
    {
        let query = streamQuery(query, after: sequence)
        return HTTPRequest(
            .get, at: Path.one, url: settings.url(try Path.fill(Path.one, id), query: query),
            wantsEvents: true)
    }

    private static func streamQuery(_ query: [UInt8], after sequence: Int64) -> [UInt8] {
        var all = bytes("stream=true")
        if sequence >= 0 { all += bytes("&starting_after=") + decimal(sequence) }
        if !query.isEmpty { all += [0x26] + query }
        return all
    }
}
