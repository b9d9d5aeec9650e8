/// The options of a client, by the names of the header.
package enum Option: Int {
    case apiKey, baseURL, organization, project, userAgent, authHeader, defaultQuery
    case caFile, caPath, caFallbackFile, clientCertificate, clientKey, tlsVerify
    case proxy, noProxy, proxyAuthentication, unixSocket, fallbackBaseURLs, httpVersion
    case tcpKeepalive, connectTimeout, firstEventTimeout, idleTimeout, completionGrace, timeout
    case maximumRetries, resumeAttempts, retryMinimum, retryMaximum, pollInterval
    case maximumEventBytes, maximumResponseBytes, maximumQueueBytes, maximumErrorBytes
    case countComments, raw
    case recordFile, replayFile, replayPace
    case pingInterval, sessionTurns, maximumSteps

    package var name: StaticString {
        switch self {
        case .apiKey: return "api_key"
        case .baseURL: return "base_url"
        case .organization: return "organization"
        case .project: return "project"
        case .userAgent: return "user_agent"
        case .authHeader: return "auth_header"
        case .defaultQuery: return "default_query"
        case .caFile: return "ca_file"
        case .caPath: return "ca_path"
        case .caFallbackFile: return "ca_fallback_file"
        case .clientCertificate: return "client_cert"
        case .clientKey: return "client_key"
        case .tlsVerify: return "tls_verify"
        case .proxy: return "proxy"
        case .noProxy: return "no_proxy"
        case .proxyAuthentication: return "proxy_auth"
        case .unixSocket: return "unix_socket"
        case .fallbackBaseURLs: return "fallback_base_urls"
        case .httpVersion: return "http_version"
        case .tcpKeepalive: return "tcp_keepalive_ms"
        case .connectTimeout: return "connect_timeout_ms"
        case .firstEventTimeout: return "first_event_timeout_ms"
        case .idleTimeout: return "idle_timeout_ms"
        case .completionGrace: return "completion_grace_ms"
        case .timeout: return "timeout_ms"
        case .maximumRetries: return "max_retries"
        case .resumeAttempts: return "resume_attempts"
        case .retryMinimum: return "retry_min_ms"
        case .retryMaximum: return "retry_max_ms"
        case .pollInterval: return "poll_interval_ms"
        case .maximumEventBytes: return "max_event_bytes"
        case .maximumResponseBytes: return "max_response_bytes"
        case .maximumQueueBytes: return "max_queue_bytes"
        case .maximumErrorBytes: return "max_error_bytes"
        case .countComments: return "count_comments"
        case .raw: return "raw"
        case .recordFile: return "record_file"
        case .replayFile: return "replay_file"
        case .replayPace: return "replay_pace"
        case .pingInterval: return "ping_interval_ms"
        case .sessionTurns: return "session_turns"
        case .maximumSteps: return "max_steps"
        }
    }

    /// By index, for hosts that list them; nil past the last.
    package static func at(_ index: Int) -> Option? { Option(rawValue: index) }

    @_optimize(speed)
    package static func named(_ name: UnsafeBufferPointer<UInt8>) -> Option? {
        switch name.count {
        case 3: return first(name, .raw)
        case 5: return first(name, .proxy)
        case 7: return first(name, .apiKey, .project, .caFile, .caPath)
        case 8: return first(name, .baseURL, .noProxy)
        case 9: return first(name, .maximumSteps)
        case 10:
            return first(name, .timeout, .userAgent, .tlsVerify, .clientKey, .proxyAuthentication)
        case 11:
            return first(name, .authHeader, .clientCertificate, .maximumRetries, .unixSocket)
                ?? first(name, .recordFile, .replayFile, .replayPace)
        case 12:
            return first(name, .organization, .httpVersion, .retryMinimum, .retryMaximum)
        case 13: return first(name, .defaultQuery, .sessionTurns)
        case 15:
            return first(
                name, .idleTimeout, .resumeAttempts, .maximumEventBytes, .maximumQueueBytes,
                .maximumErrorBytes)
        case 16: return first(name, .tcpKeepalive, .pollInterval, .caFallbackFile, .pingInterval)
        case 14: return first(name, .countComments)
        case 18: return first(name, .connectTimeout, .maximumResponseBytes, .fallbackBaseURLs)
        case 19: return first(name, .completionGrace)
        case 22: return first(name, .firstEventTimeout)
        default: return nil
        }
    }

    /// Of options whose names are as long as `name`, the one that has it.
    @inline(__always)
    private static func first(
        _ name: UnsafeBufferPointer<UInt8>, _ a: Option, _ b: Option? = nil, _ c: Option? = nil,
        _ d: Option? = nil, _ e: Option? = nil
    ) -> Option? {
        if a.isNamed(name) { return a }
        if let b, b.isNamed(name) { return b }
        if let c, c.isNamed(name) { return c }
        if let d, d.isNamed(name) { return d }
        if let e, e.isNamed(name) { return e }
        return nil
    }

    private func isNamed(_ name: UnsafeBufferPointer<UInt8>) -> Bool { equal(name, self.name) }

    /// All names, for the message about one that does not exist.
    package static var allNames: Message {
        var text: Message = ""
        var index = 0
        while let option = Option(rawValue: index) {
            if index > 0 { text += ", " }
            text.append(option.name)
            index += 1
        }
        return text
    }
}
