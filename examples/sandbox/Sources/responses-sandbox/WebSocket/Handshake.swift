/// The opening of a WebSocket (RFC 6455, section 4.2): what a client must send, what it gets.
enum Handshake {
    private static let magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    /// A request of any method and path that wants to speak WebSocket from here on.
    static func isWanted(by request: HTTPRequest) -> Bool {
        tokens("upgrade", of: request).contains("websocket")
    }

    /// Throws for a request that RFC 6455 does not allow.
    static func check(_ request: HTTPRequest) throws {
        guard request.isVersion11, tokens("connection", of: request).contains("upgrade") else {
            throw APIError.invalid(
                "A WebSocket handshake is HTTP/1.1 with the header 'Connection: Upgrade'.",
                param: "Connection")
        }
        guard request.header("sec-websocket-version") == "13" else {
            throw APIError.invalid(
                "Only version 13 of the WebSocket protocol is supported.",
                param: "Sec-WebSocket-Version", status: 426)
        }
        let keys = request.values("sec-websocket-key")
        guard keys.count == 1, Base64.decodedCount(keys[0]) == 16 else {
            throw APIError.invalid(
                "The header 'Sec-WebSocket-Key' must be the Base64 of 16 bytes.",
                param: "Sec-WebSocket-Key")
        }
    }

    /// The value of `Sec-WebSocket-Accept`.
    static func accept(_ request: HTTPRequest) -> String {
        let key = request.header("sec-websocket-key") ?? ""
        return Base64.encoded(SHA1.digest(of: Bytes(text: key + magic)))
    }

    private static func tokens(_ name: String, of request: HTTPRequest) -> [String] {
        request.values(name).joined(separator: ",").lowercased().split(separator: ",")
            .map { trimmed($0) }
    }
}
