/// DELETE /responses/{id}.
extension Operation {
    package static func delete(_ id: Input, _ settings: Settings) throws(ResponsesError)
        -> Operation
    {
        var operation = Operation(
            .document, HTTPRequest(.delete, at: Path.one, url: settings.url(try Path.response(id))))
        operation.acceptsEmptyBody = true
        return operation
    }
}
