import CPlatform

/// Puts a response together from the events of its stream (research of many servers: any of the
/// events may be missing, items may interleave, and the later source is right).
///
/// Deltas, which are nearly all events, are appended to the text of their part and nothing more.
/// Everything else is kept as the server's JSON and only put into one document when it is asked for.
package final class Accumulator {
    /// The last whole `response` object that an event carried, without what was streamed since.
    private var skeleton: Text?
    private(set) var items: [OutputItem] = []
    /// The response ended: `skeleton` is the server's final word.
    private var isFinal = false

    private let maximumBytes: Int
    /// Bytes held in all parts; more than `maximumBytes` is refused.
    private var heldBytes = 0
    private var document: Text?

    // The part that the last delta went to: the next one nearly always goes there too.
    private var lastKind = EventKind.other
    private var lastOutputIndex: Int32 = -1
    private var lastContentIndex: Int32 = -1
    private var lastPart: OutputPart?

    /// More items or parts than any answer has, and few enough to search through.
    package static let maximumItems = 10_000

    package enum Outcome { case fine, noMemory, tooLarge }

    package init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    package var isEmpty: Bool { skeleton == nil && items.isEmpty }

    /// Begins anew, with another attempt at the same request.
    package func forget() {
        skeleton = nil
        items = []
        isFinal = false
        heldBytes = 0
        document = nil
        lastKind = .other
        lastOutputIndex = -1
        lastContentIndex = -1
        lastPart = nil
        responseID = nil
        isBackground = false
    }

    /// The id of the response, once an event said it.
    package private(set) var responseID: Text?
    /// Whether the response runs in the background, as the server said.
    package private(set) var isBackground = false

    // MARK: taking in events

    /// Appends a delta's text to its part. The text without escapes stays where it is put until the
    /// next event, ending in NUL: that is what the event hands out.
    @inline(__always)
    package func appendDelta(
        _ kind: EventKind, _ fields: EventFields, _ text: inout UnsafeBufferPointer<UInt8>
    ) -> Outcome {
        if let lastPart, kind == lastKind, fields.outputIndex == lastOutputIndex,
            fields.contentIndex == lastContentIndex, fields.outputIndex >= 0
        {
            return append(fields.delta, to: lastPart, &text)
        }
        return appendToNewPart(kind, fields, &text)
    }

    @inline(__always)
    private func append(
        _ delta: EventFields.Slice, to part: OutputPart, _ text: inout UnsafeBufferPointer<UInt8>
    ) -> Outcome {
        heldBytes = heldBytes &+ delta.count
        if heldBytes > maximumBytes { return .tooLarge }
        document = nil
        let before = part.text.count
        if delta.hasEscapes {
            if !JSONEscape.decode(delta.raw, into: &part.text) { return .noMemory }
        } else if let start = delta.start {
            if !part.text.append(start, delta.count) { return .noMemory }
        }
        text = UnsafeBufferPointer(
            start: part.text.bytes + before, count: part.text.count &- before)
        return .fine
    }

    @inline(never)
    private func appendToNewPart(
        _ kind: EventKind, _ fields: EventFields, _ text: inout UnsafeBufferPointer<UInt8>
    ) -> Outcome {
        guard let place = OutputPart.Place(ofDelta: kind), let item = item(for: fields) else {
            return .tooLarge
        }
        guard let part = item.part(place, fields.contentIndex) else { return .tooLarge }
        heldBytes = heldBytes &+ OutputPart.cost
        lastKind = kind
        lastOutputIndex = fields.outputIndex
        lastContentIndex = fields.contentIndex
        lastPart = part
        return append(fields.delta, to: part, &text)
    }

    /// Takes in an event that is no delta. `event` is its whole JSON, checked.
    package func take(_ kind: EventKind, _ fields: EventFields, _ event: JSONValue) -> Outcome {
        switch kind {
        case .created, .queued, .inProgress: return takeResponse(event, isFinal: false)
        case .completed, .incomplete, .failed, .cancelled:
            return takeResponse(event, isFinal: true)
        case .outputItemAdded, .outputItemDone:
            guard let value = event.member("item"), value.kind == .object else { return .fine }
            guard let item = item(for: fields, id: value.text("id")) else { return .tooLarge }
            return item.takeWhole(value, isDone: kind == .outputItemDone, hold)
        case .contentPartAdded, .contentPartDone, .reasoningSummaryPartAdded,
            .reasoningSummaryPartDone:
            guard let value = event.member("part"), value.kind == .object else { return .fine }
            let isSummary = kind == .reasoningSummaryPartAdded || kind == .reasoningSummaryPartDone
            guard let item = item(for: fields),
                let part = item.part(
                    OutputPart.Place(ofPart: value, isSummary: isSummary), fields.contentIndex)
            else { return .tooLarge }
            return part.takeWhole(value, hold)
        case .outputTextAnnotationAdded:
            guard let value = event.member("annotation"), let item = item(for: fields),
                let part = item.part(.outputText, fields.contentIndex)
            else { return .fine }
            return part.addAnnotation(value, hold)
        default:
            return takeFinishedText(kind, fields, event)
        }
    }

    /// `.done` events repeat the whole text; it replaces what the deltas made.
    private func takeFinishedText(_ kind: EventKind, _ fields: EventFields, _ event: JSONValue)
        -> Outcome
    {
        guard let (place, member) = OutputPart.Place.ofDone(kind),
            let value = event.member(member), value.kind == .string
        else { return .fine }
        guard let item = item(for: fields), let part = item.part(place, fields.contentIndex) else {
            return .tooLarge
        }
        return part.replaceText(value, hold)
    }

    private func takeResponse(_ event: JSONValue, isFinal: Bool) -> Outcome {
        // Some gateways send lifecycle events without the object, as a sign of life.
        guard let value = event.member("response"), value.kind == .object else { return .fine }
        return takeDocument(value, isFinal: isFinal)
    }

    /// Takes a whole response object.
    package func takeDocument(_ value: JSONValue, isFinal: Bool) -> Outcome {
        if value.count > maximumBytes { return .tooLarge }
        guard let text = Text(copying: value.start, count: value.count) else { return .noMemory }
        skeleton = text
        document = nil
        self.isFinal = isFinal
        if let id = value.text("id"), !id.isEmpty { responseID = Text(id) }
        if let background = value.member("background") { isBackground = background.kind == .true }
        return .fine
    }

    /// Counts bytes against the limit.
    private func hold(_ count: Int) -> Bool {
        heldBytes = heldBytes &+ count
        document = nil
        return heldBytes <= maximumBytes
    }

    // MARK: finding items

    /// By `output_index`, else by id, else the last one; a new one where there is none. Nil when
    /// there are too many.
    private func item(for fields: EventFields, id known: [UInt8]? = nil) -> OutputItem? {
        if fields.outputIndex >= 0 { return item(at: fields.outputIndex) }
        var id = known ?? []
        if id.isEmpty, let start = fields.itemID.start {
            id = Array(UnsafeBufferPointer(start: start, count: fields.itemID.count))
        }
        if !id.isEmpty {
            // From the end: that is the one that is growing.
            for item in items.reversed() where item.hasID(id) { return item }
            if known != nil || items.isEmpty { return newItem(id) }
        }
        return items.last ?? newItem(id)
    }

    private func newItem(_ id: [UInt8]) -> OutputItem? {
        guard let item = item(at: (items.last?.index ?? -1) &+ 1) else { return nil }
        item.id = id
        return item
    }

    /// Items are kept in the order of their index; they nearly always come in that order.
    private func item(at index: Int32) -> OutputItem? {
        var low = 0
        var high = items.count
        while low < high {
            let middle = (low + high) / 2
            if items[middle].index < index { low = middle + 1 } else { high = middle }
        }
        if low < items.count, items[low].index == index { return items[low] }
        if items.count >= Accumulator.maximumItems { return nil }
        heldBytes = heldBytes &+ OutputItem.cost
        let item = OutputItem(index: index)
        items.insert(item, at: low)
        return item
    }

    /// Every item that began has ended: only the terminal event is missing.
    package var allItemsAreDone: Bool {
        for item in items where !item.isDone { return false }
        return !items.isEmpty
    }

    // MARK: the document

    /// The response as JSON: the server's own once it said so, else put together. Nil when nothing
    /// has arrived or memory is out.
    package func json() -> Text? {
        if let document { return document }
        guard let made = assemble() else { return nil }
        document = made
        return made
    }

    private func assemble() -> Text? {
        guard let skeleton else {
            return items.isEmpty ? nil : written(over: nil)
        }
        guard let value = JSONValue(checking: skeleton.base, count: skeleton.count) else {
            return nil
        }
        let outputs =
            value.member("output")?.kind == .array ? countElements(value.member("output")) : 0
        // The terminal event repeats every item; a server that leaves them out gets them back.
        if items.isEmpty || isFinal && outputs >= items.count { return skeleton }
        return written(over: value)
    }

    private func countElements(_ array: JSONValue?) -> Int {
        var count = 0
        array?.forEach { _, _ in
            count += 1
            return true
        }
        return count
    }

    private func written(over response: JSONValue?) -> Text? {
        var out = ByteBuffer()
        let isWritten = JSONWriter.object(response, replacing: "output", into: &out) { out in
            writeItems(into: &out)
        }
        return isWritten ? out.copy() : nil
    }

    private func writeItems(into out: inout ByteBuffer) -> Bool {
        if !out.append(0x5B) { return false }
        var isFirst = true
        for item in items {
            if !isFirst && !out.append(0x2C) { return false }
            isFirst = false
            if !item.write(into: &out) { return false }
        }
        return out.append(0x5D)
    }
}
