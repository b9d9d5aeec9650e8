/// GET /responses/{id}, as a document and as a stream of events.
extension Operation {
    package static func get(_ id: Input, _ params: Input?, _ settings: Settings)
        throws(ResponsesError)
        -> Operation
    {
        let path = try Path.response(id)
        let parameters = try QueryParameters(params)
        return Operation(
            .document,
            HTTPRequest(.get, at: Path.one, url: settings.url(path, query: parameters.query)))
    }

    package static func getStream(_ id: Input, _ params: Input?, _ settings: Settings)
        throws(ResponsesError) -> Operation
    {
        let parameters = try QueryParameters(params, forStream: true)
        let request = try resume(id, after: parameters.startingAfter, parameters.query, settings)
        var operation = Operation(.stream, request)
        operation.responseID = Array(id)
        operation.isResumable = true
        operation.streamQuery = parameters.query
        operation.startingAfter = parameters.startingAfter
        return operation
    }

    /// The request for the events of a response after one of them (-1: all).
    static func resume(_ id: Input, after sequence: Int64, _ query: [UInt8], _ settings: Settings)
        throws(ResponsesError) -> HTTPRequest
    {
        var all = bytes("stream=true")
        if sequence >= 0 { all += bytes("&starting_after=") + decimal(sequence) }
        if !query.isEmpty { all += [0x26] + query }
        return HTTPRequest(
            .get, at: Path.one, url: settings.url(try Path.response(id), query: all),
            wantsEvents: true)
    }
}
