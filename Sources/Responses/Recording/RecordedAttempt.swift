import CCurl
import CPlatform

/// An attempt that is over, and how it is written: an entry of HAR 1.2
/// (http://www.softwareishard.com/blog/har-12-spec/), on one line.
///
/// Members with a leading underscore are ours, which the format provides for: `_chunks`, the pieces of the body,
/// and `_failure`. `_error` of the response is Chrome's, which shows it.
final class RecordedAttempt {
    let request: HTTPRequest
    /// The headers of the request, as libcurl was told; without secrets. Nil when memory is out.
    let lines: [HeaderLine]?
    let headers: ResponseHeaders
    let startedAt: Int64
    let times: RecordedTimes
    let address: [UInt8]
    let body: ByteBuffer
    let pieces: RecordedPieces
    let lacksBytes: Bool
    let failure: RecordedFailure?
    let settings: FrozenSettings

    init(
        request: HTTPRequest, lines: [HeaderLine]?, headers: ResponseHeaders, startedAt: Int64,
        times: RecordedTimes, address: [UInt8], body: consuming ByteBuffer,
        pieces: consuming RecordedPieces, lacksBytes: Bool, failure: RecordedFailure?,
        settings: FrozenSettings
    ) {
        self.request = request
        self.lines = lines
        self.headers = headers
        self.startedAt = startedAt
        self.times = times
        self.address = address
        self.body = body
        self.pieces = pieces
        self.lacksBytes = lacksBytes
        self.failure = failure
        self.settings = settings
    }

    struct HeaderLine {
        let name: [UInt8]
        let value: [UInt8]
    }

    /// False when memory is out.
    func encode(into out: inout ByteBuffer) -> Bool {
        var plain = ByteBuffer()
        guard let redaction = settings.values.redaction,
            redaction.redact(
                Input(start: UnsafePointer(body.bytes), count: body.count), into: &plain,
                moving: pieces)
        else { return false }
        return out.append("{\"startedDateTime\":\"")
            && append(RecordedAttempt.date(startedAt), &out) && out.append("\",\"time\":")
            && milliseconds(times.total, &out)
            && encodeRequest(redaction, &out) && encodeResponse(plain, redaction, &out)
            && encodeTimings(&out)
            && (address.isEmpty || out.append(",\"serverIPAddress\":") && string(address, &out))
            && encodePieces(&out) && encodeFailure(redaction, &out) && out.append(0x7D)
    }

    // MARK: the request

    private func encodeRequest(_ redaction: Redaction, _ out: inout ByteBuffer) -> Bool {
        guard let lines else { return false }
        let url = redaction.redacted(Array(request.url.dropLast()))
        guard out.append(",\"request\":{\"method\":\""), out.append(request.method.name),
            out.append("\",\"url\":"), string(url, &out), out.append(",\"httpVersion\":\""),
            out.append(version), out.append("\",\"cookies\":[],\"headers\":[")
        else { return false }
        for (index, line) in lines.enumerated() {
            let value =
                RecordedAttempt.isSecret(line.name, settings.values.authHeader)
                ? bytes("***") : redaction.redacted(line.value)
            if !pair(line.name, value, isFirst: index == 0, &out) { return false }
        }
        guard out.append("],\"queryString\":["), encodeQuery(url, &out), out.append(0x5D) else {
            return false
        }
        if let body = request.body {
            var plain = ByteBuffer()
            guard redaction.redact(body.buffer, into: &plain, moving: RecordedPieces()),
                out.append(",\"postData\":{\"mimeType\":\"application/json\""),
                content(plain, &out), out.append(0x7D)
            else { return false }
        }
        let size = request.stream != nil ? -1 : request.body?.count ?? 0
        return out.append(",\"headersSize\":-1,\"bodySize\":") && number(size, &out)
            && out.append(0x7D)
    }

    private func encodeQuery(_ url: [UInt8], _ out: inout ByteBuffer) -> Bool {
        guard let question = url.firstIndex(of: 0x3F) else { return true }
        var isFirst = true
        for part in url[(question + 1)...].split(separator: 0x26) {
            let equals = part.firstIndex(of: 0x3D) ?? part.endIndex
            let value = part[equals...].dropFirst()
            let isFine = pair(
                RecordedAttempt.unpacked(part[..<equals]), RecordedAttempt.unpacked(value),
                isFirst: isFirst, &out)
            if !isFine { return false }
            isFirst = false
        }
        return true
    }

    /// Without the percent signs of a URL; what is no text then stays as it is.
    private static func unpacked(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let given = Array(text)
        var plain: [UInt8] = []
        var index = 0
        while index < given.count {
            if given[index] == 0x25, index + 2 < given.count,
                let byte = hexadecimal(given[index + 1], given[index + 2])
            {
                plain.append(byte)
                index += 3
            } else {
                plain.append(given[index])
                index += 1
            }
        }
        let isText = plain.withUnsafeBufferPointer { text in
            text.baseAddress.map { UTF8Check.isText($0, text.count) } ?? true
        }
        return isText ? plain : given
    }

    /// Headers in which keys are sent, whatever they are called. `own`: that of the option auth_header.
    private static func isSecret(_ name: [UInt8], _ own: [UInt8]) -> Bool {
        let plain = name.map { lowercased($0) }
        if plain.elementsEqual(own.map { lowercased($0) }) && !own.isEmpty { return true }
        if equal(plain, "idempotency-key") { return false }
        let signs: Words = "auth|key|token|secret|password|cookie|credential"
        for sign in signs where RecordedAttempt.contains(plain, sign) { return true }
        return false
    }

    private static func contains(_ text: [UInt8], _ word: Input) -> Bool {
        if text.count < word.count { return false }
        for start in 0...(text.count - word.count)
        where text[start..<(start + word.count)].elementsEqual(word) { return true }
        return false
    }

    // MARK: the answer

    private func encodeResponse(
        _ plain: borrowing ByteBuffer, _ redaction: Redaction, _ out: inout ByteBuffer
    ) -> Bool {
        let status = headers.status
        guard out.append(",\"response\":{\"status\":"), number(Int(status), &out),
            out.append(",\"statusText\":\"\",\"httpVersion\":\""), out.append(version),
            out.append("\",\"cookies\":[],\"headers\":[")
        else { return false }
        var isFirst = true
        var isFine = true
        headers.forEach { name, value in
            let shown =
                equalIgnoringCase(name, ("set-cookie" as StaticString).buffer)
                ? bytes("***") : redaction.redacted(Array(value))
            isFine = isFine && pair(Array(name), shown, isFirst: isFirst, &out)
            isFirst = false
        }
        let type = headers.value("content-type").map { redaction.redacted(Array($0)) } ?? []
        let place = headers.value("location").map { redaction.redacted(Array($0)) } ?? []
        guard isFine, out.append("],\"content\":{\"size\":"), number(plain.count, &out),
            out.append(",\"mimeType\":"), string(type, &out), content(plain, &out),
            !lacksBytes || out.append(",\"comment\":\"the rest was not recorded\""),
            out.append("},\"redirectURL\":"), string(place, &out),
            out.append(",\"headersSize\":-1,\"bodySize\":-1")
        else { return false }
        if let failure, failure.stop == nil {
            guard out.append(",\"_error\":"), string(redaction.redacted(failure.message), &out)
            else { return false }
        }
        return out.append(0x7D)
    }

    private var version: StaticString {
        if headers.version.utf8CodeUnitCount > 0 { return headers.version }
        return settings.values.usesHTTP2 ? "HTTP/2" : "HTTP/1.1"
    }

    private func encodeTimings(_ out: inout ByteBuffer) -> Bool {
        out.append(",\"cache\":{},\"timings\":{\"blocked\":-1,\"dns\":")
            && milliseconds(times.lookup, &out) && out.append(",\"connect\":")
            && milliseconds(times.connect, &out) && out.append(",\"ssl\":")
            && milliseconds(times.encryption, &out) && out.append(",\"send\":0,\"wait\":")
            && milliseconds(times.wait, &out) && out.append(",\"receive\":")
            && milliseconds(times.receive, &out) && out.append(0x7D)
    }

    private func encodePieces(_ out: inout ByteBuffer) -> Bool {
        guard out.append(",\"_chunks\":[") else { return false }
        for index in 0..<pieces.count {
            let piece = pieces[index]
            guard index == 0 || out.append(0x2C), out.append(0x5B),
                milliseconds(Int64(clamping: piece.time), &out), out.append(0x2C),
                number(piece.count, &out), out.append(0x5D)
            else { return false }
        }
        return out.append(0x5D)
    }

    private func encodeFailure(_ redaction: Redaction, _ out: inout ByteBuffer) -> Bool {
        guard var failure else {
            // What is missing was not lost by the server, but there is no more of it.
            return !lacksBytes || out.append(",\"_failure\":{\"stopped\":\"program\"}")
        }
        if let stop = failure.stop {
            return out.append(",\"_failure\":{\"stopped\":\"")
                && out.append(RecordedFailure.name(stop)) && out.append("\",\"phase\":\"")
                && out.append(RecordedFailure.name(failure.phase)) && out.append(0x22)
                && (failure.hasHead || headers.status == 0 || out.append(",\"head\":false"))
                && out.append(0x7D)
        }
        failure.message = redaction.redacted(failure.message)
        return out.append(",\"_failure\":{\"code\":") && number(Int(failure.code.rawValue), &out)
            && out.append(",\"message\":") && string(failure.message, &out)
            && out.append(",\"phase\":\"") && out.append(RecordedFailure.name(failure.phase))
            && out.append(0x22)
            && (!failure.isBroken || out.append(",\"broken\":true"))
            && (!failure.isCutAfterSending || out.append(",\"cut\":true"))
            && (!failure.isRefusedByProxy || out.append(",\"refused\":true"))
            && (failure.proxyStatus == 0
                || out.append(",\"proxyStatus\":") && number(Int(failure.proxyStatus), &out))
            && (failure.hasHead || headers.status == 0 || out.append(",\"head\":false"))
            && out.append(0x7D)
    }

    // MARK: JSON

    /// The members "text" and, for what is no text, "encoding".
    private func content(_ plain: borrowing ByteBuffer, _ out: inout ByteBuffer) -> Bool {
        let text = Input(start: UnsafePointer(plain.bytes), count: plain.count)
        if UTF8Check.isText(plain.bytes, plain.count) {
            return out.append(",\"text\":") && JSONEscape.encode(text, into: &out)
        }
        guard out.append(",\"encoding\":\"base64\",\"text\":\""),
            out.reserve(text.count / 3 &* 4 &+ 8)
        else { return false }
        var index = 0
        while index < text.count {
            let next = min(index &+ 3072, text.count)
            let digits = Base64.encode(Array(text[index..<next]))
            if !digits.withUnsafeBufferPointer({ out.append($0) }) { return false }
            index = next
        }
        return out.append(0x22)
    }

    private func pair(
        _ name: [UInt8], _ value: [UInt8], isFirst: Bool, _ out: inout ByteBuffer
    ) -> Bool {
        (isFirst || out.append(0x2C)) && out.append("{\"name\":") && string(name, &out)
            && out.append(",\"value\":") && string(value, &out) && out.append(0x7D)
    }

    /// What is no UTF-8 has been sent as Latin-1 once (RFC 9110, 5.5), and is read as that.
    private func string(_ text: [UInt8], _ out: inout ByteBuffer) -> Bool {
        text.withUnsafeBufferPointer { text in
            guard let start = text.baseAddress else { return out.append("\"\"") }
            if UTF8Check.isText(start, text.count) { return JSONEscape.encode(text, into: &out) }
            var wide: [UInt8] = []
            for byte in text {
                if byte < 0x80 {
                    wide.append(byte)
                } else {
                    wide.append(0xC0 | byte >> 6)
                    wide.append(0x80 | byte & 0x3F)
                }
            }
            return wide.withUnsafeBufferPointer { JSONEscape.encode($0, into: &out) }
        }
    }

    private func number(_ value: Int, _ out: inout ByteBuffer) -> Bool {
        decimal(Int64(value)).withUnsafeBufferPointer { out.append($0) }
    }

    /// Microseconds as milliseconds; -1 stays.
    private func milliseconds(_ time: Int64, _ out: inout ByteBuffer) -> Bool {
        if time < 0 { return out.append("-1") }
        let fraction = decimal(1000 + time % 1000)
        guard number(Int(time / 1000), &out) else { return false }
        if time % 1000 == 0 { return true }
        return out.append(0x2E)
            && Array(fraction.dropFirst()).withUnsafeBufferPointer { out.append($0) }
    }

    private func append(_ text: [UInt8], _ out: inout ByteBuffer) -> Bool {
        text.withUnsafeBufferPointer { out.append($0) }
    }

    /// Microseconds since 1970 as ISO 8601 has them, in UTC. The days of a year that begins in March, as its leap
    /// day is the last one then (Howard Hinnant, "chrono-compatible low-level date algorithms").
    package static func date(_ time: Int64) -> [UInt8] {
        let seconds = max(0, min(time / 1_000_000, 253_402_300_799))
        let milliseconds = max(0, time % 1_000_000) / 1000
        let days = seconds / 86_400 + 719_468
        let era = days / 146_097
        let day = days % 146_097
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let clock = seconds % 86_400
        func digits(_ value: Int64, _ width: Int64) -> ArraySlice<UInt8> {
            decimal(width + value).dropFirst()
        }
        var text: [UInt8] = []
        text += digits(era * 400 + year + (month >= 10 ? 1 : 0), 10_000)
        text.append(0x2D)
        text += digits(month >= 10 ? month - 9 : month + 3, 100)
        text.append(0x2D)
        text += digits(dayOfYear - (153 * month + 2) / 5 + 1, 100)
        text.append(0x54)
        text += digits(clock / 3600, 100)
        text.append(0x3A)
        text += digits(clock / 60 % 60, 100)
        text.append(0x3A)
        text += digits(clock % 60, 100)
        text.append(0x2E)
        text += digits(milliseconds, 1000)
        text.append(0x5A)
        return text
    }
}
