import CPlatform

/// The file of the option `replay_file`, in memory: what is answered from it, and which of it has been used.
package final class Replay {
    /// One attempt that was recorded. Its values are places in the text of the file.
    struct Entry {
        let method: JSONValue
        /// Path and query.
        let target: [UInt8]
        /// What was sent: a string. Nil: nothing was.
        let body: JSONValue?
        let entry: JSONValue
        let response: JSONValue

        // MARK: guarded by the engine's lock

        var isUsed = false
        /// The body, once it was compared.
        var bodyText: Text?
    }

    /// The text that all places are in.
    private let text: Text
    private(set) var entries: [Entry]
    private var used = 0

    private init(_ text: Text, _ entries: [Entry]) {
        self.text = text
        self.entries = entries
    }

    // MARK: reading

    /// Not an initialiser: Embedded Swift leaks an object whose initialiser throws.
    static func make(_ path: [UInt8]) throws(ResponsesError) -> Replay {
        let found = platform_errno()
        defer { platform_set_errno(found) }
        var size: Int64 = 0
        let file = withCString(path) { platform_record_open($0, &size) }
        if file < 0 {
            throw .invalid(
                "replay_file", "the file cannot be read: \(Message(cString: strerror(-file)))")
        }
        var bytes = ByteBuffer()
        guard let count = Int(exactly: size), count < Int.max / 4, bytes.extend(by: count) else {
            _ = platform_record_read(file, platform_nothing(), 0)
            throw .noMemory()
        }
        let outcome = platform_record_read(file, bytes.bytes, count)
        if outcome < 0 {
            throw .invalid(
                "replay_file", "the file cannot be read: \(Message(cString: strerror(-outcome)))")
        }
        return try read(&bytes)
    }

    /// Text of the archive; the buffer is empty afterwards.
    static func read(_ bytes: inout ByteBuffer) throws(ResponsesError) -> Replay {
        if bytes.count >= 3, matches(UnsafePointer(bytes.bytes), "\u{FEFF}") { bytes.consume(3) }
        if JSONValue(checking: bytes.bytes, count: bytes.count) == nil {
            // Whoever recorded it may have been killed while it wrote.
            let whole = platform_record_whole(bytes.bytes, bytes.count)
            bytes.truncate(to: whole)
            guard bytes.append("]}}") else { throw .noMemory() }
        }
        guard let text = Text(taking: &bytes) else { throw .noMemory() }
        guard let document = JSONValue(checking: text.base, count: text.count) else {
            throw .invalid("replay_file", "the file is not JSON; expected a HAR file")
        }
        guard let list = document.member("log")?.member("entries"), list.kind == .array else {
            throw malformed("/log/entries", "is no array")
        }
        var entries: [Entry] = []
        var failure: ResponsesError?
        list.forEach { _, value in
            do throws(ResponsesError) {
                entries.append(try entry(value, "/log/entries/\(entries.count)"))
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
        return Replay(text, entries)
    }

    private static func malformed(_ place: Message, _ what: Message) -> ResponsesError {
        .invalid("replay_file", "the file is no HAR file that can be used: \(place) \(what)")
    }

    private static func entry(_ value: JSONValue, _ place: Message) throws(ResponsesError) -> Entry
    {
        let request = try object(value, "request", place)
        let response = try object(value, "response", place)
        guard let method = request.member("method"), method.kind == .string else {
            throw malformed("\(place)/request/method", "is no string")
        }
        guard let url = request.member("url"), url.kind == .string, let text = JSONText.text(url)
        else { throw malformed("\(place)/request/url", "is no string") }
        guard let status = response.member("status")?.integer, status >= 0, status < 1000 else {
            throw malformed("\(place)/response/status", "is no status from 0 to 999")
        }
        try checkHeaders(response, "\(place)/response/headers")
        if let content = present(response.member("content")) {
            guard content.kind == .object else {
                throw malformed("\(place)/response/content", "is no object")
            }
            if let text = present(content.member("text")), text.kind != .string {
                throw malformed("\(place)/response/content/text", "is no string")
            }
            if let encoding = present(content.member("encoding")),
                !encoding.isText("base64"), !encoding.isText("")
            {
                throw malformed("\(place)/response/content/encoding", "is not \"base64\"")
            }
        }
        if let chunks = present(value.member("_chunks")) {
            try checkChunks(chunks, "\(place)/_chunks")
        }
        let body = present(request.member("postData")).flatMap { present($0.member("text")) }
        if let body, body.kind != .string {
            throw malformed("\(place)/request/postData/text", "is no string")
        }
        return Entry(
            method: method, target: target(of: text.buffer), body: body, entry: value,
            response: response)
    }

    private static func object(_ value: JSONValue, _ name: StaticString, _ place: Message)
        throws(ResponsesError) -> JSONValue
    {
        guard let found = value.member(name), found.kind == .object else {
            throw malformed("\(place)/\(Message(name))", "is no object")
        }
        return found
    }

    /// Null is nothing, as some exporters write it.
    private static func present(_ value: JSONValue?) -> JSONValue? {
        value?.kind == .null ? nil : value
    }

    private static func checkHeaders(_ response: JSONValue, _ place: Message)
        throws(ResponsesError)
    {
        guard let headers = present(response.member("headers")) else { return }
        guard headers.kind == .array else { throw malformed(place, "is no array") }
        var isFine = true
        headers.forEach { _, header in
            isFine =
                header.member("name")?.kind == .string && header.member("value")?.kind == .string
            return isFine
        }
        if !isFine { throw malformed(place, "has one without a name or a value") }
    }

    private static func checkChunks(_ chunks: JSONValue, _ place: Message) throws(ResponsesError) {
        guard chunks.kind == .array else { throw malformed(place, "is no array") }
        var isFine = true
        chunks.forEach { _, chunk in
            let (time, count) = (chunk.element(0), chunk.element(1)?.integer)
            isFine = time?.kind == .number && count.map { $0 >= 0 } == true
            return isFine
        }
        if !isFine { throw malformed(place, "has one that is not [milliseconds, bytes]") }
    }

    /// Path and query of a URL.
    static func target(of url: Input) -> [UInt8] {
        var start = 0
        for index in 0..<max(0, url.count - 2)
        where url[index] == 0x3A && url[index + 1] == 0x2F && url[index + 2] == 0x2F {
            start = index + 3
            break
        }
        while start < url.count && url[start] != 0x2F && url[start] != 0x3F && url[start] != 0x23 {
            start += 1
        }
        let rest = url[start...].prefix { $0 != 0x23 && $0 != 0 }
        return rest.first == 0x2F ? Array(rest) : [0x2F] + rest
    }

    // MARK: finding

    /// The first recording of this request that was not used yet, which is used with that; or why there is none.
    /// The lock is held.
    func take(_ request: HTTPRequest) -> (index: Int?, reason: Message) {
        let target = request.url.withUnsafeBufferPointer { Replay.target(of: $0) }
        var closest: (index: Int, difference: Message, rank: Int)?
        var wasUsed = 0
        for index in entries.indices {
            if !entries[index].method.isText(request.method.name.buffer) { continue }
            let difference = self.difference(index, target, request)
            guard let difference else {
                if entries[index].isUsed {
                    wasUsed += 1
                    continue
                }
                entries[index].isUsed = true
                entries[index].bodyText = nil
                used += 1
                return (index, "")
            }
            let rank = difference.rank + (entries[index].isUsed ? 0 : 1)
            if rank > closest?.rank ?? -1 { closest = (index, difference.words, rank) }
        }
        var reason: Message =
            "there is no recording for \(Message(request.method.name)) \(Message(Array(target.prefix { $0 != 0x3F })))"
        if wasUsed > 0 {
            reason += ": \(wasUsed) that match were used already"
        }
        if let closest {
            reason += "; the closest, /log/entries/\(closest.index), \(closest.difference)"
        } else if wasUsed == 0 {
            reason += "; none has this method"
        }
        return (nil, "\(reason); \(used) of \(entries.count) recordings are used")
    }

    /// Nil: none. A greater rank is closer.
    private func difference(_ index: Int, _ target: [UInt8], _ request: HTTPRequest) -> (
        words: Message, rank: Int
    )? {
        let recorded = entries[index].target
        func isLike(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool {
            a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { Pattern.matches(a, $0) } }
        }
        if !isLike(recorded[...], target[...]) {
            let isSamePath = isLike(
                recorded.prefix { $0 != 0x3F }, target.prefix { $0 != 0x3F })
            return isSamePath ? ("has another query", 2) : ("has another path", 0)
        }
        // One that is put together while it is sent was not recorded, and is not read now.
        if request.stream != nil { return nil }
        guard let body = entries[index].body else {
            return request.body == nil ? nil : ("has no body", 4)
        }
        guard let given = request.body else {
            return JSONText.text(body)?.count == 0 ? nil : ("has a body", 4)
        }
        if entries[index].bodyText == nil { entries[index].bodyText = JSONText.text(body) }
        guard let text = entries[index].bodyText else { return ("cannot be read", 0) }
        if equal(text.buffer, given.buffer) { return nil }
        guard let first = JSONValue(checking: text.base, count: text.count),
            let second = JSONValue(checking: given.base, count: given.count)
        else {
            return Pattern.matches(text.buffer, given.buffer) ? nil : ("has another body", 4)
        }
        guard let place = JSONDifference.find(recorded: first, given: second) else { return nil }
        var words: Message = "has another body: at \"\(Message(place.pointer))\""
        if place.isOnlyGiven { words += ", which only the request has" }
        if place.isOnlyRecorded { words += ", which the request does not have" }
        return (words, 4)
    }
}
