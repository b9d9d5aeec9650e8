/// POST /responses/compact.
extension Operation {
    package static func compact(_ json: GivenJSON, _ settings: Settings) throws(ResponsesError)
        -> Operation
    {
        let body = try RequestBody.prepare(json, stream: nil)
        let url = settings.url(bytes(Path.responses) + bytes("/compact"))
        return Operation(
            .document, HTTPRequest(.post, at: "/responses/compact", url: url, body: body))
    }
}
