import CCurl
import CPlatform

/// Where the API is: what comes before an operation's path, and a query that every request keeps.
package struct BaseURL {
    /// Scheme, host and path, without a slash at the end.
    let prefix: [UInt8]
    let query: [UInt8]

    static var standard: BaseURL { BaseURL(prefix: bytes("https://api.openai.com/v1"), query: []) }

    private init(prefix: [UInt8], query: [UInt8]) {
        self.prefix = prefix
        self.query = query
    }

    /// Over TLS.
    var isSecure: Bool { prefix.count > 4 && lowercased(prefix[4]) == 0x73 }

    /// What stands behind scheme, host and port.
    var path: ArraySlice<UInt8> {
        let host = prefix.firstIndex(of: 0x2F).map { prefix.index($0, offsetBy: 2) } ?? 0
        return prefix[host...].drop { $0 != 0x2F }
    }

    var isStandard: Bool { equal(prefix, "https://api.openai.com/v1") }

    init(_ text: [UInt8]) throws(ResponsesError) {
        let expected: Message = "expected an http or https URL such as https://api.openai.com/v1"
        var scheme = 0
        while scheme < min(text.count, 8) && text[scheme] != 0x3A { scheme += 1 }
        let name = text[0..<scheme].map { lowercased($0) }
        guard equal(name, "https") || equal(name, "http") else {
            throw .invalid("base_url", expected)
        }
        for byte in text where byte <= 0x20 || byte >= 0x7F {
            throw .invalid(
                "base_url", "spaces and characters outside ASCII must be percent-encoded")
        }
        if text.contains(0x23) { throw .invalid("base_url", "must not have a fragment (#)") }
        // libcurl forgives a missing host and takes the path for it.
        let hasHost =
            text.count > scheme + 3 && text[scheme + 3] != 0x2F && text[scheme + 3] != 0x3F
        guard hasHost, try BaseURL.isAccepted(text) else { throw .invalid("base_url", expected) }
        if BaseURL.hasUser(text) {
            throw .invalid(
                "base_url",
                "must not have a user or password; set api_key, or a header with responses_client_set_header()"
            )
        }
        let question = text.firstIndex(of: 0x3F) ?? text.endIndex
        var prefix = Array(text[..<question])
        while prefix.last == 0x2F { prefix.removeLast() }
        self.prefix = prefix
        query = question < text.endIndex ? Array(text[(question + 1)...]) : []
    }

    /// libcurl's own reading of URLs decides: what it would refuse later is refused now.
    private static func isAccepted(_ text: [UInt8]) throws(ResponsesError) -> Bool {
        guard let url = curl_url() else { throw .noMemory() }
        defer { curl_url_cleanup(url) }
        let outcome = (text + [0]).withUnsafeBufferPointer { text in
            let characters = text.baseAddress.map {
                UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self)
            }
            return curl_url_set(url, CURLUPART_URL, characters, 0)
        }
        if outcome == CURLUE_OUT_OF_MEMORY { throw .noMemory() }
        return outcome == CURLUE_OK
    }

    /// Those of "fallback_base_urls".
    static func list(_ text: Input) throws(ResponsesError) -> [BaseURL] {
        var list: [BaseURL] = []
        for part in text.split(separator: 0x20) {
            do throws(ResponsesError) {
                let url = try BaseURL(Array(part))
                if !url.query.isEmpty { throw .invalid("base_url", "must not have a query") }
                list.append(url)
            } catch {
                throw .invalid(
                    "fallback_base_urls",
                    "one of the URLs is not accepted as a base_url would be: \(error.message)")
            }
        }
        return list
    }

    private static func hasUser(_ text: [UInt8]) -> Bool {
        var slashes = 0
        for byte in text {
            if byte == 0x2F { slashes += 1 }
            if slashes == 3 || byte == 0x3F { return false }
            if byte == 0x40 { return true }
        }
        return false
    }

    /// The URL of an operation: base path, the operation's path, and the queries of base, client and
    /// operation in that order.
    func url(path: [UInt8], query own: [UInt8], defaults: [UInt8]) -> [UInt8] {
        var url = prefix + path
        var separator: UInt8 = path.contains(0x3F) ? 0x26 : 0x3F
        for part in [query, defaults, own] where !part.isEmpty {
            url.append(separator)
            url.append(contentsOf: part)
            separator = 0x26
        }
        return url
    }
}

/// Percent-encoding (RFC 3986, 2.1): everything but unreserved characters.
enum PercentEncoding {
    static func append(_ text: UnsafeBufferPointer<UInt8>, to url: inout [UInt8]) {
        for byte in text {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: url.append(byte)
            default:
                url.append(0x25)
                url.append(digit(byte >> 4))
                url.append(digit(byte & 15))
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x37 + value
    }
}
