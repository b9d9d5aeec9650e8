/// One response: what was asked, how far it is, what has come out.
final class ResponseRecord {
    enum Status: String {
        case queued
        case inProgress = "in_progress"
        case completed, incomplete, failed, cancelled
    }

    let id: String
    let request: CreateRequest
    let createdAt: Int
    /// The input of this request alone, with ids; what came before is found through the store.
    let ownInput: [JSON]
    /// Counted over everything the model was given.
    let inputTokens: Int

    var status: Status
    var completedAt: Int?
    /// By output index; an item is null until it is done.
    var output: [JSON] = []
    var error: JSON = .null
    var incompleteReason: String?
    var usage: JSON = .null
    /// Present while the response is being made, and for background streams while their events
    /// are kept.
    var run: ResponseRun?

    init(
        id: String, request: CreateRequest, createdAt: Int, ownInput: [JSON], inputTokens: Int
    ) {
        self.id = id
        self.request = request
        self.createdAt = createdAt
        self.ownInput = ownInput
        self.inputTokens = inputTokens
        status = request.isBackground ? .queued : .inProgress
    }

    var isFinished: Bool { status != .queued && status != .inProgress }

    var doneOutput: [JSON] { output.filter { !$0.isNull } }

    /// The response object, every member the API sends, in its order.
    func json(include: Include) -> JSON {
        var object: JSONObject = [
            "id": .string(id), "object": "response", "created_at": .integer(createdAt),
            "status": .string(status.rawValue), "background": .bool(request.isBackground),
            "completed_at": completedAt.map { .integer($0) } ?? .null,
        ]
        if let conversation = request.conversationID {
            object.append("conversation", ["id": .string(conversation)])
        }
        object.append("error", error)
        object.append("frequency_penalty", .number(0))
        object.append(
            "incomplete_details",
            incompleteReason.map { ["reason": .string($0)] } ?? .null)
        object.append("instructions", request.value("instructions"))
        object.append("max_output_tokens", request.value("max_output_tokens"))
        object.append("max_tool_calls", request.value("max_tool_calls"))
        object.append("model", .string(ModelCatalog.snapshotName(request.model)))
        object.append("output", .array(doneOutput.map(include.shown)))
        appendRequestEcho(to: &object)
        return .object(object)
    }

    private func appendRequestEcho(to object: inout JSONObject) {
        object.append("parallel_tool_calls", request.value("parallel_tool_calls", default: true))
        object.append("presence_penalty", .number(0))
        object.append("previous_response_id", request.value("previous_response_id"))
        if request.raw["prompt"]?.object != nil {
            object.append("prompt", request.value("prompt"))
        }
        object.append("prompt_cache_key", request.value("prompt_cache_key"))
        object.append("prompt_cache_retention", request.value("prompt_cache_retention"))
        let reasoning = request.raw["reasoning"]
        object.append(
            "reasoning",
            ["effort": reasoning?["effort"] ?? .null, "summary": reasoning?["summary"] ?? .null])
        object.append("safety_identifier", request.value("safety_identifier"))
        let asked = request.value("service_tier", default: "auto")
        object.append("service_tier", isFinished && asked == "auto" ? "default" : asked)
        object.append("store", .bool(request.isStored))
        object.append("temperature", request.decimal("temperature", default: 1))
        object.append(
            "text",
            [
                "format": request.textFormat,
                "verbosity": request.raw["text"]?["verbosity"] ?? "medium",
            ])
        object.append("tool_choice", request.toolChoice)
        object.append("tools", .array(request.tools))
        object.append("top_logprobs", request.value("top_logprobs", default: 0))
        object.append("top_p", request.decimal("top_p", default: 1))
        object.append("truncation", request.value("truncation", default: "disabled"))
        object.append("usage", usage)
        object.append("user", request.value("user"))
        object.append("metadata", request.value("metadata", default: [:]))
    }
}
