/// The query of `GET /v1/responses/{id}`.
struct ResponseQuery {
    let include: Include
    let isStream: Bool
    let startingAfter: Int?
    let includesObfuscation: Bool

    init(_ query: [HTTPRequest.QueryItem]) throws {
        include = try Include(query: query)
        isStream = try QueryValue.bool("stream", in: query) ?? false
        startingAfter = try QueryValue.integer("starting_after", in: query)
        includesObfuscation = try QueryValue.bool("include_obfuscation", in: query) ?? true
    }
}

/// Values of a query, checked like those of a body.
enum QueryValue {
    static func text(_ name: String, in query: [HTTPRequest.QueryItem]) -> String? {
        query.last { $0.name == name }?.value
    }

    static func integer(_ name: String, in query: [HTTPRequest.QueryItem]) throws -> Int? {
        guard let text = text(name, in: query) else { return nil }
        guard let value = Int(text) else {
            throw APIError.invalid(
                "Invalid type for '\(name)': expected an integer, but got a string instead.",
                param: name, code: "invalid_type")
        }
        return value
    }

    static func bool(_ name: String, in query: [HTTPRequest.QueryItem]) throws -> Bool? {
        switch text(name, in: query) {
        case nil: return nil
        case "true": return true
        case "false": return false
        default:
            throw APIError.invalid(
                "Invalid type for '\(name)': expected a boolean, but got a string instead.",
                param: name, code: "invalid_type")
        }
    }
}

/// Which part of a list a client wants to see, and in which order.
struct PageQuery {
    private let limit: Int
    private let isAscending: Bool
    private let after: String?
    private let before: String?
    private let include: Include

    init(_ query: [HTTPRequest.QueryItem]) throws {
        let limit = try QueryValue.integer("limit", in: query) ?? 20
        try SchemaCheck.check(
            .integer(limit), .integer(minimum: 1, maximum: 100), at: "limit")
        let order = QueryValue.text("order", in: query) ?? "desc"
        try SchemaCheck.check(.string(order), .choice(["asc", "desc"]), at: "order")
        self.limit = limit
        isAscending = order == "asc"
        after = QueryValue.text("after", in: query)
        before = QueryValue.text("before", in: query)
        include = try Include(query: query)
    }

    /// The page of these items, which are oldest first, in the form that `faults` ask for.
    func page(of items: [JSON], _ faults: Faults) throws -> JSON {
        var rest = (isAscending ? items : items.reversed())[...]
        if let after { rest = rest[(try index(of: after, in: rest) + 1)...] }
        if let before { rest = rest[..<(try index(of: before, in: rest))] }
        let page = rest.prefix(limit)
        let shown = page.map(include.shown)
        var list: JSON = [
            "object": "list",
            "data": .array(faults.listsPlainContent ? shown.map(Self.withPlainContent) : shown),
            "first_id": page.first?["id"] ?? .null, "last_id": page.last?["id"] ?? .null,
            "has_more": .bool(rest.count > page.count),
        ]
        if faults.hidesLastID {
            list.remove("first_id")
            list.remove("last_id")
        }
        return list
    }

    /// An item whose content is the text of its parts.
    private static func withPlainContent(_ item: JSON) -> JSON {
        guard let parts = item["content"]?.array else { return item }
        var plain = item
        plain.set("content", .string(parts.compactMap { $0["text"]?.string }.joined()))
        return plain
    }

    private func index(of id: String, in items: ArraySlice<JSON>) throws -> Int {
        guard let index = items.firstIndex(where: { $0["id"]?.string == id }) else {
            throw APIError.itemNotFound(id)
        }
        return index
    }
}
