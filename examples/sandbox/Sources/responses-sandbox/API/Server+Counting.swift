/// Routes that look at an input without answering it: token counts and compaction.
extension Server {
    func countInputTokens(_ exchange: Exchange) throws {
        let body = try RequestHeaders.body(exchange.request, isOptional: true)
        try SchemaCheck.checkObject(body, RequestSchemas.inputTokens, at: "")
        if let model = body["model"]?.string { _ = try ModelCatalog.behaviour(of: model) }
        let items = try items(of: body)
        let tokens = Prompt.tokens(
            of: items, instructions: body["instructions"]?.string ?? "",
            tools: body["tools"]?.array ?? [])
        exchange.respond(
            200,
            [
                "object": "response.input_tokens",
                "input_tokens": .integer(tokens),
            ])
    }

    /// The messages of the user stay as they are; everything else vanishes into one item.
    func compact(_ exchange: Exchange) throws {
        let body = try RequestHeaders.body(exchange.request)
        try SchemaCheck.checkObject(body, RequestSchemas.compact, at: "")
        _ = try ModelCatalog.behaviour(of: body["model"]?.string ?? "")
        let items = try items(of: body)
        let id = store.identifiers.next("cmp_")
        let kept = items.filter { $0["role"]?.string == "user" }
        let compaction: JSON = [
            "id": .string(id), "type": "compaction",
            "encrypted_content": .string(Opaque.text(for: id, seed: options.seed)),
        ]
        let input = Prompt.tokens(
            of: items, instructions: body["instructions"]?.string ?? "", tools: [])
        let output = Pieces.count(compaction["encrypted_content"]?.string ?? "")
        exchange.respond(
            200,
            [
                "id": .string(store.identifiers.next("resp_")), "object": "response.compaction",
                "created_at": .integer(Int(WallClock.seconds())),
                "output": .array(kept + [compaction]),
                "usage": [
                    "input_tokens": .integer(input),
                    "input_tokens_details": ["cached_tokens": 0, "cache_write_tokens": 0],
                    "output_tokens": .integer(output),
                    "output_tokens_details": ["reasoning_tokens": 0],
                    "total_tokens": .integer(input + output),
                ],
            ])
    }

    private func items(of body: JSON) throws -> [JSON] {
        let conversation = body["conversation"]
        let history = try history(
            previous: body["previous_response_id"]?.string,
            conversation: conversation?.string ?? conversation?["id"]?.string)
        let own = try InputItems.normalized(
            body["input"], identifiers: store.identifiers, lookUp: store.item)
        return history + own
    }
}
