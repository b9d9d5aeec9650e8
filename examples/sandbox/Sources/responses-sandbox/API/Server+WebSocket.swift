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
        let faults = exchange.faults.socket
        if faults.silence == .handshake {
            // The connection waits until the client has had enough.
            return exchange.onDisconnect { exchange.logDisconnect() }
        }
        guard
            let connection = exchange.switchProtocols(
                headers: answerHeaders(to: exchange.request, faults))
        else { return }
        SocketSession.start(exchange, on: connection, server: self)
    }

    private func answerHeaders(
        to request: HTTPRequest, _ faults: SocketFaults
    ) -> [(String, String)] {
        var headers = [("upgrade", "websocket"), ("connection", "Upgrade")]
        switch faults.accept {
        case .right: headers.append(("sec-websocket-accept", Handshake.accept(request)))
        case .wrong: headers.append(("sec-websocket-accept", Base64.encoded(SHA1.digest(of: []))))
        case .missing: break
        }
        return headers.filter { !faults.omittedHeaders.contains($0.0) } + faults.addedHeaders
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
