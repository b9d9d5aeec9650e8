import Glibc

/// One line a request, on stderr.
enum RequestLog {
    static func line(_ text: String) {
        var bytes = Bytes(text: text)
        bytes.append(0x0A)
        // A log that cannot be written, or not at once, is no reason to fail a request.
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
