/// POST /responses/input_tokens.
extension Operation {
    package static func countInputTokens(_ json: GivenJSON, _ settings: Settings)
        throws(ResponsesError)
        -> Operation
    {
        let body = try RequestBody.prepare(json, stream: nil)
        let url = settings.url(bytes(Path.responses) + bytes("/input_tokens"))
        return Operation(
            .document, HTTPRequest(.post, at: "/responses/input_tokens", url: url, body: body))
    }
}
