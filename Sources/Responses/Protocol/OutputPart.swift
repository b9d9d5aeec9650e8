/// A text that grows by deltas: a content part, a summary part, or a member of its item.
package final class OutputPart {
    package private(set) var place: Place
    package let index: Int32
    /// What the deltas have made so far.
    package private(set) var text: HeldText?
    /// Half of a surrogate pair that the last delta ended with; 0 without one. It is no character until
    /// the other half has come.
    package var half: UInt32 = 0
    /// Of a command's output, what it wrote to stderr.
    private var errors: HeldText?
    /// The part as the server last gave it.
    private var whole: HeldJSON?
    // What came by events of its own or with the deltas, with commas between the elements.
    private var annotations: HeldText?
    private var logprobs: HeldText?
    /// The whole item came later and contains this.
    package var isOutdated = false

    package init(place: Place, index: Int32) {
        self.place = place
        self.index = index
    }

    // MARK: taking in

    /// The text to add deltas to. Nil when memory is out.
    package func growingText(_ event: ArrivingEvent) -> HeldText? {
        text = OutputPart.growing(text, event)
        return text
    }

    private static func growing(_ text: HeldText?, _ event: ArrivingEvent) -> HeldText? {
        guard let text else { return HeldText(event.held) }
        if !text.isShared { return text }
        var contents = ByteBuffer()
        let copy = HeldText(event.held)
        guard text.write(UnsafePointer(event.base), into: &contents),
            copy.append(UnsafePointer(contents.bytes), contents.count)
        else { return nil }
        return copy
    }

    package func takeWhole(_ value: JSONValue, _ event: ArrivingEvent) -> Accumulator.Outcome {
        if place.list == .content { place = Place(ofPart: value, isSummary: false) }
        annotations = nil
        if elements(of: value, "logprobs") != nil { logprobs = nil }
        if place == .shellOutput {
            guard take(value.member("stderr"), into: &errors, event) else { return .noMemory }
        }
        // A part begins with an empty text; it must not wipe out deltas that came before it.
        if let said = value.member(place.partMember), said.kind == .string,
            !event.whole(said).rawText.isEmpty || text == nil, replaceText(said, event) != .fine
        {
            return .noMemory
        }
        whole = HeldJSON.make(of: value, event, knowing: text)
        return whole == nil ? .noMemory : .fine
    }

    package func replaceText(_ value: JSONValue, _ event: ArrivingEvent) -> Accumulator.Outcome {
        half = 0
        return take(value, into: &text, event) ? .fine : .noMemory
    }

    private func take(_ value: JSONValue?, into text: inout HeldText?, _ event: ArrivingEvent)
        -> Bool
    {
        guard let value, value.kind == .string else { return true }
        guard let held = event.hold(event.whole(value).rawText, like: text) else { return false }
        text = held
        return true
    }

    package func addAnnotation(_ value: JSONValue, _ held: HeldBytes) -> Accumulator.Outcome {
        let raw = value.raw
        return OutputPart.add(raw, to: &annotations, held) ? .fine : .noMemory
    }

    /// Adds the elements of an array.
    package func addLogprobs(_ array: JSONValue, _ held: HeldBytes) -> Bool {
        guard let elements = OutputPart.inside(array) else { return true }
        return OutputPart.add(elements, to: &logprobs, held)
    }

    /// A `.done` event has them all.
    package func replaceLogprobs(_ array: JSONValue?, _ held: HeldBytes) -> Bool {
        guard let array, let elements = OutputPart.inside(array) else { return true }
        logprobs = nil
        return OutputPart.add(elements, to: &logprobs, held)
    }

    /// What a command wrote, by the kind of output.
    package func addOutput(_ delta: JSONValue, _ event: ArrivingEvent) -> Accumulator.Outcome {
        if let value = delta.member("stdout"), value.kind == .string {
            let said = event.whole(value).rawText
            guard let start = said.baseAddress, let text = growingText(event),
                text.append(start, said.count)
            else { return .noMemory }
        }
        if let value = delta.member("stderr"), value.kind == .string {
            errors = OutputPart.growing(errors, event)
            let said = event.whole(value).rawText
            guard let start = said.baseAddress, let errors, errors.append(start, said.count)
            else { return .noMemory }
        }
        return .fine
    }

    private static func add(
        _ elements: UnsafeBufferPointer<UInt8>, to list: inout HeldText?, _ held: HeldBytes
    ) -> Bool {
        guard let start = elements.baseAddress else { return true }
        let text = list ?? HeldText(held)
        list = text
        if text.count > 0 {
            let comma: StaticString = ","
            if !text.append(comma.utf8Start, 1) { return false }
        }
        return text.append(start, elements.count)
    }

    private func elements(of object: JSONValue, _ name: StaticString) -> UnsafeBufferPointer<UInt8>?
    {
        object.member(name).flatMap { OutputPart.inside($0) }
    }

    /// What is between the brackets of an array; nil when that is nothing.
    private static func inside(_ array: JSONValue) -> UnsafeBufferPointer<UInt8>? {
        guard array.kind == .array else { return nil }
        let start = JSONScanner.skipSpace(array.start + 1)
        let end = array.end - 1
        return start < end ? UnsafeBufferPointer(start: start, count: end - start) : nil
    }

    /// A large text of which the whole item has another version: not worth the memory.
    package var isLargeAndDifferent: Bool {
        guard let text else { return false }
        return text.count >= ArrivingEvent.usualLongText && !text.isShared
    }

    package func forEachText(_ body: (HeldText) -> Void) {
        if let text { body(text) }
        if let errors { body(errors) }
        whole?.forEachText(body)
    }

    // MARK: writing

    /// The text as a JSON string.
    package func writeText(_ event: UnsafePointer<UInt8>?, into out: inout ByteBuffer) -> Bool {
        // As long as half a pair is the last that came, it is left out: "\ud83d".
        writeString(text, event, leavingOut: half != 0 ? 6 : 0, into: &out)
    }

    private func writeString(
        _ text: HeldText?, _ event: UnsafePointer<UInt8>?, leavingOut last: Int = 0,
        into out: inout ByteBuffer
    ) -> Bool {
        guard out.append(0x22) else { return false }
        if let text, !text.write(event, leavingOut: min(last, text.count), into: &out) {
            return false
        }
        return out.append(0x22)
    }

    private func writeArray(
        _ elements: HeldText, _ event: UnsafePointer<UInt8>?, into out: inout ByteBuffer
    ) -> Bool {
        out.append(0x5B) && elements.write(event, into: &out) && out.append(0x5D)
    }

    /// The part as an object of its array.
    package func write(_ event: UnsafePointer<UInt8>?, into out: inout ByteBuffer) -> Bool {
        var started = ByteBuffer()
        if whole == nil {
            guard started.append("{\"type\":\""), started.append(place.partType),
                started.append(place.list == .content ? "\",\"annotations\":[]}" : "\"}")
            else { return false }
            if place == .shellOutput { started.removeAll() }
        }
        let begun = started.isEmpty ? nil : JSONValue(checking: started.bytes, count: started.count)
        let source = whole == nil ? JSONWriter.Source(begun) : JSONWriter.Source(whole, event)
        var members: [JSONWriter.Member] = [
            (place.partMember, { out in self.writeText(event, into: &out) })
        ]
        if place == .shellOutput {
            members.append(("stderr", { out in self.writeString(self.errors, event, into: &out) }))
        }
        if let annotations {
            members.append(
                ("annotations", { out in self.writeArray(annotations, event, into: &out) }))
        }
        if let logprobs {
            members.append(("logprobs", { out in self.writeArray(logprobs, event, into: &out) }))
        }
        return JSONWriter.object(source, replacing: members, into: &out)
    }
}
