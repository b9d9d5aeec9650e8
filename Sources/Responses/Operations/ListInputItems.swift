/// GET /responses/{id}/input_items: one page.
extension Operation {
    package static func listInputItems(_ id: Input, _ params: Input?, _ settings: Settings)
        throws(ResponsesError) -> Operation
    {
        let path = try Path.response(id, "/input_items")
        let parameters = try QueryParameters(params)
        var operation = Operation(
            .document, HTTPRequest(.get, url: settings.url(path, query: parameters.query)))
        operation.isList = true
        operation.afterItem = parameters.after
        return operation
    }

    /// Why a page cannot lead to the next one, though it says that there is one; nil when it can. Whoever
    /// pages through such a list would never come to an end (some gateways ignore `after`).
    func brokenCursor(of page: JSONValue) -> String? {
        guard isList, page.member("has_more")?.kind == .true else { return nil }
        guard let last = page.member("last_id"), last.kind == .string, !last.rawText.isEmpty else {
            return "the page says that more follow, but has no last_id"
        }
        let isStuck = afterItem.withUnsafeBufferPointer { last.isText($0) }
        return isStuck
            ? "the page after an item ends with that item again: the server ignores \"after\"" : nil
    }
}
