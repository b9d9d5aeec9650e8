/// POST /responses.
extension Operation {
    package static func create(_ json: GivenJSON, _ settings: Settings) throws(ResponsesError)
        -> Operation
    {
        let body = try RequestBody.prepare(json, stream: false)
        return Operation(
            .document,
            HTTPRequest(
                .post, at: Path.responses, url: settings.url(bytes(Path.responses)), body: body))
    }

    package static func createStream(_ json: GivenJSON, _ settings: Settings) throws(ResponsesError)
        -> Operation
    {
        let body = try RequestBody.prepare(json, stream: true)
        let request = HTTPRequest(
            .post, at: Path.responses, url: settings.url(bytes(Path.responses)), body: body,
            wantsEvents: true)
        var operation = Operation(.stream, request)
        // What the server makes of it counts more; this is for those that do not say.
        operation.isResumable = RequestBody.asksForBackground(body)
        return operation
    }
}
