import CPlatform

/// One event as it is handed out. A call has one, which each event fills anew; a clone owns its bytes.
///
/// It points into the decoder's buffer and the accumulator's text, which both stay as they are until
/// the call reads its next event.
package final class Event {
    package fileprivate(set) var kind = EventKind.other
    package fileprivate(set) var type: UnsafePointer<CChar>
    package fileprivate(set) var typeCount = 0
    package fileprivate(set) var json = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    package fileprivate(set) var text = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    package fileprivate(set) var sequence: Int64 = -1
    package fileprivate(set) var outputIndex: Int32 = -1
    package fileprivate(set) var contentIndex: Int32 = -1
    private var itemIDSlice = EventFields.Slice()
    package fileprivate(set) var responseID: Text?

    /// The name of a type that is not in the table.
    private var unknownType: Text?
    /// A delta that belongs to no text of the answer, without escapes.
    private var looseText = ByteBuffer()
    /// What such a delta ended with when that was half a character.
    private var looseHalf: UInt32 = 0
    private var looseHalfOf = (kind: EventKind.other, output: Int32(-1), content: Int32(-1))
    private var itemIDBuffer = ByteBuffer()
    private var lookup = ByteBuffer()
    // What a clone owns.
    private var ownedJSON: Text?
    private var ownedText: Text?

    package init() { type = Event.noType }

    private static var noType: UnsafePointer<CChar> {
        UnsafeRawPointer(platform_nothing()).assumingMemoryBound(to: CChar.self)
    }

    // MARK: filling

    /// The type by number. Looked up when it changes: most events have the type of the one before.
    @inline(__always)
    package func setType(_ slice: UnsafeBufferPointer<UInt8>) {
        if slice.count == typeCount, let start = slice.baseAddress,
            memcmp(start, type, slice.count) == 0
        {
            return
        }
        changeType(slice)
    }

    @inline(never)
    private func changeType(_ slice: UnsafeBufferPointer<UInt8>) {
        guard let start = slice.baseAddress, slice.count > 0 else {
            kind = .other
            type = Event.noType
            typeCount = 0
            return
        }
        if let (known, name) = EventKind.named(start, slice.count) {
            kind = known
            type = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
            typeCount = name.utf8CodeUnitCount
            return
        }
        kind = .other
        unknownType = Text(copying: start, count: slice.count)
        type = unknownType?.cString ?? Event.noType
        typeCount = unknownType?.count ?? 0
    }

    @inline(__always)
    package func fill(
        _ fields: EventFields, json: UnsafeBufferPointer<UInt8>, text: UnsafeBufferPointer<UInt8>
    ) {
        self.json = json
        self.text = text
        sequence = fields.sequence
        outputIndex = fields.outputIndex
        contentIndex = fields.contentIndex
        itemIDSlice = fields.itemID
    }

    /// There is no event now: what was lent out does not point anywhere any more.
    package func clear() {
        json = UnsafeBufferPointer(start: nil, count: 0)
        text = UnsafeBufferPointer(start: nil, count: 0)
        itemIDSlice = EventFields.Slice()
    }

    package func setResponseID(_ id: Text?) { responseID = id }

    /// The text of a delta that no part of the answer keeps. Nil when memory is out.
    package func makeLooseText(_ fields: EventFields) -> UnsafeBufferPointer<UInt8>? {
        looseText.removeAll()
        let of = (kind, fields.outputIndex, fields.contentIndex)
        // The next delta of the same kind has the other half; what comes between has none of its own.
        if looseHalf != 0 && of != looseHalfOf {
            guard JSONEscape.decode(fields.delta.raw, into: &looseText) else { return nil }
        } else {
            guard JSONEscape.decode(fields.delta.raw, into: &looseText, half: &looseHalf) else {
                return nil
            }
            looseHalfOf = of
        }
        return UnsafeBufferPointer(start: looseText.bytes, count: looseText.count)
    }

    // MARK: reading

    /// Made when it is asked for; ends in NUL.
    package var itemIDText: UnsafeBufferPointer<UInt8> {
        if itemIDSlice.start == nil { return UnsafeBufferPointer(start: nil, count: 0) }
        itemIDBuffer.removeAll()
        _ = JSONEscape.decode(itemIDSlice.raw, into: &itemIDBuffer)
        return UnsafeBufferPointer(start: itemIDBuffer.bytes, count: itemIDBuffer.count)
    }

    package func find(_ pointer: UnsafeBufferPointer<UInt8>) -> Lookup.Outcome {
        guard let document = JSONValue(checked: json) else { return .nothingThere }
        return Lookup.hand(JSONPointer.find(pointer, in: document), through: &lookup)
    }

    /// A copy that owns everything. Nil when memory is out.
    package func clone() -> Event? {
        guard let json = Text(copying: json.baseAddress, count: json.count),
            let text = Text(copying: text.baseAddress, count: text.count)
        else { return nil }
        let copy = Event()
        var fields = EventFields()
        _ = fields.scan(json.base, json.count)
        copy.ownedJSON = json
        copy.ownedText = text
        copy.changeType(
            UnsafeBufferPointer(
                start: UnsafeRawPointer(type).assumingMemoryBound(to: UInt8.self), count: typeCount)
        )
        copy.fill(
            fields, json: UnsafeBufferPointer(start: json.base, count: json.count),
            text: UnsafeBufferPointer(start: text.base, count: text.count))
        copy.responseID = responseID
        return copy
    }
}

/// A value by JSON pointer, as it is handed out: the text of a string, the JSON of anything else.
package enum Lookup {
    package enum Outcome {
        case found(JSONValue.Kind, UnsafeBufferPointer<UInt8>)
        case nothingThere
        case malformed
        case noMemory
    }

    package static func hand(_ outcome: JSONPointer.Outcome, through scratch: inout ByteBuffer)
        -> Outcome
    {
        switch outcome {
        case .malformed: return .malformed
        case .nothingThere: return .nothingThere
        case .noMemory: return .noMemory
        case .found(let value):
            scratch.removeAll()
            let isFine =
                value.kind == .string
                ? JSONEscape.decode(value.rawText, into: &scratch)
                : scratch.append(value.start, value.count)
            if !isFine { return .noMemory }
            return .found(
                value.kind, UnsafeBufferPointer(start: scratch.bytes, count: scratch.count))
        }
    }
}
