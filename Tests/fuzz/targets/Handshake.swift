import CPlatform

/// The answer to the handshake of a WebSocket, judged by its headers.
///
/// Input: which headers there are and whether the key is answered, then their values, line by line.
@_cdecl("fuzz_handshake")
public func fuzzHandshake(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    var source = Source(bytes, count)
    let which = source.byte()
    let handshake = WebSocketHandshake(nonce: (UInt64(which), UInt64(count)))
    require(handshake.key.count == 24 && handshake.expectedAccept.count == 28, "16 and 20 bytes")
    var values = (0..<5).map { which & (1 << UInt8($0)) == 0 ? nil : source.line() }
    if which & 0x80 != 0 { values[2] = values[2].map { $0 + handshake.expectedAccept + $0 } }
    if which & 0x40 != 0 { values[2] = handshake.expectedAccept }
    let reason = with(values[0]) { upgrade in
        with(values[1]) { connection in
            with(values[2]) { accept in
                with(values[3]) { extensions in
                    with(values[4]) {
                        handshake.judge(
                            upgrade: upgrade, connection: connection, accept: accept,
                            extensions: extensions, protocol: $0)
                    }
                }
            }
        }
    }
    require((reason == nil) == agrees(values, handshake.expectedAccept), "what agrees")
    require((reason?.utf8CodeUnitCount ?? 1) > 0, "what does not says why")
    return 0
}

private func with(_ value: [UInt8]?, _ body: (Input?) -> StaticString?) -> StaticString? {
    guard let value else { return body(nil) }
    // An array without elements has no address, a header without a value has one.
    return (value + [0x21]).withUnsafeBufferPointer { body(Input(rebasing: $0[..<value.count])) }
}

/// RFC 6455, 4.1; none of the values has a line break in it.
private func agrees(_ values: [[UInt8]?], _ accept: [UInt8]) -> Bool {
    guard let upgrade = values[0], let connection = values[1], let answered = values[2] else {
        return false
    }
    let websocket = [[UInt8]](list(upgrade, 0x0A))
    return websocket.count == 1 && same(lower(websocket[0]), bytes("websocket"))
        && list(connection, 0x2C).contains { same(lower($0), bytes("upgrade")) }
        && same(list(answered, 0x0A)[0], accept)
        && list(values[3] ?? [], 0x2C).allSatisfy { $0.isEmpty }
        && list(values[4] ?? [], 0x2C).allSatisfy { $0.isEmpty }
}

/// The parts between separators, without the space and the control characters around them.
private func list(_ text: [UInt8], _ separator: UInt8) -> [[UInt8]] {
    var parts: [[UInt8]] = [[]]
    for byte in text {
        if byte == separator { parts.append([]) } else { parts[parts.count - 1].append(byte) }
    }
    for index in parts.indices {
        while let first = parts[index].first, first <= 0x20 { parts[index].removeFirst() }
        while let last = parts[index].last, last <= 0x20 { parts[index].removeLast() }
    }
    return parts
}

private func lower(_ text: [UInt8]) -> [UInt8] {
    text.map { $0 >= 0x41 && $0 <= 0x5A ? $0 + 0x20 : $0 }
}
