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
    /// Ends in NUL.
    let url: [UInt8]
    /// Nil: no body. Sent from where it is, without a further copy.
    let body: Text?
    /// The answer is to be an event stream.
    let wantsEvents: Bool
    /// The same for every time that the request is sent (draft-ietf-httpapi-idempotency-key-header).
    private let idempotencyKey: [UInt8]

    package init(_ method: Method, url: [UInt8], body: Text? = nil, wantsEvents: Bool = false) {
        self.method = method
        self.url = url + [0]
        self.body = body
        self.wantsEvents = wantsEvents
        idempotencyKey = method == .post ? HTTPRequest.makeKey() : []
    }

    /// 128 random bits.
    private static func makeKey() -> [UInt8] {
        var key = bytes("libresponses-")
        var random: (UInt64, UInt64) = (0, 0)
        platform_random(&random, 16)
        for word in [random.0, random.1] {
            for shift in stride(from: UInt64(60), through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: word >> shift & 15)
                key.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            }
        }
        return key
    }

    /// The URL without its query, for the log: an id may be in it, a key is not.
    var path: String {
        let end = url.firstIndex(of: 0x3F) ?? (url.count - 1)
        return String(decoding: url[0..<end], as: UTF8.self)
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
        list.add("Accept", wantsEvents ? bytes("text/event-stream") : bytes("application/json"))
        if body != nil || method == .post { list.add("Content-Type", bytes("application/json")) }
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

    init(overriddenBy headers: [Settings.Header]) {
        overrides = headers
        for header in headers { append(header.name, prefix: "", header.value) }
    }

    deinit { curl_free_secret_list(list) }

    /// Keeps libcurl from sending a header of its own.
    mutating func remove(_ name: StaticString) { add(bytes(name), prefix: "", nil) }

    /// Adds a header unless the caller has one of that name.
    mutating func add(_ name: StaticString, _ value: [UInt8]) {
        add(bytes(name), value)
    }

    mutating func add(_ name: [UInt8], _ value: [UInt8]) {
        add(name, prefix: "", Text(value))
    }

    /// Adds a header whose value is made of a prefix and a text that may be secret.
    mutating func add(_ name: [UInt8], prefix: StaticString, _ value: Text?) {
        for header in overrides where header.hasName(name) { return }
        append(name, prefix: prefix, value)
    }

    /// The line is made in a block that is wiped, because the key may be in it.
    private mutating func append(_ name: [UInt8], prefix: StaticString, _ value: Text?) {
        let valueCount = value?.count ?? 0
        let capacity = name.count + prefix.utf8CodeUnitCount + valueCount + 3
        guard let block = malloc(capacity) else {
            isComplete = false
            return
        }
        let line = block.assumingMemoryBound(to: UInt8.self)
        var count = 0
        for byte in name {
            line[count] = byte
            count += 1
        }
        // "Name;" is how libcurl is told to send a header without a value; "Name:" takes one out.
        line[count] = value != nil && valueCount == 0 ? 0x3B : 0x3A
        count += 1
        if valueCount > 0 {
            line[count] = 0x20
            memcpy(line + count + 1, prefix.utf8Start, prefix.utf8CodeUnitCount)
            count += 1 + prefix.utf8CodeUnitCount
            if let value { memcpy(line + count, value.base, valueCount) }
            count += valueCount
        }
        line[count] = 0
        let grown = curl_slist_append(
            list, UnsafeRawPointer(line).assumingMemoryBound(to: CChar.self))
        if let grown { list = grown } else { isComplete = false }
        platform_wipe(block, capacity)
        free(block)
    }

    consuming func take() -> UnsafeMutablePointer<curl_slist>? {
        let taken = isComplete ? list : nil
        if isComplete { list = nil }
        return taken
    }
}
