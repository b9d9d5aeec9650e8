import CPlatform

/// The shape of the event before, for one that differs from it in nothing but its text and numbers.
///
/// Nearly all events of a stream are deltas of one part of the answer. From one to the next, the bytes
/// are the same but for the values of "sequence_number", "delta" and "obfuscation". So what was framed
/// and checked once is compared with the next event, and only those values are read. An event that is
/// not the same, byte for byte, takes the way through framing and `EventFields.scan`; both ways give
/// the same result for every event.
package struct EventTemplate: ~Copyable {
    /// A value that changes from event to event, and how many bytes that do not change precede it.
    private struct Slot {
        enum Kind { case sequence, delta, other }
        var kind = Kind.other
        var before = 0
    }

    /// The bytes that do not change, from the first line of the event to the blank one that ends it.
    private var fixed = ByteBuffer()
    private var slotCount = 0
    private var slots = (Slot(), Slot(), Slot())
    /// What follows the last slot.
    private var tail = 0
    /// Where the event's data begins, before every slot.
    private var dataStart = 0
    /// The fields of the event that this was learnt from; the parts that move are put right.
    private var fields = EventFields()
    // The number of slots before these values, and how far they are behind the last of those slots.
    private var typePlace = (slots: 0, offset: 0)
    private var itemPlace = (slots: 0, offset: 0)

    // Learning costs as much as reading. Where it does not pay, it is done less and less often.
    private var pause = 0
    private var waiting = 0

    package init() {}

    // MARK: comparing

    /// An event's data as a range of the bytes that were compared, and where the next event begins.
    package struct Match {
        package let dataStart: Int
        package let dataEnd: Int
        package let end: Int
    }

    /// Reads the event at `start` when it has this shape. Nil, with `fields` in any state, when not.
    @inline(__always)
    package mutating func match(
        _ start: UnsafePointer<UInt8>, _ count: Int, _ fields: inout EventFields
    ) -> Match? {
        if slotCount == 0 { return nil }
        let end = start + count
        var p = start
        var piece = UnsafePointer(fixed.bytes)
        var index = 0
        while index < slotCount {
            let slot = index == 0 ? slots.0 : index == 1 ? slots.1 : slots.2
            if end - p < slot.before || memcmp(p, piece, slot.before) != 0 { return nil }
            if index == 0 { fields = self.fields }
            place(&fields, index, p)
            p += slot.before
            piece += slot.before
            if slot.kind == .sequence {
                if p.pointee &- 0x30 >= 10 { return nil }
                guard let (number, numberEnd) = JSONScanner.smallInteger(p) else { return nil }
                fields.sequence = number
                p = numberEnd
            } else {
                var hasEscapes = false
                guard let stringEnd = JSONScanner.stringEnd(p, &hasEscapes) else { return nil }
                if slot.kind == .delta {
                    fields.delta.start = p
                    fields.delta.count = stringEnd - p
                    fields.delta.hasEscapes = hasEscapes
                }
                p = stringEnd
            }
            index &+= 1
        }
        if end - p < tail || memcmp(p, piece, tail) != 0 { return nil }
        place(&fields, index, p)
        pause = 0
        waiting = 1  // an event that came in two pieces is no reason to learn anew
        let length = p - start &+ tail
        return Match(dataStart: dataStart, dataEnd: length &- 2, end: length)
    }

    /// Puts the values right that lie between the slot before `index` and the next.
    @inline(__always)
    private func place(_ fields: inout EventFields, _ index: Int, _ p: UnsafePointer<UInt8>) {
        if typePlace.slots == index { fields.type.start = p + typePlace.offset }
        if itemPlace.slots == index { fields.itemID.start = p + itemPlace.offset }
    }

    // MARK: learning

    /// Whether it is time to learn from an event that had another shape.
    @inline(__always)
    package mutating func wantsToLearn() -> Bool {
        if waiting > 0 {
            waiting &-= 1
            return false
        }
        return true
    }

    /// Takes the shape of an event that was framed and checked. It is at `start`, and its data, one
    /// line, ends in the NUL that stands for the last line end but one.
    package mutating func learn(
        _ start: UnsafePointer<UInt8>, dataStart: Int, count: Int, _ fields: EventFields
    ) {
        pause = min(max(1, pause &* 2), 1024)
        waiting = pause
        slotCount = 0
        guard fields.logprobs.start == nil, let delta = fields.delta.start,
            let type = fields.type.start, !fields.type.hasEscapes,
            memchr(start, 0x0D, count) == nil
        else { return }
        var found: [(kind: Slot.Kind, start: Int, end: Int)] = []
        found.append((.delta, delta - start, delta - start + fields.delta.count))
        if let position = fields.sequencePosition, let number = JSONScanner.smallInteger(position) {
            found.append((.sequence, position - start, number.1 - start))
        }
        if let value = fields.obfuscation.start {
            found.append((.other, value - start, value - start + fields.obfuscation.count))
        }
        for index in 1..<found.count {
            var place = index
            while place > 0 && found[place].start < found[place - 1].start {
                found.swapAt(place, place - 1)
                place -= 1
            }
        }
        fixed.removeAll()
        self.fields = fields
        self.dataStart = dataStart
        var made = (Slot(), Slot(), Slot())
        var previous = 0
        typePlace = (0, type - start)
        itemPlace = (-1, 0)
        if let item = fields.itemID.start { itemPlace = (0, item - start) }
        for (index, slot) in found.enumerated() {
            if !fixed.append(start + previous, slot.start - previous) { return }
            let entry = Slot(kind: slot.kind, before: slot.start - previous)
            if index == 0 {
                made.0 = entry
            } else if index == 1 {
                made.1 = entry
            } else {
                made.2 = entry
            }
            previous = slot.end
            if type - start >= previous { typePlace = (index + 1, type - start - previous) }
            if let item = fields.itemID.start, item - start >= previous {
                itemPlace = (index + 1, item - start - previous)
            }
        }
        // The event's end: the data's own line end was overwritten.
        if !fixed.append(start + previous, count - 2 - previous) || !fixed.append("\n\n") { return }
        tail = count - previous
        slots = made
        slotCount = found.count
    }
}
