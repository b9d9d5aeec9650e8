/// Setting options from text, with messages that say what would have been accepted.
extension Settings {
    /// Sets an option; nil puts its default back.
    package mutating func set(_ option: Option, _ given: Input?) throws(ResponsesError) {
        guard let given else {
            if !restoreFromEnvironment(option) { restore(option, Settings()) }
            return
        }
        if option == .apiKey { return try setKey(given) }
        let value = Array(given)
        let name = "\(option.name)"
        switch option {
        case .apiKey: break  // set above, without a copy that would not be wiped
        case .baseURL: baseURL = try BaseURL(value)
        case .organization: organization = try headerValue(name, value)
        case .project: project = try headerValue(name, value)
        case .userAgent: userAgent = try headerValue(name, value)
        case .authHeader:
            guard !value.isEmpty, HeaderText.isName(value) else {
                throw .invalid(name, "expected the name of a header, such as \"api-key\"")
            }
            authHeader = equal(value, "Authorization") ? [] : value
        case .defaultQuery:
            guard HeaderText.isQuery(value) else {
                throw .invalid(name, "expected a percent-encoded query such as \"a=1&b=2\"")
            }
            defaultQuery = value.first == 0x3F ? Array(value.dropFirst()) : value
        case .caFile: caFile = try path(name, value)
        case .caPath: caPath = try path(name, value)
        case .clientCertificate: clientCertificate = try path(name, value)
        case .clientKey: clientKey = try path(name, value)
        case .tlsVerify: verifiesTLS = try flag(name, value)
        case .proxy: proxy = try plain(name, value)
        case .noProxy: noProxy = try plain(name, value)
        case .httpVersion:
            if equal(value, "1.1") {
                usesHTTP2 = false
            } else if equal(value, "2") {
                usesHTTP2 = true
            } else {
                throw .invalid(name, "expected \"1.1\" or \"2\"")
            }
        case .tcpKeepalive: tcpKeepalive = try milliseconds(name, value)
        case .connectTimeout: connectTimeout = try milliseconds(name, value)
        case .firstEventTimeout: firstEventTimeout = try milliseconds(name, value)
        case .idleTimeout: idleTimeout = try milliseconds(name, value)
        case .completionGrace: completionGrace = try milliseconds(name, value)
        case .timeout: timeout = try milliseconds(name, value)
        case .pollInterval: pollInterval = try number(name, value, 1...86_400_000, "milliseconds")
        case .maximumRetries: maximumRetries = Int(try number(name, value, 0...100, "retries"))
        case .resumeAttempts: resumeAttempts = Int(try number(name, value, 0...1000, "attempts"))
        case .maximumEventBytes: maximumEventBytes = try size(name, value)
        case .maximumResponseBytes: maximumResponseBytes = try size(name, value)
        case .maximumQueueBytes: maximumQueueBytes = try size(name, value)
        }
    }

    private mutating func restore(_ option: Option, _ standard: Settings) {
        switch option {
        case .apiKey, .baseURL, .organization, .project: break  // the environment's
        case .userAgent: userAgent = standard.userAgent
        case .authHeader: authHeader = []
        case .defaultQuery: defaultQuery = []
        case .caFile: caFile = nil
        case .caPath: caPath = nil
        case .clientCertificate: clientCertificate = nil
        case .clientKey: clientKey = nil
        case .tlsVerify: verifiesTLS = true
        case .proxy: proxy = nil
        case .noProxy: noProxy = nil
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
        }
    }

    // The value of a key is never part of a message.
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

    private func headerValue(_ name: String, _ value: [UInt8]) throws(ResponsesError) -> [UInt8] {
        guard HeaderText.isValue(value) else {
            throw .invalid(name, "must not have line breaks or control characters")
        }
        return value
    }

    private func plain(_ name: String, _ value: [UInt8]) throws(ResponsesError) -> [UInt8] {
        guard HeaderText.isValue(value) else {
            throw .invalid(name, "must not have line breaks or control characters")
        }
        return value
    }

    private func path(_ name: String, _ value: [UInt8]) throws(ResponsesError) -> [UInt8] {
        if value.isEmpty { throw .invalid(name, "expected the path of a file or directory") }
        return value
    }

    private func flag(_ name: String, _ value: [UInt8]) throws(ResponsesError) -> Bool {
        if equal(value, "1") || equal(value, "true") { return true }
        if equal(value, "0") || equal(value, "false") { return false }
        throw .invalid(name, "expected \"1\" or \"0\"")
    }

    private func milliseconds(_ name: String, _ value: [UInt8]) throws(ResponsesError) -> Int64 {
        try number(name, value, 0...31_536_000_000, "milliseconds, 0 for no limit")
    }

    private func size(_ name: String, _ value: [UInt8]) throws(ResponsesError) -> Int {
        Int(try number(name, value, 1024...(1 << 30), "bytes"))
    }

    private func number(
        _ name: String, _ value: [UInt8], _ range: ClosedRange<Int64>, _ unit: String
    ) throws(ResponsesError) -> Int64 {
        var result: Int64 = 0
        var isNumber = !value.isEmpty && value.count <= 15
        for byte in value where isNumber {
            isNumber = byte >= 0x30 && byte <= 0x39
            if isNumber { result = result * 10 + Int64(byte - 0x30) }
        }
        guard isNumber, range.contains(result) else {
            throw .invalid(
                name,
                "expected a whole number of \(unit), from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return result
    }
}
