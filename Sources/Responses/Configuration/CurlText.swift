/// libcurl's messages without what may be secret of the caller's values. It quotes names of files, and of a
/// proxy the host, or the whole where it cannot read it; the option that holds the value stands in its place.
extension Redaction {
    func withoutValues(_ message: [UInt8]) -> [UInt8] {
        if contains(message, Proxy.malformed.buffer) {
            guard let (variable, _) = proxyOfEnvironment else {
                return bytes("proxy: is malformed")
            }
            return bytes(variable) + bytes(": ") + bytes(Proxy.expected)
        }
        var text = message
        // A path helps whoever reads it. What does not begin like one may have been meant for api_key.
        for (value, option) in files
        where value.count >= Redaction.shortestName && value.first != 0x2F && value.first != 0x2E {
            text = replace(value, in: text, by: bytes(option.name))
        }
        return withoutProxy(text)
    }

    /// Shorter ones would be found in other words.
    private static var shortestName: Int { 4 }

    private var proxyOfEnvironment: (variable: StaticString, value: Input)? {
        proxy == nil ? Proxy.inEnvironment(isSecure: baseURL.isSecure) : nil
    }

    /// A malformed proxy is never used; but a user for whom no host was given looks like a host.
    private func withoutProxy(_ message: [UInt8]) -> [UInt8] {
        let named = proxyOfEnvironment
        guard let value = proxy?.buffer ?? named?.value, !value.isEmpty,
            let (host, port) = Proxy.address(of: value)
        else { return message }
        var name = bytes("the proxy (option proxy)")
        if let named { name = bytes("the proxy (variable ") + bytes(named.variable) + bytes(")") }
        var text = replace(
            bytes("resolve proxy: ") + host, in: message, by: bytes("resolve ") + name)
        text = replace(Array(value), in: text, by: name)
        text = replace(host + bytes(" port ") + port, in: text, by: name)
        // The server may be on the same host.
        if host.count >= Redaction.shortestName && !contains(baseURL.prefix, host) {
            text = replace(host, in: text, by: name)
        }
        return text
    }

    private func contains(_ text: [UInt8], _ part: Input) -> Bool {
        for start in text.indices where count(of: part, in: text, at: start) == part.count {
            return true
        }
        return false
    }

    private func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        part.withUnsafeBufferPointer { contains(text, $0) }
    }

    /// How many bytes of `part` stand at a place of `text`.
    private func count(of part: Input, in text: [UInt8], at start: Int) -> Int {
        var count = 0
        while count < part.count && start &+ count < text.count
            && text[start &+ count] == part[count]
        {
            count = count &+ 1
        }
        return count
    }

    /// Also where libcurl's buffer ended in the middle of it.
    private func replace(_ part: [UInt8], in text: [UInt8], by name: [UInt8]) -> [UInt8] {
        if part.isEmpty { return text }
        var out: [UInt8] = []
        var index = 0
        while index < text.count {
            let found = part.withUnsafeBufferPointer { count(of: $0, in: text, at: index) }
            if found == part.count || found >= 8 && index &+ found == text.count {
                out += name
                index = index &+ found
            } else {
                out.append(text[index])
                index = index &+ 1
            }
        }
        return out
    }
}
