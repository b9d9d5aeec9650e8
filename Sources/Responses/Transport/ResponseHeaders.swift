import CCurl
import CPlatform

/// The status line and headers of an answer, as they came in.
package final class ResponseHeaders {
    package private(set) var status: Int32 = 0
    /// Names and values in turn, each ending in NUL.
    private var fields = ByteBuffer()
    /// The blank line behind the headers has come.
    package private(set) var isComplete = false
    /// More than any server sends. libcurl has a limit of its own for a single line.
    package static let maximumBytes = 256 * 1024

    package init() {}

    package enum Outcome { case taken, tooMany, noMemory }

    /// Takes one line as libcurl hands it over, line end and all.
    package func take(_ line: UnsafePointer<UInt8>, _ count: Int) -> Outcome {
        if count >= 12 && matches(line, "HTTP/") {
            // A new answer: what came before was an interim one (100) or a proxy's.
            fields.removeAll()
            status = readStatus(line, count)
            isComplete = false
            return .taken
        }
        guard let colon = memchr(line, 0x3A, count) else {
            if count <= 2 { isComplete = true }
            return .taken
        }
        let nameCount = UnsafeRawPointer(colon) - UnsafeRawPointer(line)
        var start = nameCount + 1
        var end = count
        while end > start && line[end - 1] <= 0x20 { end -= 1 }
        while start < end && line[start] <= 0x20 { start += 1 }
        let added = nameCount + end - start + 2
        if fields.count + added > ResponseHeaders.maximumBytes { return .tooMany }
        let isStored =
            fields.reserve(added) && fields.append(line, nameCount) && fields.append(0)
            && fields.append(line + start, end - start) && fields.append(0)
        return isStored ? .taken : .noMemory
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
        var p = UnsafePointer(fields.bytes)
        let end = p + fields.count
        while p < end {
            let nameCount = strlen(p)
            let value = p + nameCount + 1
            let valueCount = strlen(value)
            if equalIgnoringCase(UnsafeBufferPointer(start: p, count: nameCount), name) {
                return UnsafeBufferPointer(start: value, count: valueCount)
            }
            p = value + valueCount + 1
        }
        return nil
    }

    package func value(_ name: StaticString) -> UnsafeBufferPointer<UInt8>? {
        value(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    /// All of them, a line "name: value" each. Nil when memory is out.
    package func lines() -> Text? {
        var out = ByteBuffer()
        var p = UnsafePointer(fields.bytes)
        let end = p + fields.count
        while p < end {
            let nameCount = strlen(p)
            let value = p + nameCount + 1
            let valueCount = strlen(value)
            guard out.append(p, nameCount), out.append(": "), out.append(value, valueCount),
                out.append("\n")
            else { return nil }
            p = value + valueCount + 1
        }
        return out.copy()
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
