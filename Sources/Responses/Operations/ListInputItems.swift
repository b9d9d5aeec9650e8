/// GET /responses/{id}/input_items: one page.
extension Operation {
    package static func listInputItems(_ id: Input, _ params: Input?, _ settings: Settings)
        throws(ResponsesError) -> Operation
    {
        let path = try Path.response(id, "/input_items")
        let parameters = try QueryParameters(params)
        return Operation(
            .document, HTTPRequest(.get, url: settings.url(path, query: parameters.query)))
    }
}
