import CCurl
import CPlatform

/// The status line and headers of an answer, as they came in.
package final class ResponseHeaders {
    package private(set) var status: Int32 = 0
    /// "HTTP/1.1", as libcurl writes it in front of the status; empty before that.
    package private(set) var version: StaticString = ""
    /// Names and values in turn, each ending in NUL; there may be spaces in front of a value.
    private var fields = ByteBuffer()
    /// The blank line behind the headers has come.
    package private(set) var isComplete = false

    /// More than any server sends; libcurl ends at 300 KiB by itself. Lines count as they come, those of
    /// interim answers (1xx) too.
    package static let maximumBytes = 256 * 1024
    /// Interim answers before the answer. A server that works long may say so once a second.
    package static let maximumInterim = 1000
    /// Trailers are for checksums and the like, and nobody reads them here.
    package static let maximumTrailerBytes = 64 * 1024

    private var receivedBytes = 0
    private var interimAnswers = 0
    private var trailerBytes = 0
    /// The next line is a status line: the first one of all, or the one behind an interim answer.
    private var expectsStatus = true

    /// What the dump of them may not have in it.
    var redaction: Redaction?

    package init() {}

    package enum Outcome { case taken, tooLarge, tooManyInterim, trailersTooLarge, noMemory }

    /// Takes one line as libcurl hands it over, line end and all.
    package func take(_ line: UnsafePointer<UInt8>, _ count: Int) -> Outcome {
        if isComplete { return takeTrailer(count) }
        receivedBytes = receivedBytes &+ count
        if receivedBytes > ResponseHeaders.maximumBytes { return .tooLarge }
        if expectsStatus && count >= 12 && matches(line, "HTTP/") {
            // What came before was an interim answer.
            fields.removeAll()
            status = readStatus(line, count)
            version = readVersion(line)
            expectsStatus = false
            return .taken
        }
        if count == 0 || line[0] == 0x0D || line[0] == 0x0A { return takeEnd() }
        return takeField(line, count)
    }

    /// Another answer comes in place of this one.
    func beginAnew() {
        fields.removeAll()
        status = 0
        isComplete = false
        expectsStatus = true
    }

    private var isVersion11: Bool {
        version.utf8CodeUnitCount == 8 && version.utf8Start[5] == 0x31
            && version.utf8Start[7] == 0x31
    }

    /// The body is an event stream, in chunks of HTTP/1.1 and packed in no other way.
    package var isChunkedStream: Bool {
        guard isComplete, isVersion11, status == 200, hasContentType("text/event-stream") else {
            return false
        }
        var isChunked = false
        var place = 0
        while let field = nextField(&place) {
            if equalIgnoringCase(field.name, ("content-encoding" as StaticString).buffer) {
                return false
            }
            if equalIgnoringCase(field.name, ("transfer-encoding" as StaticString).buffer) {
                if isChunked { return false }
                isChunked = equalIgnoringCase(
                    field.value, ("chunked" as StaticString).buffer)
                if !isChunked { return false }
            }
        }
        return isChunked
    }

    /// Trailers come after the body. They are counted, so that they end, and not kept.
    package func takeTrailer(_ count: Int) -> Outcome {
        trailerBytes = trailerBytes &+ count
        return trailerBytes > ResponseHeaders.maximumTrailerBytes ? .trailersTooLarge : .taken
    }

    /// Trailers have come: the body was whole before them (RFC 9112, 7.1.2).
    package var hasTrailers: Bool { trailerBytes > 0 }

    private func takeEnd() -> Outcome {
        // Behind 101 there are no further headers (RFC 9110, 15.2.2).
        if status < 100 || status >= 200 || status == 101 {
            isComplete = true
            return .taken
        }
        expectsStatus = true
        interimAnswers &+= 1
        return interimAnswers > ResponseHeaders.maximumInterim ? .tooManyInterim : .taken
    }

    private func takeField(_ line: UnsafePointer<UInt8>, _ count: Int) -> Outcome {
        var end = count
        while end > 0 && line[end - 1] <= 0x20 { end -= 1 }
        // A line that begins with space goes on with the value before it (RFC 9112, 5.2).
        if line[0] == 0x20 || line[0] == 0x09 {
            if fields.isEmpty { return .taken }
            fields.truncate(to: fields.count - 1)
            return append(line, 0, end, separator: 0x20)
        }
        guard let colon = memchr(line, 0x3A, end) else { return .taken }
        let nameEnd = UnsafeRawPointer(colon) - UnsafeRawPointer(line)
        // Space in front of the colon, which no server should send (RFC 9112, 5.1).
        if nameEnd > 0 && line[nameEnd - 1] <= 0x20 { return takeSpaced(line, nameEnd, end) }
        let before = fields.count
        guard fields.appendTerminated(line, end) else { return .noMemory }
        platform_blank_controls(fields.bytes + before, end)
        fields.bytes[before &+ nameEnd] = 0
        return .taken
    }

    private func takeSpaced(_ line: UnsafePointer<UInt8>, _ colon: Int, _ end: Int) -> Outcome {
        var nameEnd = colon
        while nameEnd > 0 && line[nameEnd - 1] <= 0x20 { nameEnd -= 1 }
        let outcome = append(line, 0, nameEnd)
        return outcome == .taken ? append(line, colon + 1, end) : outcome
    }

    /// Stores a part of a line without the space around it. Control characters become spaces (RFC 9110,
    /// 5.5): a bare CR is no end of a line here, and must not look like one anywhere else.
    private func append(
        _ line: UnsafePointer<UInt8>, _ from: Int, _ end: Int, separator: UInt8? = nil
    ) -> Outcome {
        var start = from
        while start < end && line[start] <= 0x20 { start += 1 }
        if let separator, !fields.append(separator) { return .noMemory }
        let before = fields.count
        guard fields.appendTerminated(line + start, max(0, end - start)) else { return .noMemory }
        platform_blank_controls(fields.bytes + before, fields.count - before - 1)
        return .taken
    }

    /// The line has at least 12 bytes.
    private func readVersion(_ line: UnsafePointer<UInt8>) -> StaticString {
        switch (line[5], line[6], line[7]) {
        case (0x31, 0x2E, 0x31): return "HTTP/1.1"
        case (0x31, 0x2E, 0x30): return "HTTP/1.0"
        case (0x32, _, _): return "HTTP/2"
        case (0x33, _, _): return "HTTP/3"
        default: return ""
        }
    }

    private func readStatus(_ line: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
        guard let space = memchr(line, 0x20, count) else { return 0 }
        var index = UnsafeRawPointer(space) - UnsafeRawPointer(line) + 1
        var value: Int32 = 0
        var digits = 0
        while index < count, line[index] >= 0x30, line[index] <= 0x39, digits < 3 {
            value = value * 10 + Int32(line[index] - 0x30)
            index += 1
            digits += 1
        }
        return digits == 3 ? value : 0
    }

    /// The value of a header by name, in any case; of several, the first. Ends in NUL.
    package func value(_ name: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        var place = 0
        while let field = nextField(&place) {
            if equalIgnoringCase(field.name, name) { return field.value }
        }
        return nil
    }

    package func value(_ name: StaticString) -> UnsafeBufferPointer<UInt8>? {
        value(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    /// Of several of that name, the first that is wanted.
    package func value(
        _ name: StaticString, where isWanted: (UnsafeBufferPointer<UInt8>) -> Bool
    ) -> UnsafeBufferPointer<UInt8>? {
        var place = 0
        while let field = nextField(&place) {
            if equalIgnoringCase(field.name, name.buffer) && isWanted(field.value) {
                return field.value
            }
        }
        return nil
    }

    /// All of them, a line "name: value" each, fit to be shown. Nil when memory is out.
    package func lines() -> Text? {
        var out = ByteBuffer()
        var place = 0
        while let field = nextField(&place) {
            let isFine =
                append(field.name, to: &out) && out.append(": ") && append(field.value, to: &out)
                && out.append("\n")
            if !isFine { return nil }
        }
        return out.copy()
    }

    /// Calls `body` with each, in the order in which they came.
    func forEach(_ body: (_ name: Input, _ value: Input) -> Void) {
        var place = 0
        while let field = nextField(&place) { body(field.name, field.value) }
    }

    /// The field at `place`, which moves behind it.
    @inline(__always)
    private func nextField(_ place: inout Int) -> (name: Input, value: Input)? {
        if place >= fields.count { return nil }
        let start = UnsafePointer(fields.bytes) + place
        let nameCount = strlen(start)
        var value = start + nameCount + 1
        let end = value + strlen(value)
        place = end + 1 - UnsafePointer(fields.bytes)
        while value.pointee == 0x20 { value += 1 }
        return (
            Input(start: start, count: nameCount), Input(start: value, count: end - value)
        )
    }

    private func append(_ text: UnsafeBufferPointer<UInt8>, to out: inout ByteBuffer) -> Bool {
        let limit = ResponseHeaders.maximumBytes
        let shown =
            redaction?.readable(text, limit: limit) ?? ReadableText.clean(text, limit: limit)
        return shown.withUnsafeBufferPointer { out.append($0) }
    }

    private func strlen(_ text: UnsafePointer<UInt8>) -> Int {
        CPlatform.strlen(UnsafeRawPointer(text).assumingMemoryBound(to: CChar.self))
    }

    /// The media type without parameters is `type`.
    package func hasContentType(_ type: StaticString) -> Bool {
        guard let value = value("content-type") else { return false }
        var count = 0
        while count < value.count && value[count] != 0x3B && value[count] != 0x20 { count += 1 }
        return equalIgnoringCase(
            UnsafeBufferPointer(rebasing: value[0..<count]),
            UnsafeBufferPointer(start: type.utf8Start, count: type.utf8CodeUnitCount))
    }

    /// `application/json` and everything that ends in `+json` (RFC 6839).
    package var isJSON: Bool {
        guard let value = value("content-type") else { return true }
        for index in 0..<max(0, value.count - 3) {
            var isHere = true
            for (offset, byte) in [0x6A, 0x73, 0x6F, 0x6E].enumerated()
            where lowercased(value[index + offset]) != UInt8(truncatingIfNeeded: byte) {
                isHere = false
            }
            if isHere { return true }
        }
        return false
    }

    /// How long the server asks to wait, -1 when it does not: `retry-after-ms`, then `retry-after` as
    /// seconds or as a date.
    package var retryAfterMilliseconds: Int64 {
        if let value = value("retry-after-ms"), let wish = RetryRule.milliseconds(value) {
            return wish
        }
        guard let value = value("retry-after"), let start = value.baseAddress else { return -1 }
        if let wish = RetryRule.seconds(value) { return wish }
        let date = curl_getdate(
            UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self), nil)
        if date < 0 { return -1 }
        // libcurl reads years up to 2^31; what is beyond a year is too long for anybody.
        let seconds = Int64(date) &- platform_wall_clock()
        return max(0, min(seconds, 31_536_000)) * 1000
    }

    /// `x-should-retry`, by which a server overrules the rule.
    package var shouldRetry: Bool? {
        guard let value = value("x-should-retry"), let start = value.baseAddress else { return nil }
        if value.count == 4 && matches(start, "true") { return true }
        if value.count == 5 && matches(start, "false") { return false }
        return nil
    }
}
