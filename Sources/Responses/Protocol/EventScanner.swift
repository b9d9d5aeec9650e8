import CPlatform

/// What is read of every event in the one pass that checks its JSON.
package struct EventFields {
    /// The text of a string value without its quotes; `start` is nil when the event has none.
    package struct Slice {
        package var start: UnsafePointer<UInt8>?
        package var count = 0
        package var hasEscapes = false

        package var raw: UnsafeBufferPointer<UInt8> {
            UnsafeBufferPointer(start: start, count: count)
        }
    }

    package var type = Slice()
    package var delta = Slice()
    package var itemID = Slice()
    /// Filling that hides how long a delta is; read by nobody, but different in every event.
    package var obfuscation = Slice()
    /// An array of log probabilities that is not empty, with its brackets.
    package var logprobs = Slice()
    package var sequence: Int64 = -1
    package var outputIndex: Int32 = -1
    /// `content_index`, or `summary_index` or `command_index` where the event has that.
    package var contentIndex: Int32 = -1

    /// Where the number of `sequence` is, while it is one without a sign.
    package var sequencePosition: UnsafePointer<UInt8>?

    package init() {}

    /// Reads an event's data, which ends in NUL with `ByteBuffer.slack` readable bytes behind. False
    /// when it is not a JSON object.
    @_optimize(speed)
    package mutating func scan(_ data: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        type = Slice()
        delta = Slice()
        itemID = Slice()
        obfuscation = Slice()
        logprobs = Slice()
        sequencePosition = nil
        sequence = -1
        outputIndex = -1
        contentIndex = -1
        var p = JSONScanner.skipSpace(data)
        if p.pointee != 0x7B { return false }
        p = JSONScanner.skipSpace(p + 1)
        if p.pointee == 0x7D { return JSONScanner.skipSpace(p + 1) == data + count }
        while true {
            if p.pointee != 0x22 { return false }
            let name = p + 1
            var hasEscapes = false
            guard let nameEnd = JSONScanner.stringEnd(name, &hasEscapes) else { return false }
            p = JSONScanner.skipSpace(nameEnd + 1)
            if p.pointee != 0x3A { return false }
            p = JSONScanner.skipSpace(p + 1)
            guard let valueEnd = readValue(p, ofMember: name, nameEnd - name) else { return false }
            p = JSONScanner.skipSpace(valueEnd)
            if p.pointee == 0x2C {
                p = JSONScanner.skipSpace(p + 1)
            } else {
                return p.pointee == 0x7D && JSONScanner.skipSpace(p + 1) == data + count
            }
        }
    }

    /// Checks a value and keeps it when it is one of ours. Returns the place behind it.
    @inline(__always)
    @_optimize(speed)
    private mutating func readValue(
        _ value: UnsafePointer<UInt8>, ofMember name: UnsafePointer<UInt8>, _ length: Int
    ) -> UnsafePointer<UInt8>? {
        if value.pointee == 0x22 {
            var slice = Slice(start: value + 1)
            guard let end = JSONScanner.stringEnd(value + 1, &slice.hasEscapes) else { return nil }
            slice.count = end - (value + 1)
            switch length {
            case 4: if matches(name, "type") { type = slice }
            case 5: if matches(name, "delta") { delta = slice }
            case 7: if matches(name, "item_id") { itemID = slice }
            case 11: if matches(name, "obfuscation") { obfuscation = slice }
            default: break
            }
            return end + 1
        }
        if value.pointee &- 0x30 < 10, let (number, end) = JSONScanner.smallInteger(value) {
            switch length {
            case 12: if matches(name, "output_index") { outputIndex = Int32(exactly: number) ?? -1 }
            case 13:
                if matches(name, "content_index") || matches(name, "summary_index")
                    || matches(name, "command_index")
                {
                    contentIndex = Int32(exactly: number) ?? -1
                }
            case 15:
                if matches(name, "sequence_number") {
                    sequence = number
                    sequencePosition = value
                }
            default: break
            }
            return end
        }
        guard let end = JSONScanner.valueEnd(value) else { return nil }
        if length == 8 && value.pointee == 0x5B && matches(name, "logprobs") {
            let isEmpty = JSONScanner.skipSpace(value + 1).pointee == 0x5D
            logprobs = isEmpty ? Slice() : Slice(start: value, count: end - value)
        }
        return end
    }
}
