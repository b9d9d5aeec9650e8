import CCurl
import CPlatform

/// The options of a client. A call keeps those that it was started with.
///
/// Initialisers take them as `__shared`: they would own a copy otherwise, which counts a reference for each text.
package struct Settings {
    package struct Header {
        let name: [UInt8]
        /// Nil: the header is taken out. May hold a key, so it is wiped when it goes.
        let value: Text?

        func hasName(_ other: Input) -> Bool {
            name.withUnsafeBufferPointer { equalIgnoringCase($0, other) }
        }
    }

    var apiKey: Text?
    /// Asked for the key of each attempt; `apiKey` is what it said last, and `formerKey` what it said before.
    var keySource: KeySource?
    var formerKey: Text?
    /// Told of every attempt.
    var observer: AttemptObserver?
    var baseURL = BaseURL.standard
    var organization: [UInt8] = []
    var project: [UInt8] = []
    var userAgent = Settings.standardUserAgent
    /// Empty: `Authorization: Bearer`.
    var authHeader: [UInt8] = []
    var defaultQuery: [UInt8] = []
    var extraHeaders: [Header] = []

    var caFile: [UInt8]?
    var caPath: [UInt8]?
    var caFallbackFile: [UInt8]?
    var clientCertificate: [UInt8]?
    var clientKey: [UInt8]?
    package var verifiesTLS = true
    /// May have a password in it.
    var proxy: Text?
    var noProxy: [UInt8]?
    var proxyAuthentication = ProxyAuthentication.basic
    /// The server is behind it.
    var unixSocket: [UInt8]?
    /// Tried in order where no connection to `baseURL` is made.
    var fallbackBaseURLs: [BaseURL] = []
    var usesHTTP2 = false

    // Milliseconds; 0 is no limit.
    var tcpKeepalive: Int64 = 60_000
    var connectTimeout: Int64 = 10_000
    var firstEventTimeout: Int64 = 600_000
    var idleTimeout: Int64 = 300_000
    var completionGrace: Int64 = 60_000
    var timeout: Int64 = 0
    var pollInterval: Int64 = 500

    var retryMinimum: Int64 = 500
    var retryMaximum: Int64 = 8000
    var maximumRetries = 2
    var resumeAttempts = 20
    var maximumEventBytes = 64 << 20
    var maximumResponseBytes = 256 << 20
    var maximumQueueBytes = 256 << 10
    /// Of the body of an error.
    var maximumErrorBytes = 64 << 10
    /// Any bytes of a stream are a sign of life.
    var countsComments = false
    /// Answers are handed over as they came.
    package var isRaw = false

    /// What stands for "attachment:NAME" in a request.
    var attachments: [Attachment] = []
    /// Takes the images of answers.
    var imageSink: ImageSink?

    /// Every attempt is written there.
    var recorder: Recorder?
    /// Attempts are answered from there, and nothing is sent.
    var replay: Replay?
    var replaysAtOriginalPace = false

    // Of sessions.
    var pingInterval: Int64 = 20_000
    var sessionTurns = 16
    var maximumSteps = 20

    /// What no message may have in it; there once the options are those of a call.
    var redaction: Redaction?

    static let version: StaticString = "0.1.0"
    static var standardUserAgent: [UInt8] { bytes("libresponses/") + bytes(version) }

    /// What `set` goes back to: the environment as it was when the client was made.
    private var environmentKey: Text?
    private var environmentURL: BaseURL?
    private var environmentOrganization: [UInt8] = []
    private var environmentProject: [UInt8] = []
    /// See `TrustStore`.
    private(set) var environmentCAFile: [UInt8]?
    private(set) var environmentCAPath: [UInt8]?

    /// Defaults, and what the environment says.
    package static func fromEnvironment() throws(ResponsesError) -> Settings {
        var settings = Settings()
        try settings.takeEnvironment(.apiKey, "OPENAI_API_KEY")
        try settings.takeEnvironment(.baseURL, "OPENAI_BASE_URL")
        try settings.takeEnvironment(.organization, "OPENAI_ORG_ID")
        try settings.takeEnvironment(.project, "OPENAI_PROJECT_ID")
        try settings.addEnvironmentHeaders()
        settings.environmentKey = settings.apiKey
        settings.environmentURL = settings.baseURL
        settings.environmentOrganization = settings.organization
        settings.environmentProject = settings.project
        settings.environmentCAFile = path(in: "SSL_CERT_FILE")
        settings.environmentCAPath = path(in: "SSL_CERT_DIR")
        return settings
    }

    /// An empty one is none.
    private static func path(in variable: StaticString) -> [UInt8]? {
        guard let value = environment(variable), !value.isEmpty else { return nil }
        return Array(value)
    }

    private mutating func takeEnvironment(_ option: Option, _ variable: StaticString)
        throws(ResponsesError)
    {
        guard let value = Settings.environment(variable), value.count > 0 else { return }
        do throws(ResponsesError) {
            try set(option, value)
        } catch {
            // The message names the option; whoever reads it has set the variable.
            throw .invalid(Message(variable), "\(error.message)")
        }
    }

    /// Puts the environment's value back. False for an option that has none.
    mutating func restoreFromEnvironment(_ option: Option) -> Bool {
        switch option {
        case .apiKey: apiKey = environmentKey
        case .baseURL: baseURL = environmentURL ?? BaseURL.standard
        case .organization: organization = environmentOrganization
        case .project: project = environmentProject
        default: return false
        }
        return true
    }

    /// In place: a copy would leave a key behind. A program with privileges of its own has no environment:
    /// it is the choice of whoever started it.
    package static func environment(_ name: StaticString) -> Input? {
        let name = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        guard let value = platform_environment(name) else { return nil }
        let start = UnsafeRawPointer(value).assumingMemoryBound(to: UInt8.self)
        return Input(start: start, count: strlen(value))
    }

    /// `OPENAI_CUSTOM_HEADERS`: lines of "Name: value".
    private mutating func addEnvironmentHeaders() throws(ResponsesError) {
        guard let text = Settings.environment("OPENAI_CUSTOM_HEADERS") else { return }
        for line in text.split(separator: 0x0A) {
            guard let colon = line.firstIndex(of: 0x3A) else { continue }
            try setHeader(
                trimmed(Input(rebasing: line[line.startIndex..<colon])),
                trimmed(Input(rebasing: line[(colon + 1)...])),
                argument: "OPENAI_CUSTOM_HEADERS")
        }
    }

    /// Adds, replaces or (nil) takes out a header of every request.
    package mutating func setHeader(_ name: Input, _ value: Input?, argument: Message)
        throws(ResponsesError)
    {
        guard !name.isEmpty, HeaderText.isName(name) else {
            throw .invalid(argument, "a header name is letters, digits and hyphens (RFC 9110, 5.1)")
        }
        if HeaderText.isOfConnection(name) {
            throw .invalid(
                argument,
                "\(HeaderText.namesOfConnection) are set by the library and cannot be changed")
        }
        var text: Text?
        if let value {
            guard HeaderText.isValue(value) else {
                throw .invalid(
                    argument, "a header value must not have line breaks or control characters")
            }
            text = Text(copying: value.baseAddress, count: value.count, isSecret: true)
            if text == nil { throw .noMemory() }
        }
        extraHeaders.removeAll { $0.hasName(name) }
        extraHeaders.append(Header(name: Array(name), value: text))
    }

    /// The server is told nothing without a key; only api.openai.com is known to want one.
    package var lacksKey: Bool {
        guard apiKey == nil, keySource == nil, replay == nil, baseURL.isStandard else {
            return false
        }
        for header in extraHeaders where header.hasName(Settings.authorization.buffer) {
            return false
        }
        return true
    }

    func hasKey(_ key: Text) -> Bool {
        guard let apiKey else { return key.count == 0 }
        return equal(apiKey.buffer, key.buffer)
    }

    // MARK: for a transfer

    private static let authorization: StaticString = "Authorization"

    /// The headers that every request has.
    func addHeaders(to list: inout HeaderList) {
        if let apiKey {
            if authHeader.isEmpty {
                list.add(Settings.authorization.buffer, prefix: "Bearer ", apiKey.buffer)
            } else {
                authHeader.withUnsafeBufferPointer { list.add($0, prefix: "", apiKey.buffer) }
            }
        }
        if !organization.isEmpty { list.add("OpenAI-Organization", organization) }
        if !project.isEmpty { list.add("OpenAI-Project", project) }
        list.add("User-Agent", userAgent)
    }

    /// Tells libcurl how to connect. False when it has no memory for it: a proxy or a certificate must
    /// not be left out silently. `proxyOfEnvironment`: see there.
    func apply(to easy: UnsafeMutableRawPointer, _ proxyOfEnvironment: Input?) -> Bool {
        // Nothing but HTTP, wherever a URL leads; and paths go out as they are given.
        curl_set_long(easy, CURLOPT_PROTOCOLS, Int(CURLPROTO_HTTP | CURLPROTO_HTTPS))
        curl_set_long(easy, CURLOPT_PATH_AS_IS, 1)
        curl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // What libcurl is to decode. A libcurl without them leaves these out, and that does no harm.
        curl_set_text(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate")
        if usesHTTP2 {
            curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
            curl_set_long(easy, CURLOPT_PIPEWAIT, 1)
            // Every request with a body has a buffer of its own; 64 KB would be most of a stream's memory.
            curl_set_long(easy, CURLOPT_UPLOAD_BUFFERSIZE, 16384)
        } else {
            curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        }
        if tcpKeepalive > 0 {
            curl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
            curl_set_long(easy, CURLOPT_TCP_KEEPIDLE, Int(max(1, tcpKeepalive / 1000)))
            curl_set_long(easy, CURLOPT_TCP_KEEPINTVL, Int(max(1, tcpKeepalive / 1000)))
        }
        let mayUseTLS =
            baseURL.isSecure || proxyOfEnvironment != nil || proxy.map { $0.count > 0 } ?? false
        return applyTrust(to: easy, isNeeded: verifiesTLS && mayUseTLS)
            && applyProxy(to: easy, proxyOfEnvironment)
    }

    /// The proxy that the environment names at this moment, where no option does.
    var proxyOfEnvironment: Input? {
        proxy == nil && unixSocket == nil
            ? Proxy.inEnvironment(isSecure: baseURL.isSecure)?.value : nil
    }

    /// Servers are reached by way of a SOCKS proxy.
    func usesSOCKS(_ proxyOfEnvironment: Input?) -> Bool {
        let proxy = self.proxy?.buffer ?? proxyOfEnvironment
        guard let start = proxy?.baseAddress, let count = proxy?.count, count > 5 else {
            return false
        }
        return strncasecmp(
            UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self), "socks", 5) == 0
    }

    /// Always said, so that libcurl does not look into the environment for a proxy by itself.
    private func applyProxy(
        to easy: UnsafeMutableRawPointer, _ proxyOfEnvironment: Input?
    ) -> Bool {
        let isPrivileged = platform_is_privileged() != 0
        let chosen: Bool
        curl_set_long(easy, CURLOPT_PROXYAUTH, proxyAuthentication.bits)
        if unixSocket != nil {
            chosen = curl_set_text(easy, CURLOPT_PROXY, "") == CURLE_OK
        } else if let proxy {
            chosen = curl_set_text(easy, CURLOPT_PROXY, proxy.cString) == CURLE_OK
        } else if let value = proxyOfEnvironment {
            do throws(ResponsesError) {
                let proxy = try Proxy.isAccepted(value) ? value : Proxy.malformed.buffer
                let text = Text(copying: proxy.baseAddress, count: proxy.count, isSecret: true)
                chosen =
                    text.map { curl_set_text(easy, CURLOPT_PROXY, $0.cString) == CURLE_OK } ?? false
            } catch {
                return false
            }
        } else {
            chosen = curl_set_text(easy, CURLOPT_PROXY, "") == CURLE_OK
        }
        // no_proxy is left to libcurl, but for programs that have no environment.
        let exceptions = noProxy ?? (isPrivileged ? [] : nil)
        return chosen && set(easy, CURLOPT_NOPROXY, exceptions)
            && set(easy, CURLOPT_UNIX_SOCKET_PATH, unixSocket)
    }

    /// The same for the server and for a proxy that is spoken to over TLS.
    private func applyTrust(to easy: UnsafeMutableRawPointer, isNeeded: Bool) -> Bool {
        if !verifiesTLS {
            curl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 0)
            curl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 0)
            curl_set_long(easy, CURLOPT_PROXY_SSL_VERIFYPEER, 0)
            curl_set_long(easy, CURLOPT_PROXY_SSL_VERIFYHOST, 0)
        }
        if CurlLibrary.usesGnuTLS {
            // It would speak TLS 1.0, too; what OpenSSL speaks the system says.
            // An enumeration in older headers of libcurl, a macro in newer ones.
            let least = Int(CURL_SSLVERSION_TLSv1_2)
            curl_set_long(easy, CURLOPT_SSLVERSION, least)
            curl_set_long(easy, CURLOPT_PROXY_SSLVERSION, least)
        } else {
            // Without a password OpenSSL would ask the terminal for one. With one GnuTLS reads no other keys.
            curl_set_text(easy, CURLOPT_KEYPASSWD, "")
        }
        guard set(easy, CURLOPT_SSLCERT, clientCertificate), set(easy, CURLOPT_SSLKEY, clientKey)
        else { return false }
        if isNeeded { return TrustStore(self).apply(to: easy) }
        TrustStore.forget(in: easy)
        return true
    }

    private func set(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, _ value: [UInt8]?)
        -> Bool
    {
        guard let value else { return true }
        return withCString(value) { curl_set_text(easy, option, $0) == CURLE_OK }
    }
}
