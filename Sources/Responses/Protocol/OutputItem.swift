/// One output item of a response that is being put together.
package final class OutputItem {
    package let index: Int32
    /// About what an item takes beside its text, so that many empty ones count.
    static let cost = 128
    package var id: [UInt8] = []
    package private(set) var isDone = false
    /// The item as the server last gave it: without content when it began, whole when it was done.
    private var whole: Text?
    private var parts: [OutputPart] = []
    private var highestIndex: Int32 = -1

    package init(index: Int32) { self.index = index }

    package func hasID(_ other: [UInt8]) -> Bool {
        if id.count != other.count { return false }
        for position in id.indices where id[position] != other[position] { return false }
        return true
    }

    package func takeWhole(_ value: JSONValue, isDone: Bool, _ hold: (Int) -> Bool)
        -> Accumulator.Outcome
    {
        if !hold(value.count) { return .tooLarge }
        guard let text = Text(copying: value.start, count: value.count) else { return .noMemory }
        whole = text
        if let id = value.text("id") { self.id = id }
        if isDone {
            self.isDone = true
            for part in parts { part.isOutdated = true }
        }
        return .fine
    }

    /// The part of that place and index, made when it is not there. Without an index the last of its
    /// kind. Nil when there are too many.
    package func part(_ place: OutputPart.Place, _ index: Int32) -> OutputPart? {
        // Parts nearly always come in order, and the last is the one that is growing.
        if index <= highestIndex {
            for part in parts.reversed()
            where part.place.list == place.list && (index < 0 || part.index == index) {
                part.isOutdated = false
                return part
            }
        }
        if parts.count >= Accumulator.maximumItems { return nil }
        let part = OutputPart(place: place, index: max(index, 0))
        highestIndex = max(highestIndex, part.index)
        parts.append(part)
        return part
    }

    // MARK: writing

    package func write(into out: inout ByteBuffer) -> Bool {
        var members: [OutputPart.List] = []
        for part in parts where !part.isOutdated {
            var isKnown = false
            for list in members where list == part.place.list { isKnown = true }
            if !isKnown { members.append(part.place.list) }
        }
        if let whole {
            if members.isEmpty { return out.append(whole.base, whole.count) }
            guard let value = JSONValue(checking: whole.base, count: whole.count) else {
                return false
            }
            return write(value, replacing: members[...], into: &out)
        }
        // No event began the item: its type follows from what was in it.
        guard let place = parts.first?.place, let type = Text(place.itemType) else {
            return out.append("{}")
        }
        var started = ByteBuffer()
        guard started.append("{\"type\":\""), started.append(type.base, type.count),
            started.append("\"}")
        else { return false }
        guard let value = JSONValue(checking: started.bytes, count: started.count) else {
            return false
        }
        return write(value, replacing: members[...], into: &out)
    }

    /// Replaces one member after the other. An item has one or two that grow.
    private func write(
        _ value: JSONValue, replacing members: ArraySlice<OutputPart.List>,
        into out: inout ByteBuffer
    ) -> Bool {
        guard let list = members.first else { return out.append(value.start, value.count) }
        if members.count == 1 {
            return JSONWriter.object(value, replacing: list.member, into: &out) { out in
                writeMember(list, into: &out)
            }
        }
        var partial = ByteBuffer()
        let isWritten = JSONWriter.object(value, replacing: list.member, into: &partial) { out in
            writeMember(list, into: &out)
        }
        guard isWritten, let next = JSONValue(checking: partial.bytes, count: partial.count) else {
            return false
        }
        return write(next, replacing: members.dropFirst(), into: &out)
    }

    private func writeMember(_ list: OutputPart.List, into out: inout ByteBuffer) -> Bool {
        if !list.isArray {
            for part in parts.reversed() where part.place.list == list {
                return JSONEscape.encode(part.contents, into: &out)
            }
            return out.append("\"\"")
        }
        var ordered: [OutputPart] = []
        for part in parts where part.place.list == list {
            var position = ordered.count
            while position > 0 && ordered[position - 1].index > part.index { position -= 1 }
            ordered.insert(part, at: position)
        }
        guard out.append(0x5B) else { return false }
        for (position, part) in ordered.enumerated() {
            if position > 0 && !out.append(0x2C) { return false }
            if !part.write(into: &out) { return false }
        }
        return out.append(0x5D)
    }
}
