/// Going from page to page of the input items.
extension Operation {
    /// Why a page cannot lead to the next one, though it was asked for as the next one and says that there
    /// is one; nil when it can. Whoever pages through such a list would never come to an end (some gateways
    /// ignore `after`). The first page is worth having by itself and is handed over whatever it says of
    /// others, unless nothing is on it.
    func brokenCursor(of page: JSONValue) -> Message? {
        guard isList, page.member("has_more")?.kind == .true else { return nil }
        let items = page.member("data")
        guard let cursor = Operation.cursor(page.member("last_id"), items) else {
            return afterItem.isEmpty && items?.element(0) != nil
                ? nil : "has_more is true, but the page has no last_id and no item with an id"
        }
        let isStuck = afterItem.withUnsafeBufferPointer { cursor.isText($0) }
        return isStuck
            ? "the server ignores the parameter after: the next page ends with the same item" : nil
    }

    /// What the next page comes after: "last_id", or the id of the last item where a server leaves that out.
    private static func cursor(_ lastID: JSONValue?, _ items: JSONValue?) -> JSONValue? {
        if let lastID, lastID.kind == .string, !lastID.rawText.isEmpty { return lastID }
        guard let items, items.kind == .array else { return nil }
        var last: JSONValue?
        items.forEach { _, item in
            last = item
            return true
        }
        guard let id = last?.member("id"), id.kind == .string else { return nil }
        return id.rawText.isEmpty ? nil : id
    }

    /// The parameters of the page behind one that came; nil when there is none. A page that names no next
    /// one, though it says that there is one, throws.
    package static func nextPage(of page: JSONValue, after params: Text?) throws(ResponsesError)
        -> Text?
    {
        guard page.member("has_more")?.kind == .true else { return nil }
        guard let cursor = cursor(page.member("last_id"), page.member("data")) else {
            throw ResponsesError(
                .protocol,
                "has_more is true, but the page has no last_id and no item with an id")
        }
        var next = ByteBuffer()
        let isWritten = JSONWriter.object(
            params.flatMap { JSONValue(checking: $0.base, count: $0.count) }, replacing: "after",
            into: &next
        ) { $0.append(cursor.start, cursor.count) }
        guard isWritten, let text = next.copy() else { throw .noMemory() }
        return text
    }
}
