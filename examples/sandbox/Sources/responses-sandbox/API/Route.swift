/// What a method and a path ask for.
struct Route {
    /// The names that `on=` of a fault knows, too.
    enum Name: String, CaseIterable {
        case create, get, resume, delete, cancel
        case inputItems = "input_items"
        case inputTokens = "input_tokens"
        case compact, conversations, files, models
        /// The handshake of a WebSocket, and each `response.create` over it.
        case websocket, turn
        case sandbox, unknown
    }

    enum Action {
        case createResponse
        case openSession
        case getResponse(String)
        case deleteResponse(String)
        case cancelResponse(String)
        case listInputItems(String)
        case countInputTokens
        case compact
        case createConversation
        case getConversation(String)
        case updateConversation(String)
        case deleteConversation(String)
        case createItems(conversation: String)
        case listItems(conversation: String)
        case getItem(String, conversation: String)
        case deleteItem(String, conversation: String)
        // In a container, or in none: "".
        case createFile(container: String)
        case listFiles(container: String)
        case getFile(String, container: String)
        case getFileContent(String, container: String)
        case deleteFile(String, container: String)
        case listModels
        case getModel(String)
        case introspect([String])
        case methodNotAllowed
        case unknown
    }

    let name: Name
    let action: Action

    private init(_ name: Name, _ action: Action) {
        self.name = name
        self.action = action
    }

    static func of(_ request: HTTPRequest) -> Route {
        let segments = request.segments
        switch segments.first {
        case "v1": break
        case "sandbox": return Route(.sandbox, .introspect(Array(segments.dropFirst())))
        default: return Route(.unknown, .unknown)
        }
        switch segments.count > 1 ? segments[1] : "" {
        case "responses": return responses(request, Array(segments.dropFirst(2)))
        case "conversations": return conversations(request.method, Array(segments.dropFirst(2)))
        case "files": return files(request.method, "", Array(segments.dropFirst(2)))
        case "containers" where segments.count > 3 && segments[3] == "files":
            return files(request.method, segments[2], Array(segments.dropFirst(4)))
        case "models": return models(request.method, Array(segments.dropFirst(2)))
        default: return Route(.unknown, .unknown)
        }
    }

    private static func responses(_ request: HTTPRequest, _ rest: [String]) -> Route {
        let method = request.method
        switch (method, rest.count, rest.first, rest.last) {
        case ("POST", 0, _, _): return Route(.create, .createResponse)
        case ("GET", 0, _, _) where Handshake.isWanted(by: request):
            return Route(.websocket, .openSession)
        // Fixed words come before ids.
        case ("POST", 1, "input_tokens", _): return Route(.inputTokens, .countInputTokens)
        case ("POST", 1, "compact", _): return Route(.compact, .compact)
        case ("GET", 1, let id?, _):
            let isStream = request.query.contains { $0.name == "stream" && $0.value == "true" }
            return Route(isStream ? .resume : .get, .getResponse(id))
        case ("DELETE", 1, let id?, _): return Route(.delete, .deleteResponse(id))
        case ("POST", 2, let id?, "cancel"): return Route(.cancel, .cancelResponse(id))
        case ("GET", 2, let id?, "input_items"): return Route(.inputItems, .listInputItems(id))
        case (_, 0...1, _, _), (_, 2, _, "cancel"), (_, 2, _, "input_items"):
            return Route(.unknown, .methodNotAllowed)
        default: return Route(.unknown, .unknown)
        }
    }

    private static func conversations(_ method: String, _ rest: [String]) -> Route {
        func route(_ action: Action) -> Route { Route(.conversations, action) }
        if rest.isEmpty {
            return route(method == "POST" ? .createConversation : .methodNotAllowed)
        }
        let id = rest[0]
        if rest.count == 1 {
            switch method {
            case "GET": return route(.getConversation(id))
            case "POST": return route(.updateConversation(id))
            case "DELETE": return route(.deleteConversation(id))
            default: return route(.methodNotAllowed)
            }
        }
        guard rest[1] == "items", rest.count <= 3 else { return Route(.unknown, .unknown) }
        switch (method, rest.count) {
        case ("POST", 2): return route(.createItems(conversation: id))
        case ("GET", 2): return route(.listItems(conversation: id))
        case ("GET", 3): return route(.getItem(rest[2], conversation: id))
        case ("DELETE", 3): return route(.deleteItem(rest[2], conversation: id))
        default: return route(.methodNotAllowed)
        }
    }

    private static func files(_ method: String, _ container: String, _ rest: [String]) -> Route {
        func route(_ action: Action) -> Route { Route(.files, action) }
        switch (method, rest.count) {
        case ("POST", 0): return route(.createFile(container: container))
        case ("GET", 0): return route(.listFiles(container: container))
        case ("GET", 1): return route(.getFile(rest[0], container: container))
        case ("DELETE", 1): return route(.deleteFile(rest[0], container: container))
        case ("GET", 2) where rest[1] == "content":
            return route(.getFileContent(rest[0], container: container))
        case (_, 0...1): return route(.methodNotAllowed)
        default: return Route(.unknown, .unknown)
        }
    }

    private static func models(_ method: String, _ rest: [String]) -> Route {
        switch (method, rest.count) {
        case ("GET", 0): return Route(.models, .listModels)
        case ("GET", 1): return Route(.models, .getModel(rest[0]))
        case (_, 0...1): return Route(.models, .methodNotAllowed)
        default: return Route(.unknown, .unknown)
        }
    }
}
