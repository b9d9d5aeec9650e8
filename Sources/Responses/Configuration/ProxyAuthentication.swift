import CCurl

/// How a proxy is told the user and password that its URL has.
enum ProxyAuthentication {
    case basic, digest, ntlm, negotiate
    /// The strongest of what the proxy asks for, which costs a request.
    case any

    static func named(_ name: Input) -> ProxyAuthentication? {
        if equal(name, "basic") { return .basic }
        if equal(name, "digest") { return .digest }
        if equal(name, "ntlm") { return .ntlm }
        if equal(name, "negotiate") { return .negotiate }
        return equal(name, "any") ? .any : nil
    }

    /// As CURLOPT_PROXYAUTH has them. They are macros with casts, which Swift does not import.
    var bits: Int {
        switch self {
        case .basic: return 1 << 0
        case .digest: return 1 << 1
        case .ntlm: return 1 << 3
        case .negotiate: return 1 << 2
        case .any: return ~(1 << 4)  // CURLAUTH_DIGEST_IE, which browsers once needed
        }
    }
}
