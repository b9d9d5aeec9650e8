import CPlatform

/// What a client asks for when it opens a WebSocket, and whether the server has agreed to that (RFC 6455, 4.1).
/// Neither an extension nor a subprotocol is asked for.
package struct WebSocketHandshake {
    /// The value of Sec-WebSocket-Key.
    package let key: [UInt8]

    /// With 16 random bytes, new for each connection.
    package init(nonce: (UInt64, UInt64)) {
        key = withUnsafeBytes(of: nonce) { Base64.encode(Array($0)) }
    }

    /// The value that Sec-WebSocket-Accept must have.
    package var expectedAccept: [UInt8] {
        Base64.encode(
            SHA1.digest(key + bytes("258EAFA5-E914-47DA-95CA-C5AB0DC85B11")))
    }

    /// What is wrong with an answer with status 101, of whose headers these are the values, nil for none; nil when
    /// nothing is. Of a header with several lines, the one that `lists` or `saysSomething` names decides.
    package func judge(
        upgrade: Input?, connection: Input?, accept: Input?, extensions: Input?, protocol: Input?
    ) -> StaticString? {
        guard let upgrade else { return "there is no Upgrade header" }
        if !equalIgnoringCase(
            trimmed(upgrade), ("websocket" as StaticString).buffer)
        {
            return "its Upgrade header does not say websocket"
        }
        guard let connection else { return "there is no Connection header" }
        if !WebSocketHandshake.lists("upgrade", in: connection) {
            return "its Connection header does not say Upgrade"
        }
        guard let accept else { return "there is no Sec-WebSocket-Accept header" }
        let isRight = expectedAccept.withUnsafeBufferPointer {
            equal($0, trimmed(accept))
        }
        if !isRight { return "its Sec-WebSocket-Accept header does not belong to the request" }
        if let extensions, WebSocketHandshake.saysSomething(extensions) {
            return "its Sec-WebSocket-Extensions header names an extension that was not asked for"
        }
        if let `protocol`, WebSocketHandshake.saysSomething(`protocol`) {
            return "its Sec-WebSocket-Protocol header names a subprotocol that was not asked for"
        }
        return nil
    }

    /// A list may have empty members (RFC 9110, 5.6.1).
    static func saysSomething(_ list: Input) -> Bool {
        for byte in list where byte > 0x20 && byte != 0x2C { return true }
        return false
    }

    /// Whether a member of the list, which are parted by commas, is the token, in any case of letters.
    static func lists(_ token: StaticString, in list: Input) -> Bool {
        var start = 0
        while start <= list.count {
            var end = start
            while end < list.count && list[end] != 0x2C { end += 1 }
            let member = trimmed(Input(rebasing: list[start..<end]))
            if equalIgnoringCase(member, token.buffer) { return true }
            start = end + 1
        }
        return false
    }
}
