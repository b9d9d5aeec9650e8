import CPlatform

/// Builds a response from the events of its stream. Servers differ: any event may be missing, the events of
/// items may be interleaved, and if two events disagree about a value, the later one is right.
///
/// Nearly all events are deltas. A delta is only appended to the text of its part. Everything else is kept as
/// the server's JSON, and joined into one document only on demand. Each text is stored once (`HeldText`),
/// although up to four events repeat it.
package final class Accumulator {
    /// The last whole `response` object that an event carried, without what was streamed since.
    private var skeleton: HeldJSON?
    /// The terminal event's response while its bytes are there: it is not copied, but handed on with them.
    private var arrivedEnd: ArrivedEnd?
    private struct ArrivedEnd {
        let whole: JSONValue
        /// Without long texts, or the same.
        let outline: JSONValue
    }
    private(set) var items: [OutputItem] = []
    /// The response has ended: `skeleton` or `arrivedEnd` is final.
    private var isFinal = false
    /// The status that follows from a terminal event without a response.
    private var endStatus: StaticString?

    private let held: HeldBytes
    /// The event that is arriving or in use, when it is large.
    package let arriving: ArrivingEvent
    /// Changes with everything that is taken in.
    package private(set) var version = 0
    private var document: (text: Text, version: Int)?

    // The part that the last delta went to: the next one nearly always goes there too.
    private var lastKind = EventKind.other
    private var lastOutputIndex: Int32 = -1
    private var lastContentIndex: Int32 = -1
    private var lastPart: OutputPart?
    private var lastText: HeldText?
    /// The text of a delta with escapes, without them.
    private var plainText = ByteBuffer()

    /// More items or parts than any answer has, and few enough to search through.
    package static let maximumItems = 10_000

    package enum Outcome { case fine, noMemory, tooLarge }

    package init(maximumBytes: Int, longText: Int = ArrivingEvent.usualLongText) {
        held = HeldBytes(maximum: maximumBytes)
        arriving = ArrivingEvent(held, longText: longText)
    }

    package var isEmpty: Bool { skeleton == nil && arrivedEnd == nil && items.isEmpty }

    /// Forgets everything, for another attempt of the same request.
    package func forget() {
        letGo()
        isFinal = false
        endStatus = nil
        responseID = nil
        isBackground = false
        isKept = false
    }

    /// The id of the response; nil until an event has it.
    package private(set) var responseID: Text?
    /// Whether the response runs in the background, as the server said.
    package private(set) var isBackground = false
    /// Whether the server said that it stores the response.
    package private(set) var isKept = false

    // MARK: taking in events

    /// Appends a delta's text to its part. The text stays where it is put until the next event, ending in
    /// NUL: that is what the event hands out.
    @inline(__always)
    package func appendDelta(
        _ kind: EventKind, _ fields: EventFields, _ text: inout UnsafeBufferPointer<UInt8>
    ) -> Outcome {
        if let lastText, kind == lastKind, fields.outputIndex == lastOutputIndex,
            fields.contentIndex == lastContentIndex, fields.outputIndex >= 0
        {
            return append(fields, to: lastText, &text)
        }
        return appendToNewPart(kind, fields, &text)
    }

    @inline(__always)
    private func append(
        _ fields: EventFields, to held: HeldText, _ text: inout UnsafeBufferPointer<UInt8>
    ) -> Outcome {
        version = version &+ 1
        let delta = fields.delta
        let before = held.count
        if let start = delta.start, !held.append(start, delta.count) { return .noMemory }
        if self.held.areTooMany { return .tooLarge }
        if delta.hasEscapes || fields.logprobs.start != nil || lastPart?.half != 0 {
            return appendUnusual(fields, held, before, &text)
        }
        text = UnsafeBufferPointer(start: held.own.bytes + before, count: held.count &- before)
        return .fine
    }

    /// A delta with escapes, with log probabilities, or behind half a character.
    @inline(never)
    @_optimize(speed)
    private func appendUnusual(
        _ fields: EventFields, _ held: HeldText, _ before: Int,
        _ text: inout UnsafeBufferPointer<UInt8>
    ) -> Outcome {
        guard let part = lastPart else { return .fine }
        plainText.removeAll()
        guard JSONEscape.decode(fields.delta.raw, into: &plainText, half: &part.half) else {
            return .noMemory
        }
        text = UnsafeBufferPointer(start: plainText.bytes, count: plainText.count)
        if let start = fields.logprobs.start {
            let array = JSONValue(start: start, end: start + fields.logprobs.count)
            if !part.addLogprobs(array, self.held) { return .noMemory }
            if self.held.areTooMany { return .tooLarge }
        }
        return .fine
    }

    @inline(never)
    private func appendToNewPart(
        _ kind: EventKind, _ fields: EventFields, _ text: inout UnsafeBufferPointer<UInt8>
    ) -> Outcome {
        lastText = nil
        guard let place = OutputPart.Place(ofDelta: kind), let item = item(for: fields) else {
            return .tooLarge
        }
        guard let part = item.part(place, fields.contentIndex) else { return .tooLarge }
        guard let growing = part.growingText(arriving) else { return .noMemory }
        held.addObject()
        lastKind = kind
        lastOutputIndex = fields.outputIndex
        lastContentIndex = fields.contentIndex
        lastPart = part
        lastText = growing
        return append(fields, to: growing, &text)
    }

    /// Takes in an event that is no delta. `event` is its JSON, checked: whole, or without the texts that were
    /// taken out of it (`ArrivingEvent.takeApart`).
    package func take(_ kind: EventKind, _ fields: EventFields, _ event: JSONValue) -> Outcome {
        version = version &+ 1
        lastText = nil
        lastPart = nil
        let outcome = takeByKind(kind, fields, event)
        return outcome == .fine && held.areTooMany ? .tooLarge : outcome
    }

    private func takeByKind(_ kind: EventKind, _ fields: EventFields, _ event: JSONValue) -> Outcome
    {
        switch kind {
        case .created, .queued, .inProgress: return takeResponse(kind, event)
        case .completed, .incomplete, .failed, .cancelled: return takeResponse(kind, event)
        case .outputItemAdded, .outputItemDone:
            guard let value = event.member("item"), value.kind == .object else { return .fine }
            guard let item = item(for: fields, id: arriving.text("id", of: value)) else {
                return .tooLarge
            }
            return item.takeWhole(value, isDone: kind == .outputItemDone, arriving)
        case .contentPartAdded, .contentPartDone, .reasoningSummaryPartAdded,
            .reasoningSummaryPartDone:
            guard let value = event.member("part"), value.kind == .object else { return .fine }
            let isSummary = kind == .reasoningSummaryPartAdded || kind == .reasoningSummaryPartDone
            guard let item = item(for: fields),
                let part = item.part(
                    OutputPart.Place(ofPart: value, isSummary: isSummary), fields.contentIndex)
            else { return .tooLarge }
            return part.takeWhole(value, arriving)
        case .outputTextAnnotationAdded:
            guard let value = event.member("annotation"), let item = item(for: fields),
                let part = item.part(.outputText, fields.contentIndex)
            else { return .fine }
            return part.addAnnotation(arriving.whole(value), held)
        case .shellCallOutputContentDelta:
            guard let delta = event.member("delta"), delta.kind == .object else { return .fine }
            guard let item = item(for: fields),
                let part = item.part(.shellOutput, fields.contentIndex)
            else { return .tooLarge }
            return part.addOutput(delta, arriving)
        case .shellCallOutputContentDone: return takeOutputs(fields, event)
        default:
            if let status = ItemStatus(kind) {
                known(fields)?.takeStatus(status)
                return .fine
            }
            return takeWholeText(kind, fields, event)
        }
    }

    /// What commands wrote: of the one that the event names, or of all.
    private func takeOutputs(_ fields: EventFields, _ event: JSONValue) -> Outcome {
        guard let outputs = event.member("output"), outputs.kind == .array else { return .fine }
        guard let item = item(for: fields) else { return .tooLarge }
        let isOne = outputs.element(1) == nil
        var index: Int32 = isOne ? max(fields.contentIndex, 0) : 0
        var outcome = Outcome.fine
        outputs.forEach { _, value in
            guard value.kind == .object else { return true }
            guard let part = item.part(.shellOutput, index) else {
                outcome = .tooLarge
                return false
            }
            outcome = part.takeWhole(value, arriving)
            index &+= 1
            return outcome == .fine
        }
        return outcome
    }

    /// `.done` events repeat the whole text; it replaces what the deltas made.
    private func takeWholeText(_ kind: EventKind, _ fields: EventFields, _ event: JSONValue)
        -> Outcome
    {
        guard let (place, member) = OutputPart.Place.ofWhole(kind),
            let value = event.member(member), value.kind == .string
        else { return .fine }
        guard let item = item(for: fields), let part = item.part(place, fields.contentIndex) else {
            return .tooLarge
        }
        if kind == .outputTextDone,
            !part.replaceLogprobs(event.member("logprobs").map { arriving.whole($0) }, held)
        {
            return .noMemory
        }
        return part.replaceText(value, arriving)
    }

    private func takeResponse(_ kind: EventKind, _ event: JSONValue) -> Outcome {
        let isFinal = kind.isTerminal
        if isFinal { for item in items { item.responseEnded(completed: kind == .completed) } }
        // Some gateways send lifecycle events without the object, as a sign of life.
        guard let value = event.member("response"), value.kind == .object else {
            if isFinal { endStatus = kind.status }
            return .fine
        }
        return takeDocument(value, isFinal: isFinal)
    }

    /// Takes a whole response object.
    package func takeDocument(_ value: JSONValue, isFinal: Bool) -> Outcome {
        version = version &+ 1
        let whole = arriving.whole(value)
        if whole.count > held.maximum { return .tooLarge }
        self.isFinal = isFinal
        arrivedEnd = nil
        if isFinal && arriving.isUnderWay {
            arrivedEnd = ArrivedEnd(whole: whole, outline: value)
        } else {
            guard let made = HeldJSON.make(of: value, arriving) else { return .noMemory }
            skeleton = made
        }
        let (id, background, store) = value.members("id", "background", "store")
        if let id, id.kind == .string {
            let text = arriving.whole(id).unescaped()
            if !text.isEmpty { responseID = Text(text) }
        }
        if let background { isBackground = background.kind == .true }
        if let store { isKept = store.kind == .true }
        return .fine
    }

    // MARK: large events

    /// An event of which `count` bytes have arrived is large: what is held and comes again in it is not
    /// held twice.
    package func search(_ base: UnsafeMutablePointer<UInt8>, _ count: Int) {
        lastText = nil
        arriving.search(base, count) { body in
            skeleton?.forEachText(body)
            for item in items { item.forEachText(body) }
        }
    }

    /// The bytes of the large event go away; `bytes` has them and may be kept, or is empty. False when memory is out.
    package func settle(_ bytes: inout ByteBuffer) -> Bool {
        guard arriving.isUnderWay else { return true }
        lastText = nil
        var isFine = true
        if let end = arrivedEnd {
            arrivedEnd = nil
            skeleton = HeldJSON.make(of: end.outline, arriving)
            isFine = skeleton != nil
        }
        arriving.settle(&bytes)
        return isFine
    }

    /// The terminal event's response, when it is the whole answer and its bytes are still there.
    package var endInPlace: JSONValue? {
        guard let end = arrivedEnd, isWhole(end.outline) else { return nil }
        return end.whole
    }

    /// Lets go of everything: the response has been handed on.
    package func letGo() {
        lastText = nil
        lastPart = nil
        items = []
        skeleton = nil
        arrivedEnd = nil
        document = nil
        version = version &+ 1
        arriving.forget()
        held.forgetObjects()
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

    /// The item that an event names, when it has been heard of.
    private func known(_ fields: EventFields) -> OutputItem? {
        if fields.outputIndex >= 0 {
            for item in items.reversed() where item.index == fields.outputIndex { return item }
            return nil
        }
        guard let start = fields.itemID.start else { return nil }
        let id = Array(UnsafeBufferPointer(start: start, count: fields.itemID.count))
        for item in items.reversed() where item.hasID(id) { return item }
        return nil
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
        held.addObject()
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

    /// The response as JSON: the server's own once it said so, else put together; nothing when nothing has
    /// arrived. False when memory is out.
    package func assemble(into out: inout ByteBuffer) -> Bool {
        if isEmpty { return true }
        let event = UnsafePointer(arriving.base)
        let source =
            arrivedEnd.map { JSONWriter.Source($0.whole) } ?? JSONWriter.Source(skeleton, event)
        if let response = source.object, isWhole(arrivedEnd?.outline ?? response) {
            return out.reserveExactly(response.count) && source.write(into: &out)
        }
        var members: [JSONWriter.Member] = [
            ("output", { out in self.writeItems(event, into: &out) })
        ]
        if let status = endStatus {
            members.append(
                ("status", { $0.append("\"") && $0.append(status) && $0.append("\"") }))
        }
        return JSONWriter.object(source, replacing: members, into: &out)
    }

    /// The same as text, made once for as long as nothing is taken in.
    package func json() -> Text? {
        if let document, document.version == version { return document.text }
        var out = ByteBuffer()
        guard assemble(into: &out), !out.isEmpty, let text = out.takeText() else { return nil }
        document = (text, version)
        return text
    }

    /// The terminal event repeats every item; a server that leaves them out gets them back.
    private func isWhole(_ response: JSONValue) -> Bool {
        if endStatus != nil { return false }
        if items.isEmpty { return true }
        guard isFinal, let output = response.member("output"), output.kind == .array else {
            return false
        }
        var count = 0
        output.forEach { _, _ in
            count += 1
            return true
        }
        return count >= items.count
    }

    private func writeItems(_ event: UnsafePointer<UInt8>?, into out: inout ByteBuffer) -> Bool {
        if !out.append(0x5B) { return false }
        var isFirst = true
        for item in items {
            if !isFirst && !out.append(0x2C) { return false }
            isFirst = false
            if !item.write(event, into: &out) { return false }
        }
        return out.append(0x5D)
    }
}
