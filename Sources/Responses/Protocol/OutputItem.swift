/// Where an item is, as its "status" says it.
package enum ItemStatus {
    case inProgress, searching, generating, interpreting, completed, incomplete, failed

    var text: StaticString {
        switch self {
        case .inProgress: return "in_progress"
        case .searching: return "searching"
        case .generating: return "generating"
        case .interpreting: return "interpreting"
        case .completed: return "completed"
        case .incomplete: return "incomplete"
        case .failed: return "failed"
        }
    }

    /// What an event of the item's own tells.
    package init?(_ kind: EventKind) {
        switch kind {
        case .fileSearchCallInProgress, .webSearchCallInProgress, .codeInterpreterInProgress,
            .imageGenerationInProgress, .mcpCallInProgress, .mcpListToolsInProgress:
            self = .inProgress
        case .fileSearchCallSearching, .webSearchCallSearching: self = .searching
        case .imageGenerationGenerating: self = .generating
        case .codeInterpreterInterpreting: self = .interpreting
        case .fileSearchCallCompleted, .webSearchCallCompleted, .codeInterpreterCompleted,
            .imageGenerationCompleted, .mcpCallCompleted, .mcpListToolsCompleted:
            self = .completed
        case .mcpCallFailed, .mcpListToolsFailed: self = .failed
        default: return nil
        }
    }

    fileprivate static func isUnderWay(_ value: JSONValue) -> Bool {
        for status in [ItemStatus.inProgress, .searching, .generating, .interpreting]
        where value.isText(status.text) {
            return true
        }
        return false
    }
}

/// One output item of a response that is being put together.
package final class OutputItem {
    package let index: Int32
    package var id: [UInt8] = []
    package private(set) var isDone = false
    /// The item as the server last gave it: without content when it began, whole when it was done.
    private var whole: HeldJSON?
    private var parts: [OutputPart] = []
    private var highestIndex: Int32 = -1
    /// Its status, where an event of its own or the end of the response said it later.
    private var status: ItemStatus?

    package init(index: Int32) { self.index = index }

    package func hasID(_ other: [UInt8]) -> Bool {
        if id.count != other.count { return false }
        for position in id.indices where id[position] != other[position] { return false }
        return true
    }

    package func takeWhole(_ value: JSONValue, isDone: Bool, _ event: ArrivingEvent)
        -> Accumulator.Outcome
    {
        guard let made = HeldJSON.make(of: value, event) else { return .noMemory }
        whole = made
        status = nil
        if let id = event.text("id", of: value) { self.id = id }
        if isDone {
            self.isDone = true
            // The whole contains them. Those that it repeats cost nothing; a large one that it has in other
            // words is given up.
            parts.removeAll { $0.isLargeAndDifferent }
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

    /// An event of the item's own told where it is.
    package func takeStatus(_ status: ItemStatus) {
        if !isDone { self.status = status }
    }

    /// The response ended, completed or not. An item that had begun and of which no end was heard is not
    /// under way any longer.
    package func responseEnded(completed: Bool) {
        if isDone { return }
        switch status {
        case .completed, .incomplete, .failed: return
        case nil:
            guard let said = whole?.value.member("status"), ItemStatus.isUnderWay(said) else {
                return
            }
        default: break
        }
        status = completed ? .completed : .incomplete
    }

    package func forEachText(_ body: (HeldText) -> Void) {
        whole?.forEachText(body)
        for part in parts { part.forEachText(body) }
    }

    // MARK: writing

    package func write(_ event: UnsafePointer<UInt8>?, into out: inout ByteBuffer) -> Bool {
        var lists: [OutputPart.List] = []
        for part in parts where !part.isOutdated {
            var isKnown = false
            for list in lists where list == part.place.list { isKnown = true }
            if !isKnown { lists.append(part.place.list) }
        }
        let has = whole?.value.member("status")?.kind == .string
        let status = has ? self.status : nil
        if let whole, lists.isEmpty, status == nil {
            return JSONWriter.Source(whole, event).write(into: &out)
        }
        var started = ByteBuffer()
        if whole == nil {
            // No event began the item: its type follows from what was in it.
            guard let place = parts.first?.place else { return out.append("{}") }
            guard started.append("{\"type\":\""), started.append(place.itemType),
                started.append("\"}")
            else { return false }
        }
        let begun = started.isEmpty ? nil : JSONValue(checking: started.bytes, count: started.count)
        let source = whole == nil ? JSONWriter.Source(begun) : JSONWriter.Source(whole, event)
        var members: [JSONWriter.Member] = []
        for list in lists {
            members.append(
                (list.member, { out in self.write(list, source, event, into: &out) }))
        }
        if let status {
            members.append(
                (
                    "status",
                    { out in out.append(0x22) && out.append(status.text) && out.append(0x22) }
                ))
        }
        return JSONWriter.object(source, replacing: members, into: &out)
    }

    private func write(
        _ list: OutputPart.List, _ item: JSONWriter.Source, _ event: UnsafePointer<UInt8>?,
        into out: inout ByteBuffer
    ) -> Bool {
        switch list {
        case .operation:
            return JSONWriter.object(
                item.member("operation"),
                replacing: [("diff", { out in self.writeLast(list, event, into: &out) })],
                into: &out)
        case .action:
            return JSONWriter.object(
                item.member("action"),
                replacing: [("commands", { out in self.writeArray(list, event, into: &out) })],
                into: &out)
        case .content, .summary, .output: return writeArray(list, event, into: &out)
        case .arguments, .input, .code: return writeLast(list, event, into: &out)
        }
    }

    private func writeLast(
        _ list: OutputPart.List, _ event: UnsafePointer<UInt8>?, into out: inout ByteBuffer
    ) -> Bool {
        for part in parts.reversed() where part.place.list == list {
            return part.writeText(event, into: &out)
        }
        return out.append("\"\"")
    }

    private func writeArray(
        _ list: OutputPart.List, _ event: UnsafePointer<UInt8>?, into out: inout ByteBuffer
    ) -> Bool {
        var ordered: [OutputPart] = []
        for part in parts where part.place.list == list {
            var position = ordered.count
            while position > 0 && ordered[position - 1].index > part.index { position -= 1 }
            ordered.insert(part, at: position)
        }
        guard out.append(0x5B) else { return false }
        for (position, part) in ordered.enumerated() {
            if position > 0 && !out.append(0x2C) { return false }
            let isWritten =
                list.hasObjects
                ? part.write(event, into: &out) : part.writeText(event, into: &out)
            if !isWritten { return false }
        }
        return out.append(0x5D)
    }
}
