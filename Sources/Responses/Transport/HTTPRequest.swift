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
    /// A body that is put together while it is sent, in place of one that is there.
    var stream: OutgoingBody?
    /// Headers that this request alone has, a line "Name: value" each.
    var ownHeaders: [[UInt8]] = []
    /// The body has a type of its own, which is among `ownHeaders`.
    var hasOwnType = false
    /// The answer may be anything, and is handed over as it comes.
    var wantsBytes = false
    /// The answer is to be an event stream.
    let wantsEvents: Bool
    /// The same for every time that the request is sent (draft-ietf-httpapi-idempotency-key-header).
    private(set) var idempotencyKey: [UInt8] = []
    /// The value of Sec-WebSocket-Key, where it asks the server to speak WebSocket; else empty.
    let upgradeKey: [UInt8]
    var isUpgrade: Bool { !upgradeKey.isEmpty }

    package init(
        _ method: Method, at place: StaticString, url: [UInt8], body: Text? = nil,
        wantsEvents: Bool = false, upgrade: [UInt8] = []
    ) {
        upgradeKey = upgrade
        self.method = method
        self.place = place
        self.url = url + [0]
        self.body = body
        self.wantsEvents = wantsEvents
    }

    /// The same request to another server.
    func moved(from old: BaseURL, to new: BaseURL) -> HTTPRequest {
        let rest = url[old.prefix.count...].dropLast()
        let moved = HTTPRequest(
            method, at: place, url: new.prefix + rest, body: body, wantsEvents: wantsEvents,
            upgrade: upgradeKey)
        moved.idempotencyKey = idempotencyKey
        moved.stream = stream
        moved.ownHeaders = ownHeaders
        moved.hasOwnType = hasOwnType
        moved.wantsBytes = wantsBytes
        return moved
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
        // The handle may have sent another request before: nothing is left as that had it.
        let isUsual = method == .get || method == .post
        let name = isUsual ? nil : characters(method.name.utf8Start)
        guard isPlaced, curl_set_text(easy, CURLOPT_CUSTOMREQUEST, name) == CURLE_OK else {
            return false
        }
        if method == .get || method == .delete && body == nil {
            return curl_set_long(easy, CURLOPT_HTTPGET, 1) == CURLE_OK
        }
        if stream != nil { return true }  // see `Transfer.setUpBody`
        return curl_set_long(easy, CURLOPT_POST, 1) == CURLE_OK
            && curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body?.count ?? 0))
                == CURLE_OK
            && curl_set_pointer(easy, CURLOPT_POSTFIELDS, body?.base ?? platform_nothing())
                == CURLE_OK
    }

    private func characters(_ text: UnsafePointer<UInt8>?) -> UnsafePointer<CChar>? {
        text.map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) }
    }
}
