/// `GET /v1/responses` with `Upgrade: websocket`.
extension Server {
    func openSession(_ exchange: Exchange) throws {
        do {
            try Handshake.check(exchange.request)
        } catch let error as APIError where error.status == 426 {
            return exchange.respond(
                error.status, error.body,
                headers: [("sec-websocket-version", "13"), ("upgrade", "websocket")])
        }
        let headers = [
            ("upgrade", "websocket"), ("connection", "Upgrade"),
            ("sec-websocket-accept", Handshake.accept(exchange.request)),
        ]
        guard let connection = exchange.switchProtocols(headers: headers) else { return }
        SocketSession.start(exchange, on: connection, server: self)
    }
}

extension APIError {
    /// The error as an event of a WebSocket.
    func event(lane: String?) -> JSON {
        var event: JSONObject = ["type": "error", "status": .integer(status)]
        if let lane { event.append("stream_id", .string(lane)) }
        event.append(
            "error",
            [
                "type": .string(type), "code": .optional(code), "message": .string(message),
                "param": .optional(param),
            ])
        return .object(event)
    }
}
