/// What people read: whatever goes in, one harmless line comes out.
///
/// Input: a limit, then text.
@_cdecl("fuzz_readable")
public func fuzzReadable(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    var source = Source(bytes, count)
    let limit = 3 + Int(source.byte())
    let text = source.rest()
    let short = ReadableText.clean(text, limit: limit)
    let whole = ReadableText.clean(text)
    require(short.count <= limit, "a limit holds")
    require(whole.count <= ReadableText.longest, "the limit of messages holds")
    for clean in [short, whole] {
        checkReadable(clean)
        require(clean.withUnsafeBufferPointer { ReadableText.isClean($0) }, "it is clean")
    }
    require(same(ReadableText.clean(short, limit: limit), short), "cleaning twice is cleaning once")
    require(same(ReadableText.clean(whole), whole), "cleaning twice is cleaning once")
    let isClean = text.withUnsafeBufferPointer { ReadableText.isClean($0) }
    require(!isClean || same(whole, text), "what is clean stays as it is")
    checkError(text)
    return 0
}

/// A reader of its own: well-formed UTF-8 (RFC 3629), and none of the characters that act on a terminal.
private func checkReadable(_ text: [UInt8]) {
    var index = 0
    while index < text.count {
        let first = UInt32(text[index])
        let size = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        require(first < 0x80 || first >= 0xC2 && first <= 0xF4, "a first byte")
        require(index + size <= text.count, "a character is whole")
        var scalar = size == 1 ? first : first & (0x7F >> UInt32(size))
        for offset in 1..<max(1, size) {
            require(text[index + offset] & 0xC0 == 0x80, "a byte that follows")
            scalar = scalar << 6 | UInt32(text[index + offset] & 0x3F)
        }
        let least: UInt32 = size == 4 ? 0x10000 : size == 3 ? 0x800 : size == 2 ? 0x80 : 0
        require(scalar >= least && scalar <= 0x10FFFF, "the shortest form of a character")
        require(scalar & 0xFFFF_F800 != 0xD800, "no half of a pair")
        require(scalar >= 0x20 && !(scalar >= 0x7F && scalar < 0xA0), "no control")
        let marks: [ClosedRange<UInt32>] = [
            0x61C...0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF...0xFEFF,
            0xE0000...0xE007F,
        ]
        for range in marks { require(!range.contains(scalar), "no mark that hides or turns text") }
        index += size
    }
}

/// Errors are clean and have no secret, whatever they are made of.
private func checkError(_ text: [UInt8]) {
    let key = bytes("sk-0123456789")
    var settings = Settings()
    let isSet = key.withUnsafeBufferPointer { key in
        do throws(ResponsesError) {
            try settings.set(.apiKey, key)
            return true
        } catch {
            return false
        }
    }
    require(isSet, "a key is taken")
    let redaction = Redaction(settings)
    var details = ResponsesError.Details()
    details.code = makeText(text)
    let error = ResponsesError(.api, message: makeText(text + key + text), details)
        .redacted(by: redaction)
    guard let message = error.message, let code = error.details.code else {
        return require(false, "memory")
    }
    checkReadable(message.array)
    checkReadable(code.array)
    let again = redaction.redact(message.array)
    require(same(again, message.array), "no key is left")
    _ = redaction.withoutValues(text)
    _ = PathText.hasDotSegment(text)
}
