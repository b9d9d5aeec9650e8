/// One request, read completely before anybody looks at it.
struct HTTPRequest {
    var method: String
    /// The path and query as sent.
    var target: String
    var headers: [HTTPHeader]
    var body: Bytes = []
    /// False for HTTP/1.0: no chunked answers, no keep-alive unless asked for.
    var isVersion11: Bool

    struct HTTPHeader {
        var name: String
        var value: String
    }

    /// All values of a header, in order; names are stored in lower case.
    func values(_ name: String) -> [String] {
        headers.filter { $0.name == name }.map(\.value)
    }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    var path: String { String(target.prefix { $0 != "?" }) }

    /// Path segments, percent-decoded: `/v1/responses/resp_1` is `["v1", "responses", "resp_1"]`.
    var segments: [String] {
        path.split(separator: "/", omittingEmptySubsequences: true).map {
            Self.percentDecoded(Bytes($0.utf8), plusIsSpace: false)
        }
    }

    var query: [QueryItem] {
        guard let mark = target.firstIndex(of: "?") else { return [] }
        return target[target.index(after: mark)...].split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return QueryItem(
                name: Self.percentDecoded(Bytes(parts[0].utf8), plusIsSpace: true),
                value: parts.count > 1
                    ? Self.percentDecoded(Bytes(parts[1].utf8), plusIsSpace: true) : "")
        }
    }

    struct QueryItem {
        var name: String
        var value: String
    }

    var wantsKeepAlive: Bool {
        let tokens = values("connection").joined(separator: ",").lowercased().split(separator: ",")
            .map { $0.filter { $0 != " " } }
        return isVersion11 ? !tokens.contains("close") : tokens.contains("keep-alive")
    }

    private static func percentDecoded(_ text: Bytes, plusIsSpace: Bool) -> String {
        var decoded = Bytes()
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "%"), index + 2 < text.count,
                let value = UInt8(
                    String(decoding: text[index + 1...index + 2], as: UTF8.self), radix: 16)
            {
                decoded.append(value)
                index += 3
            } else {
                decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}
