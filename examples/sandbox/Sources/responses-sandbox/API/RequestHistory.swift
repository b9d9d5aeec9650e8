/// The last requests, as the server saw them: for tests that want to know what a client sent.
final class RequestHistory {
    private static let capacity = 2000
    private var entries: [Entry] = []
    private var total = 0

    private struct Entry {
        var number: Int
        var request: HTTPRequest
        var bodyBytes: Int
        var requestID: String
        var remotePort: Int
        var tags: [String]
    }

    func add(_ request: HTTPRequest, requestID: String, remotePort: Int, tags: [String] = []) {
        total += 1
        // Half at a time, so that removing from the front costs nothing to speak of.
        if entries.count >= 2 * Self.capacity { entries.removeFirst(Self.capacity) }
        var kept = request
        if kept.body.count > Self.longestBody { kept.body = [] }
        entries.append(
            Entry(
                number: total, request: kept, bodyBytes: request.body.count, requestID: requestID,
                remotePort: remotePort,
                tags: SandboxWishes(handshake: request).allTags + tags))
    }

    /// A message over a WebSocket; it has the headers, and the tags, of the handshake beside its own.
    func add(_ message: Bytes, over handshake: HTTPRequest, remotePort: Int, tags: [String]) {
        var request = handshake
        request.method = "WEBSOCKET"
        request.body = message
        add(request, requestID: "", remotePort: remotePort, tags: tags)
    }

    /// Larger ones are shown as null, with their size.
    private static let longestBody = 32 * 1024

    func forgetAll() {
        entries = []
        total = 0
    }

    func forget(tag: String) { entries.removeAll { $0.tags.contains(tag) } }

    /// Oldest first; with a tag, those that carry it; with a limit, the last so many.
    func json(tag: String?, limit: Int?) -> JSON {
        let wanted = entries.filter { tag.map($0.tags.contains) ?? true }
        let shown = wanted.suffix(max(0, limit ?? 100))
        return ["object": "list", "total": .integer(wanted.count), "data": .array(shown.map(json))]
    }

    private func json(_ entry: Entry) -> JSON {
        var headers = JSONObject()
        for header in entry.request.headers {
            let earlier = headers[header.name]?.string.map { $0 + ", " } ?? ""
            headers[header.name] = .string(earlier + header.value)
        }
        let body = entry.request.body
        return [
            "number": .integer(entry.number), "method": .string(entry.request.method),
            "path": .string(entry.request.path), "target": .string(entry.request.target),
            "headers": .object(headers), "request_id": .string(entry.requestID),
            "remote_port": .integer(entry.remotePort),
            "http_version": entry.request.isVersion11 ? "1.1" : "1.0",
            "body_bytes": .integer(entry.bodyBytes),
            "body": body.isEmpty ? .null : JSON(reading: body) ?? .null,
        ]
    }
}
