/// The routes of `/v1/conversations`.
extension Server {
    func dispatchConversation(_ exchange: Exchange) throws {
        switch exchange.route.action {
        case .createConversation: try createConversation(exchange)
        case .getConversation(let id): exchange.respond(200, try conversation(id).json)
        case .updateConversation(let id): try updateConversation(id, exchange)
        case .deleteConversation(let id): try deleteConversation(id, exchange)
        case .createItems(let id): try createItems(id, exchange)
        case .listItems(let id): try listItems(id, exchange)
        case .getItem(let item, let id): try getItem(item, id, exchange)
        case .deleteItem(let item, let id): try deleteItem(item, id, exchange)
        default:
            throw APIError.invalid(
                "Invalid URL (\(exchange.request.method) \(exchange.request.path))", status: 404)
        }
    }

    func conversation(_ id: String) throws -> Conversation {
        guard let conversation = store.conversations[id] else {
            throw APIError.conversationNotFound(id)
        }
        return conversation
    }

    private func createConversation(_ exchange: Exchange) throws {
        let body = try RequestHeaders.body(exchange.request, isOptional: true)
        try SchemaCheck.checkObject(body, RequestSchemas.conversationCreate, at: "")
        let items = try normalized(body["items"])
        let metadata = body["metadata"].flatMap { $0.isNull ? nil : $0 } ?? [:]
        let conversation = Conversation(
            id: store.identifiers.next("conv_"), createdAt: Int(WallClock.seconds()),
            metadata: metadata, items: items)
        store.add(conversation)
        exchange.respond(200, conversation.json)
    }

    private func updateConversation(_ id: String, _ exchange: Exchange) throws {
        let body = try RequestHeaders.body(exchange.request)
        try SchemaCheck.checkObject(body, RequestSchemas.conversationUpdate, at: "")
        let conversation = try conversation(id)
        conversation.metadata = body["metadata"] ?? [:]
        exchange.respond(200, conversation.json)
    }

    private func deleteConversation(_ id: String, _ exchange: Exchange) throws {
        _ = try conversation(id)
        store.removeConversation(id)
        exchange.respond(
            200, ["id": .string(id), "object": "conversation.deleted", "deleted": true])
    }

    private func createItems(_ id: String, _ exchange: Exchange) throws {
        let include = try Include(query: exchange.request.query)
        let body = try RequestHeaders.body(exchange.request)
        try SchemaCheck.checkObject(body, RequestSchemas.conversationItems, at: "")
        let conversation = try conversation(id)
        let items = try normalized(body["items"])
        conversation.items += items
        exchange.respond(
            200,
            [
                "object": "list", "data": .array(items.map(include.shown)),
                "first_id": items.first?["id"] ?? .null, "last_id": items.last?["id"] ?? .null,
                "has_more": false,
            ])
    }

    private func listItems(_ id: String, _ exchange: Exchange) throws {
        let page = try PageQuery(exchange.request.query)
        exchange.respond(200, try page.page(of: conversation(id).items, exchange.faults))
    }

    private func getItem(_ itemID: String, _ id: String, _ exchange: Exchange) throws {
        let include = try Include(query: exchange.request.query)
        let conversation = try conversation(id)
        guard let item = conversation.items.first(where: { $0["id"]?.string == itemID }) else {
            throw APIError.itemNotFound(itemID)
        }
        exchange.respond(200, include.shown(item))
    }

    private func deleteItem(_ itemID: String, _ id: String, _ exchange: Exchange) throws {
        let conversation = try conversation(id)
        guard conversation.items.contains(where: { $0["id"]?.string == itemID }) else {
            throw APIError.itemNotFound(itemID)
        }
        conversation.items.removeAll { $0["id"]?.string == itemID }
        exchange.respond(200, conversation.json)
    }

    private func normalized(_ items: JSON?) throws -> [JSON] {
        try InputItems.normalized(items, identifiers: store.identifiers, lookUp: store.item)
    }
}
