/// Setting options from text, with messages that say what would have been accepted.
extension Settings {
    /// Sets an option; nil puts its default back.
    package mutating func set(_ option: Option, _ given: Input?) throws(ResponsesError) {
        guard let given else {
            if !restoreFromEnvironment(option) { restore(option, Settings()) }
            return
        }
        switch option {
        case .apiKey: try setKey(given)
        case .baseURL: baseURL = try BaseURL(Array(given))
        case .organization: organization = try line(option, given)
        case .project: project = try line(option, given)
        case .userAgent: userAgent = try line(option, given)
        case .authHeader:
            guard !given.isEmpty, HeaderText.isName(given) else {
                throw refusal(option, "expected the name of a header, such as \"api-key\"")
            }
            if HeaderText.isOfConnection(given) {
                throw refusal(option, "must not be one of \(HeaderText.namesOfConnection)")
            }
            authHeader = equal(given, "Authorization") ? [] : Array(given)
        case .defaultQuery:
            guard HeaderText.isQuery(given) else {
                throw refusal(option, "expected a percent-encoded query such as \"a=1&b=2\"")
            }
            defaultQuery = Array(given.first == 0x3F ? Input(rebasing: given.dropFirst()) : given)
        case .caFile: caFile = try path(option, given)
        case .caPath: caPath = try path(option, given)
        case .caFallbackFile: caFallbackFile = try path(option, given)
        case .clientCertificate: clientCertificate = try path(option, given)
        case .clientKey: clientKey = try path(option, given)
        case .tlsVerify: verifiesTLS = try flag(option, given)
        case .proxy: try setProxy(given)
        case .noProxy: noProxy = try line(option, given)
        case .proxyAuthentication:
            guard let method = ProxyAuthentication.named(given) else {
                throw refusal(option, "expected basic, digest, ntlm, negotiate or any")
            }
            proxyAuthentication = method
        case .unixSocket: unixSocket = given.isEmpty ? nil : try path(option, given)
        case .fallbackBaseURLs: fallbackBaseURLs = try BaseURL.list(given)
        case .httpVersion:
            if equal(given, "1.1") {
                usesHTTP2 = false
            } else if equal(given, "2") {
                usesHTTP2 = true
            } else {
                throw refusal(option, "expected \"1.1\" or \"2\"")
            }
        case .tcpKeepalive: tcpKeepalive = try milliseconds(option, given)
        case .connectTimeout: connectTimeout = try milliseconds(option, given)
        case .firstEventTimeout: firstEventTimeout = try milliseconds(option, given)
        case .idleTimeout: idleTimeout = try milliseconds(option, given)
        case .completionGrace: completionGrace = try milliseconds(option, given)
        case .timeout: timeout = try milliseconds(option, given)
        case .pollInterval: pollInterval = try number(option, given, 1...86_400_000, "milliseconds")
        case .maximumRetries: maximumRetries = Int(try number(option, given, 0...100, "retries"))
        case .resumeAttempts: resumeAttempts = Int(try number(option, given, 0...1000, "attempts"))
        case .maximumEventBytes: maximumEventBytes = try size(option, given)
        case .maximumResponseBytes: maximumResponseBytes = try size(option, given)
        case .maximumQueueBytes: maximumQueueBytes = try size(option, given)
        case .maximumErrorBytes: maximumErrorBytes = try size(option, given)
        case .retryMinimum: retryMinimum = try number(option, given, 0...600_000, "milliseconds")
        case .retryMaximum: retryMaximum = try number(option, given, 0...600_000, "milliseconds")
        case .countComments: countsComments = try flag(option, given)
        case .raw: isRaw = try flag(option, given)
        case .recordFile, .replayFile: try use(try RecordFile.open(option, given))
        case .replayPace:
            guard equal(given, "fast") || equal(given, "original") else {
                throw refusal(option, "expected \"fast\" or \"original\"")
            }
            replaysAtOriginalPace = equal(given, "original")
        case .pingInterval: pingInterval = try milliseconds(option, given)
        case .sessionTurns: sessionTurns = Int(try number(option, given, 1...1000, "turns"))
        case .maximumSteps: maximumSteps = Int(try number(option, given, 1...1000, "responses"))
        }
    }

    /// The pauses before retries.
    var backoff: RetryRule.Backoff { RetryRule.Backoff(least: retryMinimum, most: retryMaximum) }

    private mutating func restore(_ option: Option, _ standard: Settings) {
        switch option {
        case .apiKey, .baseURL, .organization, .project: break  // the environment's
        case .userAgent: userAgent = standard.userAgent
        case .authHeader: authHeader = []
        case .defaultQuery: defaultQuery = []
        case .caFile: caFile = nil
        case .caPath: caPath = nil
        case .caFallbackFile: caFallbackFile = nil
        case .clientCertificate: clientCertificate = nil
        case .clientKey: clientKey = nil
        case .tlsVerify: verifiesTLS = true
        case .proxy: proxy = nil
        case .noProxy: noProxy = nil
        case .proxyAuthentication: proxyAuthentication = standard.proxyAuthentication
        case .unixSocket: unixSocket = nil
        case .fallbackBaseURLs: fallbackBaseURLs = []
        case .httpVersion: usesHTTP2 = standard.usesHTTP2
        case .tcpKeepalive: tcpKeepalive = standard.tcpKeepalive
        case .connectTimeout: connectTimeout = standard.connectTimeout
        case .firstEventTimeout: firstEventTimeout = standard.firstEventTimeout
        case .idleTimeout: idleTimeout = standard.idleTimeout
        case .completionGrace: completionGrace = standard.completionGrace
        case .timeout: timeout = standard.timeout
        case .pollInterval: pollInterval = standard.pollInterval
        case .maximumRetries: maximumRetries = standard.maximumRetries
        case .resumeAttempts: resumeAttempts = standard.resumeAttempts
        case .maximumEventBytes: maximumEventBytes = standard.maximumEventBytes
        case .maximumResponseBytes: maximumResponseBytes = standard.maximumResponseBytes
        case .maximumQueueBytes: maximumQueueBytes = standard.maximumQueueBytes
        case .maximumErrorBytes: maximumErrorBytes = standard.maximumErrorBytes
        case .retryMinimum: retryMinimum = standard.retryMinimum
        case .retryMaximum: retryMaximum = standard.retryMaximum
        case .countComments: countsComments = standard.countsComments
        case .raw: isRaw = standard.isRaw
        case .recordFile: recorder = nil
        case .replayFile: replay = nil
        case .replayPace: replaysAtOriginalPace = false
        case .pingInterval: pingInterval = standard.pingInterval
        case .sessionTurns: sessionTurns = standard.sessionTurns
        case .maximumSteps: maximumSteps = standard.maximumSteps
        }
    }

    // No value is part of a message: whatever option it is given to, it may be a key.

    private mutating func setProxy(_ value: Input) throws(ResponsesError) {
        if !value.isEmpty, !(try Proxy.isAccepted(value)) {
            throw refusal(.proxy, "\(Proxy.expected); or \"\" for no proxy")
        }
        guard let text = Text(copying: value.baseAddress, count: value.count, isSecret: true) else {
            throw .noMemory()
        }
        proxy = text
    }

    private mutating func setKey(_ value: Input) throws(ResponsesError) {
        if value.isEmpty {
            apiKey = nil
            return
        }
        guard HeaderText.isValue(value) else {
            throw .invalid("api_key", "a key must not have line breaks or control characters")
        }
        guard let text = Text(copying: value.baseAddress, count: value.count, isSecret: true) else {
            throw .noMemory()
        }
        apiKey = text
    }

    private func refusal(_ option: Option, _ reason: Message) -> ResponsesError {
        .invalid("\(option.name)", reason)
    }

    /// For headers, and for what would be cut by a line break elsewhere.
    private func line(_ option: Option, _ value: Input) throws(ResponsesError) -> [UInt8] {
        guard HeaderText.isValue(value) else {
            throw refusal(option, "must not have line breaks or control characters")
        }
        return Array(value)
    }

    private func path(_ option: Option, _ value: Input) throws(ResponsesError) -> [UInt8] {
        // Some give the certificate itself, and a key would be in libcurl's message about the file.
        guard !value.isEmpty, HeaderText.isValue(value) else {
            throw refusal(option, "expected the path of a file or directory, not its contents")
        }
        return Array(value)
    }

    private func flag(_ option: Option, _ value: Input) throws(ResponsesError) -> Bool {
        if equal(value, "1") || equal(value, "true") { return true }
        if equal(value, "0") || equal(value, "false") { return false }
        throw refusal(option, "expected \"1\" or \"0\"")
    }

    private func milliseconds(_ option: Option, _ value: Input) throws(ResponsesError) -> Int64 {
        try number(option, value, 0...31_536_000_000, "milliseconds, 0 for no limit")
    }

    private func size(_ option: Option, _ value: Input) throws(ResponsesError) -> Int {
        Int(try number(option, value, 1024...(1 << 30), "bytes"))
    }

    private func number(
        _ option: Option, _ value: Input, _ range: ClosedRange<Int64>, _ unit: StaticString
    ) throws(ResponsesError) -> Int64 {
        var result: Int64 = 0
        var isNumber = !value.isEmpty && value.count <= 15
        for byte in value where isNumber {
            isNumber = byte >= 0x30 && byte <= 0x39
            if isNumber { result = result * 10 + Int64(byte - 0x30) }
        }
        guard isNumber, range.contains(result) else {
            throw refusal(
                option,
                "expected a whole number of \(Message(unit)), from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return result
    }
}
