/// Writes JSON from pieces of JSON that stay as the server wrote them.
///
/// Numbers, escapes and unknown members come out byte for byte as they came in, which no parse and
/// print could promise.
package enum JSONWriter {
    /// Copies an object with one member replaced, or added at the end where it was missing. Without an
    /// object, makes one with that member alone. False when memory is out.
    package static func object(
        _ object: JSONValue?, replacing name: StaticString, into out: inout ByteBuffer,
        with write: (inout ByteBuffer) -> Bool
    ) -> Bool {
        guard out.append(0x7B) else { return false }
        var isFine = true
        var isFirst = true
        var isReplaced = false
        object?.forEach { member, value in
            guard let member else { return false }
            if !isFirst { isFine = isFine && out.append(0x2C) }
            isFirst = false
            isFine = isFine && out.append(member.start, member.count) && out.append(0x3A)
            if member.isText(name) {
                isFine = isFine && write(&out)
                isReplaced = true
            } else {
                isFine = isFine && out.append(value.start, value.count)
            }
            return isFine
        }
        if isFine && !isReplaced {
            if !isFirst { isFine = out.append(0x2C) }
            isFine = isFine && self.name(name, into: &out) && write(&out)
        }
        return isFine && out.append(0x7D)
    }

    /// A member's name and the colon.
    package static func name(_ name: StaticString, into out: inout ByteBuffer) -> Bool {
        out.append(0x22) && out.append(name) && out.append("\":")
    }
}
