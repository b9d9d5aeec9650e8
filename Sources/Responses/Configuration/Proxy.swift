import CCurl
import CPlatform

/// The proxy between client and server: an option's, or one that the environment names. Its user and
/// password are in it, and where it is malformed they may be anywhere. libcurl would quote such a one, and
/// never gets it.
enum Proxy {
    static var expected: StaticString {
        """
        expected http://host:port or http://user:password@host:port, user and password percent-encoded; \
        https, socks4, socks4a, socks5 and socks5h are accepted in place of http
        """
    }

    /// As libcurl reads it, and nothing behind the host, where a part of the password could be.
    static func isAccepted(_ text: Input) throws(ResponsesError) -> Bool {
        for byte in text where byte <= 0x20 || byte == 0x7F { return false }
        guard let url = curl_url() else { throw .noMemory() }
        defer { curl_url_cleanup(url) }
        guard try isURL(text, url) else { return false }
        let scheme = try part(CURLUPART_SCHEME, of: url)
        let host = try part(CURLUPART_HOST, of: url)
        let query = try part(CURLUPART_QUERY, of: url)
        let path = try part(CURLUPART_PATH, of: url)
        if !isKnown(scheme) || host.isEmpty || !query.isEmpty || text.contains(0x23) {
            return false
        }
        if path.count <= 1 { return true }
        // "socks5h://localhost/run/tor/socks": a socket in the file system.
        // safe: a known scheme is not empty
        let isSocket = lowercased(scheme[0]) == 0x73 && equal(host, "localhost")
        return isSocket && !path.contains(0x40)
    }

    private static func isURL(_ text: Input, _ url: OpaquePointer) throws(ResponsesError) -> Bool {
        guard
            let copy = Text(copying: text.baseAddress, count: text.count, isSecret: true)
        else { throw .noMemory() }
        let flags = UInt32(CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME)
        let outcome = curl_url_set(url, CURLUPART_URL, copy.cString, flags)
        if outcome == CURLUE_OUT_OF_MEMORY { throw .noMemory() }
        return outcome == CURLUE_OK
    }

    private static func part(_ which: CURLUPart, of url: OpaquePointer) throws(ResponsesError)
        -> [UInt8]
    {
        var text: UnsafeMutablePointer<CChar>?
        let outcome = curl_url_get(url, which, &text, 0)
        if outcome == CURLUE_OUT_OF_MEMORY { throw .noMemory() }
        guard outcome == CURLUE_OK, let text else { return [] }
        defer { curl_free(text) }
        let start = UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self)
        return Array(UnsafeBufferPointer(start: start, count: strlen(text)))
    }

    private static func isKnown(_ scheme: [UInt8]) -> Bool {
        let names: Words = "http|https|socks|socks4|socks4a|socks5|socks5h"
        return scheme.withUnsafeBufferPointer { names.containsIgnoringCase($0) }
    }

    // MARK: the environment's

    /// What a transfer goes by, as libcurl looks for it: `HTTP_PROXY` is not asked, which in a CGI program
    /// is a header of the request (httpoxy). An empty one is none.
    static func inEnvironment(isSecure: Bool) -> (variable: StaticString, value: Input)? {
        if platform_has_proxy_variable() == 0 { return nil }
        let variables: [StaticString] =
            isSecure
            ? ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
            : ["http_proxy", "all_proxy", "ALL_PROXY"]
        for variable in variables {
            if let value = Settings.environment(variable), !value.isEmpty {
                return (variable, value)
            }
        }
        return nil
    }

    /// Stands for a variable that is malformed: libcurl fails with it, unless `no_proxy` says that none is
    /// needed.
    static var malformed: StaticString { "malformed-proxy://localhost" }

    // MARK: what libcurl says

    /// Host and port by which libcurl's messages name it.
    static func address(of text: Input) -> (host: [UInt8], port: [UInt8])? {
        guard let url = curl_url() else { return nil }
        defer { curl_url_cleanup(url) }
        do throws(ResponsesError) {
            guard try isURL(text, url) else { return nil }
            var host = try part(CURLUPART_HOST, of: url)
            // Of an address of IPv6 the brackets are left out.
            if host.first == 0x5B { host = Array(host.dropFirst().dropLast()) }
            let port = try part(CURLUPART_PORT, of: url)
            return host.isEmpty ? nil : (host, port)
        } catch {
            return nil
        }
    }
}
