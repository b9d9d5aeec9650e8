/// POST /responses/{id}/cancel.
extension Operation {
    package static func cancel(_ id: Input, _ settings: Settings) throws(ResponsesError)
        -> Operation
    {
        Operation(
            .document,
            HTTPRequest(
                .post, at: "/responses/{id}/cancel",
                url: settings.url(try Path.response(id, "/cancel"))))
    }
}
