import CCurl
import CPlatform

/// The headers of a client's requests, as lists for libcurl. They are made once: a list for each request
/// would be seven texts to make, to copy, and to wipe, because the key is in one.
///
/// A list of libcurl goes on wherever its last node points (curl_slist(3)). So those that differ from
/// request to request are nodes in front of those that all have:
///
///     Idempotency-Key (the transfer's own) -> Content-Type -> Accept -> the client's
///     Sec-WebSocket-Key (the transfer's own) -> Connection -> Upgrade -> ... -> the client's
final class ClientHeaders {
    private let common: UnsafeMutablePointer<curl_slist>
    /// For a document and for events.
    private let accepts: (UnsafeMutablePointer<curl_slist>, UnsafeMutablePointer<curl_slist>)
    private let types: (UnsafeMutablePointer<curl_slist>, UnsafeMutablePointer<curl_slist>)
    private let nodes: UnsafeMutablePointer<curl_slist>
    /// For a request to speak WebSocket. The last two keep libcurl from packing frames in chunks, and from
    /// waiting a second for a 100.
    private let upgrade: UnsafeMutablePointer<curl_slist>
    private static let nodeCount = 9
    /// False: the caller has a header of that name.
    let takesIdempotencyKey: Bool

    /// Nil when memory is out; everything is had before the object is made (see `Text`).
    static func make(_ settings: Settings) -> ClientHeaders? {
        var list = HeaderList(overriddenBy: settings.extraHeaders)
        // By itself libcurl would write it twice for each request, a character at a time.
        list.add("Accept-Encoding", "gzip, deflate")
        settings.addHeaders(to: &list)
        guard let common = list.take() else { return nil }
        guard let memory = calloc(nodeCount, MemoryLayout<curl_slist>.stride) else {
            curl_free_secret_list(common)
            return nil
        }
        let nodes = memory.bindMemory(to: curl_slist.self, capacity: nodeCount)
        return ClientHeaders(common, nodes, settings.extraHeaders)
    }

    private init(
        _ common: UnsafeMutablePointer<curl_slist>, _ nodes: UnsafeMutablePointer<curl_slist>,
        _ overrides: [Settings.Header]
    ) {
        func has(_ name: StaticString) -> Bool { overrides.contains { $0.hasName(name.buffer) } }
        func link(_ index: Int, _ line: StaticString, to next: UnsafeMutablePointer<curl_slist>)
            -> UnsafeMutablePointer<curl_slist>
        {
            // libcurl reads the text and does not change it.
            let text = UnsafeMutableRawPointer(mutating: line.utf8Start)
            nodes[index].data = text.assumingMemoryBound(to: CChar.self)
            nodes[index].next = next
            return nodes + index
        }
        self.common = common
        self.nodes = nodes
        takesIdempotencyKey = !has("Idempotency-Key")
        let (ownAccept, ownType) = (has("Accept"), has("Content-Type"))
        let accepts = (
            ownAccept ? common : link(0, "Accept: application/json", to: common),
            ownAccept ? common : link(1, "Accept: text/event-stream", to: common)
        )
        let type = "Content-Type: application/json" as StaticString
        self.accepts = accepts
        types = (
            ownType ? accepts.0 : link(2, type, to: accepts.0),
            ownType ? accepts.1 : link(3, type, to: accepts.1)
        )
        let transferEncoding = link(4, "Transfer-Encoding:", to: link(5, "Expect:", to: common))
        let version = link(6, "Sec-WebSocket-Version: 13", to: transferEncoding)
        upgrade = link(7, "Connection: Upgrade", to: link(8, "Upgrade: websocket", to: version))
    }

    deinit {
        curl_free_secret_list(common)
        free(nodes)
    }

    /// The list for a request, but for its idempotency key. It lives as long as this object.
    func list(for request: HTTPRequest) -> UnsafeMutablePointer<curl_slist> {
        if request.isUpgrade { return upgrade }
        if request.wantsBytes { return common }
        if request.hasOwnType { return accepts.0 }
        let hasType = request.body != nil || request.method == .post
        if hasType { return request.wantsEvents ? types.1 : types.0 }
        return request.wantsEvents ? accepts.1 : accepts.0
    }
}
