import CCurl
import CPlatform

/// Which part of a file an answer has: the header Content-Range (RFC 9110, 14.4).
package struct FileRange {
    /// Of the first byte and the last; -1 where the server has none of what was asked for.
    package var first: Int64 = -1
    package var last: Int64 = -1
    /// Of the whole file; -1 where the server does not know.
    package var total: Int64 = -1

    /// Nil for what is none: "bytes 0-9/10", "bytes 0-9/*", "bytes */10".
    package init?(_ text: Input?) {
        guard let text, text.count > 6, let start = text.baseAddress,
            equalIgnoringCase(Input(start: start, count: 6), ("bytes " as StaticString).buffer)
        else { return nil }
        var place = 6
        func number() -> Int64? {
            var value: Int64 = 0
            let begin = place
            while place < text.count, text[place] >= 0x30, text[place] <= 0x39 {
                if value > Int64.max / 16 { return nil }
                value = value &* 10 &+ Int64(text[place] &- 0x30)
                place += 1
            }
            return place > begin ? value : nil
        }
        func takes(_ byte: UInt8) -> Bool {
            guard place < text.count, text[place] == byte else { return false }
            place += 1
            return true
        }
        if !takes(0x2A) {
            guard let first = number(), takes(0x2D), let last = number(), last >= first else {
                return nil
            }
            self.first = first
            self.last = last
        }
        guard takes(0x2F) else { return nil }
        if !takes(0x2A) {
            guard let total = number(), total > last else { return nil }
            self.total = total
        }
        if place < text.count { return nil }
    }
}

/// By what a file is known again (RFC 9110, 8.8): a strong ETag, or a time that is strong (8.8.2.2).
package struct FileMark {
    private let value: [UInt8]
    private let isTag: Bool

    /// Nil when the answer has neither.
    package init?(_ headers: ResponseHeaders) {
        if let tag = headers.value("etag"), tag.count >= 2, tag.first == 0x22, tag.last == 0x22,
            HeaderText.isValue(tag)
        {
            value = Array(tag)
            isTag = true
            return
        }
        guard let time = headers.value("last-modified"), let date = headers.value("date"),
            HeaderText.isValue(time), let changed = FileMark.seconds(time),
            let sent = FileMark.seconds(date), sent > changed
        else { return nil }
        value = Array(time)
        isTag = false
    }

    private static func seconds(_ text: Input) -> Int? {
        guard let start = text.baseAddress else { return nil }
        // Values end in NUL.
        let time = curl_getdate(
            UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self), nil)
        return time < 0 ? nil : Int(time)
    }

    /// The line with which the rest is asked for of this file alone.
    package var condition: [UInt8] { bytes("If-Range: ") + value }

    package enum Comparison { case same, other, unknown }

    /// Whether another answer is of the same file.
    package func compare(_ headers: ResponseHeaders) -> Comparison {
        guard let other = isTag ? headers.value("etag") : headers.value("last-modified") else {
            return .unknown
        }
        return value.withUnsafeBufferPointer { equal($0, other) } ? .same : .other
    }
}
