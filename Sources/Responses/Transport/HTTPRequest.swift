import CCurl
import CPlatform

/// A request as it goes out; the same object is sent again by a retry.
package final class HTTPRequest {
    package enum Method {
        case get, post, put, patch, delete

        var name: StaticString {
            switch self {
            case .get: return "GET"
            case .post: return "POST"
            case .put: return "PUT"
            case .patch: return "PATCH"
            case .delete: return "DELETE"
            }
        }
    }

    let method: Method
    /// Where below the base URL, for the log: no id and no query, in which a key could be.
    let place: StaticString
    /// Ends in NUL.
    let url: [UInt8]
    /// Nil: no body. Sent from where it is, without a further copy.
    let body: Text?
    /// The answer is to be an event stream.
    let wantsEvents: Bool
    /// The same for every time that the request is sent (draft-ietf-httpapi-idempotency-key-header).
    private var idempotencyKey: [UInt8] = []

    package init(
        _ method: Method, at place: StaticString, url: [UInt8], body: Text? = nil,
        wantsEvents: Bool = false
    ) {
        self.method = method
        self.place = place
        self.url = url + [0]
        self.body = body
        self.wantsEvents = wantsEvents
    }

    /// Gives all but a GET a key, by which the server knows it when it comes again. A POST or PATCH may
    /// otherwise be done twice; PUT and DELETE may be repeated anyway (RFC 9110, 9.2.2), and with a key the
    /// second answer can be that of the first.
    func identify(_ keys: borrowing IdempotencyKeys) {
        if method != .get { idempotencyKey = keys.next() }
    }

    /// Sent over TLS: the scheme is "https".
    var isSecure: Bool { url.count > 4 && lowercased(url[4]) == 0x73 }

    /// Method and place, and the server's scheme, host and port.
    var summary: Message {
        var text = bytes(method.name) + [0x20] + bytes(place) + bytes(" at ")
        var slashes = 0
        for byte in url {
            if byte == 0x2F { slashes += 1 }
            if slashes == 3 || byte == 0x3F || byte == 0 { break }
            text.append(byte)
        }
        return Message(text)
    }

    /// Tells libcurl what to send. False when it has no memory for it.
    func apply(to easy: UnsafeMutableRawPointer) -> Bool {
        let isPlaced = url.withUnsafeBufferPointer { text in
            curl_set_text(easy, CURLOPT_URL, characters(text.baseAddress)) == CURLE_OK
        }
        if !isPlaced { return false }
        if method == .get { return curl_set_long(easy, CURLOPT_HTTPGET, 1) == CURLE_OK }
        let name = characters(method.name.utf8Start)
        if method == .delete && body == nil {
            return curl_set_text(easy, CURLOPT_CUSTOMREQUEST, name) == CURLE_OK
        }
        return curl_set_long(easy, CURLOPT_POST, 1) == CURLE_OK
            && curl_set_text(easy, CURLOPT_CUSTOMREQUEST, name) == CURLE_OK
            && curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body?.count ?? 0))
                == CURLE_OK
            && curl_set_pointer(easy, CURLOPT_POSTFIELDS, body?.base ?? platform_nothing())
                == CURLE_OK
    }

    private func characters(_ text: UnsafePointer<UInt8>?) -> UnsafePointer<CChar>? {
        text.map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) }
    }

    /// The request's own headers and the client's. Nil when memory is out.
    func makeHeaderList(_ settings: Settings) -> UnsafeMutablePointer<curl_slist>? {
        var list = HeaderList(overriddenBy: settings.extraHeaders)
        list.add("Accept", wantsEvents ? "text/event-stream" : "application/json")
        if body != nil || method == .post { list.add("Content-Type", "application/json") }
        // libcurl would wait for a 100 before a large body; servers of this API do not send one.
        list.remove("Expect")
        if !idempotencyKey.isEmpty { list.add("Idempotency-Key", idempotencyKey) }
        settings.addHeaders(to: &list)
        return list.take()
    }
}

/// A header list as libcurl wants it, in which the caller's own headers win.
struct HeaderList: ~Copyable {
    private var list: UnsafeMutablePointer<curl_slist>?
    private var isComplete = true
    private let overrides: [Settings.Header]
    /// Where lines are made. Wiped after each, because the key may be in it.
    private var line = ByteBuffer()

    init(overriddenBy headers: [Settings.Header]) {
        overrides = headers
        for header in headers {
            header.name.withUnsafeBufferPointer { append($0, prefix: "", header.value?.buffer) }
        }
    }

    deinit { curl_free_secret_list(list) }

    /// Keeps libcurl from sending a header of its own.
    mutating func remove(_ name: StaticString) { add(name.buffer, prefix: "", nil) }

    /// Adds a header unless the caller has one of that name.
    mutating func add(_ name: StaticString, _ value: StaticString) {
        add(name.buffer, prefix: "", value.buffer)
    }

    mutating func add(_ name: StaticString, _ value: [UInt8]) {
        value.withUnsafeBufferPointer { add(name.buffer, prefix: "", $0) }
    }

    /// Adds a header whose value is made of a prefix and a text that may be secret.
    mutating func add(_ name: Input, prefix: StaticString, _ value: Input?) {
        for header in overrides where header.hasName(name) { return }
        append(name, prefix: prefix, value)
    }

    private mutating func append(_ name: Input, prefix: StaticString, _ value: Input?) {
        let isEmpty = value?.isEmpty ?? true
        // "Name;" is how libcurl is told to send a header without a value; "Name:" takes one out.
        var isFine = line.append(name)
        if let value, !isEmpty {
            isFine = isFine && line.append(": ")
            if prefix.utf8CodeUnitCount > 0 { isFine = isFine && line.append(prefix) }
            isFine = isFine && line.append(value)
        } else {
            isFine = isFine && line.append(value == nil ? ":" : ";")
        }
        // Behind its content the buffer is zero.
        let grown = isFine ? curl_slist_append(list, line.cString) : nil
        if let grown { list = grown } else { isComplete = false }
        line.wipe()
    }

    consuming func take() -> UnsafeMutablePointer<curl_slist>? {
        let taken = isComplete ? list : nil
        if isComplete { list = nil }
        return taken
    }
}
