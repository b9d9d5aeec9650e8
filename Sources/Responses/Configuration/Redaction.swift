/// What the client sends as a secret, so that it can be taken out of text that others wrote: a server that
/// repeats the key in its error message, a redirect that keeps the query. Made when options are frozen.
///
/// A short one counts only as a whole word: it would be found in others that have nothing to do with it. So
/// short that it is found among words and numbers, only the key counts.
package final class Redaction: @unchecked Sendable {
    struct Secret {
        let text: Text
        let start: Int

        var bytes: UnsafeBufferPointer<UInt8> {
            UnsafeBufferPointer(start: text.base + start, count: text.count &- start)
        }
    }

    /// From here on a secret is also found within a word.
    static let longEnough = 8
    private static let shortest = 4
    private(set) var secrets: [Secret] = []

    // What libcurl may quote: see CurlText.
    let files: [(value: [UInt8], option: Option)]
    let proxy: Text?
    let baseURL: BaseURL
    /// Variables that name what is trusted, and no option does.
    let trustVariable: StaticString?
    /// An option does.
    let namesTrust: Bool
    /// What is trusted, for a TLS library that does not name it; else nothing.
    let trusted: [UInt8]

    init(_ settings: Settings) {
        proxy = settings.proxy
        baseURL = settings.baseURL
        namesTrust =
            settings.caFile != nil || settings.caPath != nil || settings.caFallbackFile != nil
        trustVariable = TrustStore.variable(of: settings)
        trusted = CurlLibrary.usesGnuTLS ? TrustStore(settings).names : []
        var files: [(value: [UInt8], option: Option)] = []
        if let path = settings.clientKey { files.append((path, .clientKey)) }
        if let path = settings.clientCertificate { files.append((path, .clientCertificate)) }
        if let path = settings.caFile { files.append((path, .caFile)) }
        if let path = settings.caPath { files.append((path, .caPath)) }
        if let path = settings.caFallbackFile { files.append((path, .caFallbackFile)) }
        self.files = files
        if let key = settings.apiKey, key.count > 0 { secrets.append(Secret(text: key, start: 0)) }
        if let key = settings.formerKey, key.count > 0 {
            secrets.append(Secret(text: key, start: 0))
        }
        for header in settings.extraHeaders where !isPublic(header) { add(header: header.value) }
        add(query: baseURL.query)
        add(query: settings.defaultQuery)
        // Some gateways have a key there; words are shorter.
        for segment in pieces(of: Array(baseURL.path), separator: 0x2F)
        where segment.count >= 16 {
            addCopy(segment)
        }
        if let proxy { add(userOf: proxy.buffer) }
    }

    /// Headers that say nothing of a secret, whose values would be missed in an answer.
    private func isPublic(_ header: Settings.Header) -> Bool {
        let names: Words = """
            accept|accept-encoding|accept-language|cache-control|content-encoding|content-type|\
            openai-beta|traceparent|user-agent|x-client-request-id|x-request-id
            """
        return header.name.withUnsafeBufferPointer { names.containsIgnoringCase($0) }
    }

    /// A whole value, and what follows its last space: "Bearer <key>".
    private func add(header value: Text?) {
        guard let value else { return }
        add(value, from: 0)
        var start = value.count
        while start > 0 && value.base[start &- 1] != 0x20 { start = start &- 1 }
        if start > 0 { add(value, from: start) }
    }

    private func add(query: [UInt8]) {
        for pair in pieces(of: query, separator: 0x26) {
            guard let equals = pair.firstIndex(of: 0x3D) else {
                addCopy(pair)
                continue
            }
            // A server that does not know the version says which one it was.
            if !equal(Array(pair[..<equals]), "api-version") { addCopy(pair[(equals &+ 1)...]) }
        }
    }

    private func pieces(of text: [UInt8], separator: UInt8) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        for index in text.indices where text[index] == separator {
            pieces.append(text[start..<index])
            start = index &+ 1
        }
        pieces.append(text[start...])
        return pieces
    }

    /// User and password, together and the password alone.
    private func add(userOf proxy: UnsafeBufferPointer<UInt8>) {
        let text = Array(proxy)
        guard let end = text.lastIndex(of: 0x40) else { return }
        var start = end
        while start > 0 && text[start &- 1] != 0x2F { start = start &- 1 }
        addCopy(text[start..<end])
        if let colon = text[start..<end].firstIndex(of: 0x3A) { addCopy(text[(colon &+ 1)..<end]) }
    }

    private func addCopy(_ bytes: ArraySlice<UInt8>) {
        let copy = bytes.withUnsafeBufferPointer {
            Text(copying: $0.baseAddress, count: $0.count, isSecret: true)
        }
        if let copy { add(copy, from: 0) }
    }

    private func add(_ text: Text, from start: Int) {
        if text.count &- start >= Redaction.shortest {
            secrets.append(Secret(text: text, start: start))
        }
    }

    /// The text with "***" for each secret in it; the longest that begins at a place counts.
    package func redact(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        if !hasAny(text) { return Array(text) }
        var out: [UInt8] = []
        var index = 0
        while index < text.count {
            let count = longest(in: text, at: index)
            if count > 0 {
                out.append(contentsOf: [0x2A, 0x2A, 0x2A])
                index = index &+ count
            } else {
                out.append(text[index])
                index = index &+ 1
            }
        }
        return out
    }

    package func redact(_ text: [UInt8]) -> [UInt8] {
        text.withUnsafeBufferPointer { redact($0) }
    }

    /// Text of others as people may read it. In this order: what is left out in cleaning could stand in the
    /// middle of a key, and a cut could leave a part of one.
    package func readable(_ text: UnsafeBufferPointer<UInt8>, limit: Int) -> [UInt8] {
        let whole = redact(ReadableText.clean(text, limit: Int.max))
        return whole.count <= limit ? whole : ReadableText.clean(whole, limit: limit)
    }

    package func readable(_ text: [UInt8], limit: Int) -> [UInt8] {
        text.withUnsafeBufferPointer { readable($0, limit: limit) }
    }

    /// The same object where there is nothing to take out.
    package func redact(_ text: Text?) -> Text? {
        guard let text, hasAny(text.buffer) else { return text }
        return Text(redact(text.buffer))
    }

    private func hasAny(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if secrets.isEmpty { return false }
        for index in text.indices where longest(in: text, at: index) > 0 { return true }
        return false
    }

    private func longest(in text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        var longest = 0
        for secret in secrets {
            let bytes = secret.bytes
            if bytes.count > longest && isHere(bytes, text, index) { longest = bytes.count }
        }
        return longest
    }

    private func isHere(
        _ secret: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>, _ index: Int
    ) -> Bool {
        if secret.count > text.count &- index { return false }
        for offset in secret.indices where text[index &+ offset] != secret[offset] { return false }
        if secret.count >= Redaction.longEnough { return true }
        let end = index &+ secret.count
        return !(index > 0 && isWord(text[index &- 1]) && isWord(text[index]))
            && !(end < text.count && isWord(text[end]) && isWord(text[end &- 1]))
    }

    /// Letters, digits, and what stands within the words of keys.
    func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F, 0x80...: return true
        default: return false
        }
    }
}
