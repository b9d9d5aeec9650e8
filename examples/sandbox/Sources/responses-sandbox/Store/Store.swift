/// Everything the server remembers, in memory only.
final class Store {
    let identifiers: Identifiers
    private var responses: [String: ResponseRecord] = [:]
    private var files: [String: StoredFile] = [:]
    private var fileOrder: [String] = []
    private(set) var conversations: [String: Conversation] = [:]

    init(identifiers: Identifiers) { self.identifiers = identifiers }

    func response(_ id: String) -> ResponseRecord? { responses[id] }

    func keep(_ record: ResponseRecord) { responses[record.id] = record }

    func remove(_ id: String) { responses[id] = nil }

    func add(_ conversation: Conversation) { conversations[conversation.id] = conversation }

    func add(_ file: StoredFile) {
        files[file.id] = file
        fileOrder.append(file.id)
    }

    func file(_ id: String) -> StoredFile? { files[id] }

    /// The oldest first.
    func files(in container: String) -> [StoredFile] {
        fileOrder.compactMap { files[$0] }.filter { $0.container == container }
    }

    func removeFile(_ id: String) {
        files[id] = nil
        fileOrder.removeAll { $0 == id }
    }

    func removeConversation(_ id: String) { conversations[id] = nil }

    /// Forgets everything; what is still running stops.
    func reset() {
        for record in responses.values { record.run?.abandon() }
        responses = [:]
        conversations = [:]
        files = [:]
        fileOrder = []
        identifiers.reset()
    }

    /// The items of the whole chain that ends with this response, oldest first: its input and,
    /// for every earlier turn, what came out. A deleted link cuts off all that is older.
    func history(upTo id: String) -> [JSON] {
        var turns: [[JSON]] = []
        var next: String? = id
        while let id = next, let record = responses[id], record.request.isStored {
            turns.append(record.ownInput + record.doneOutput)
            next = record.request.previousResponseID
        }
        return turns.reversed().flatMap { $0 }
    }

    /// What `input_items` lists: earlier turns, then the input of this one.
    func inputItems(of record: ResponseRecord) -> [JSON] {
        (record.request.previousResponseID.map(history) ?? []) + record.ownInput
    }

    /// The stored item of that id, wherever it is.
    func item(_ id: String) -> JSON? {
        func matches(_ item: JSON) -> Bool { item["id"]?.string == id }
        for record in responses.values where record.request.isStored {
            if let found = record.ownInput.first(where: matches) { return found }
            if let found = record.doneOutput.first(where: matches) { return found }
        }
        for conversation in conversations.values {
            if let found = conversation.items.first(where: matches) { return found }
        }
        return nil
    }
}

/// An ordered list of items that responses add to.
final class Conversation {
    let id: String
    let createdAt: Int
    var metadata: JSON
    var items: [JSON]

    init(id: String, createdAt: Int, metadata: JSON, items: [JSON]) {
        self.id = id
        self.createdAt = createdAt
        self.metadata = metadata
        self.items = items
    }

    var json: JSON {
        [
            "id": .string(id), "object": "conversation", "created_at": .integer(createdAt),
            "metadata": metadata,
        ]
    }
}
