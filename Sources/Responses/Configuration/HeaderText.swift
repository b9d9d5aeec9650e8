/// What may stand in a request's head, so that no argument can add a line to it (RFC 9110, 5.5 and 5.6.2).
enum HeaderText {
    /// A token: the name of a header.
    static func isName(_ text: some Sequence<UInt8>) -> Bool {
        for byte in text where !isTokenByte(byte) { return false }
        return true
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: return true
        case 0x21, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C,
            0x7E:
            return true
        default: return false
        }
    }

    /// Headers that say where a message ends, to whom it goes and what becomes of the connection (RFC 9110,
    /// 7.2 and 7.6.1; RFC 9112, 6): with a caller's own the two ends could disagree about that.
    static func isOfConnection(_ name: Input) -> Bool {
        let names: Words = """
            host|content-length|transfer-encoding|connection|keep-alive|proxy-connection|te|trailer|\
            upgrade|expect|http2-settings
            """
        return names.containsIgnoringCase(name)
    }

    static var namesOfConnection: StaticString {
        """
        Host, Content-Length, Transfer-Encoding, Connection, Keep-Alive, Proxy-Connection, TE, Trailer, \
        Upgrade, Expect and HTTP2-Settings
        """
    }

    @_optimize(speed) @inline(never)
    static func isValue(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        for byte in text where byte < 0x20 && byte != 0x09 || byte == 0x7F { return false }
        return true
    }

    /// Printable ASCII without a space or a fragment: what may follow the question mark.
    static func isQuery(_ text: some Sequence<UInt8>) -> Bool {
        for byte in text where byte <= 0x20 || byte >= 0x7F || byte == 0x23 { return false }
        return true
    }
}
