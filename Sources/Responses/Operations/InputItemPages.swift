/// Paging through the input items.
extension Operation {
    /// Why a page with `has_more` does not lead to a next page; nil when it does. Without this check a
    /// program would page for ever with gateways that ignore `after`. A first page is returned in any case,
    /// unless it is empty.
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

    /// The value of `after` for the next page: "last_id", or the id of the last item if a server omits that.
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

    /// The parameters for the page after a given one; nil when there is none. A server that does not say whether
    /// there is more is asked until it has nothing. Throws if the page has `has_more`, but no id for the next page.
    package static func nextPage(of page: JSONValue, after params: Text?) throws(ResponsesError)
        -> Text?
    {
        let said = page.member("has_more")?.kind
        let items = page.member("data")
        if said == .false || (said != .true && items?.element(0) == nil) { return nil }
        guard let cursor = cursor(page.member("last_id"), items) else {
            if said != .true { return nil }
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
