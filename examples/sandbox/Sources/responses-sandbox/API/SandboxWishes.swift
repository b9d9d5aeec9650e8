/// What a client asks of the sandbox and not of the API. A turn over a WebSocket has no headers and no
/// address of its own, so these wishes are also taken from the query of the handshake and from the
/// metadata of a turn.
struct SandboxWishes {
    var faults: [String] = []
    var speed: String?
    var tags: [String] = []

    /// Of a handshake: headers, and the query.
    init(handshake request: HTTPRequest) {
        func query(_ name: String) -> [String] {
            request.query.filter { $0.name == name }.map(\.value)
        }
        faults = request.values("x-sandbox-fault") + query("sandbox_fault")
        speed = request.header("x-sandbox-speed") ?? query("sandbox_speed").first
        tags = request.values("x-sandbox-tag") + query("sandbox_tag")
    }

    /// Of a turn.
    init(metadata: JSON?) {
        faults = metadata?["sandbox_fault"]?.string.map { [$0] } ?? []
        speed = metadata?["sandbox_speed"]?.string
        tags = metadata?["sandbox_tag"]?.string.map { [$0] } ?? []
    }

    /// The tags, and those of the faults.
    var allTags: [String] {
        let faultTags = faults.flatMap { ((try? FaultSpec.parseList($0)) ?? []).map(\.tag) }
        return tags + faultTags.filter { !$0.isEmpty }
    }
}
