import CPlatform

/// A large event, while it arrives and until its reader is done with it.
///
/// What was streamed comes again: in `output_text.done`, in `content_part.done`, in `output_item.done`
/// and in the terminal event, each as large as the text. None may be held beside the text: while such an
/// event arrives, the texts that are held are looked for in it. What was found is lent: the text refers to
/// the event, and the pages that it had are given back. Before the event's bytes go away, what is still
/// wanted of them is moved back in the same way (docs/adr/0009-repeated-text.md).
package final class ArrivingEvent {
    package let held: HeldBytes
    /// Texts from this length on are looked for, and held on their own.
    package let longText: Int
    /// The event's first byte; nil while there is none whose bytes stay until `settle`.
    package private(set) var base: UnsafeMutablePointer<UInt8>?

    /// Of an event that is complete.
    package private(set) var outline: EventOutline?
    private var lent: [HeldText] = []

    // Where the search is.
    private var searched = 0
    private var isInString = false
    private var stringStart = 0
    /// The text that the string at `stringStart` began with.
    private var found: HeldText?
    /// All long texts, by the bytes that they begin with.
    private var texts: [(text: HeldText, next: Int)] = []
    private var heads: [Int] = []

    /// By so many bytes a text is recognised.
    private static let sample = 8
    /// So many texts that begin alike are looked at.
    private static let tries = 16

    package init(_ held: HeldBytes, longText: Int) {
        self.held = held
        self.longText = max(longText, ArrivingEvent.sample)
    }

    /// From this size on, an event that is incomplete is worth the search.
    package static let largeEvent = 256 * 1024
    package static let usualLongText = 16 * 1024

    package var isUnderWay: Bool { base != nil }

    /// The event's bytes have moved.
    package func moved(to base: UnsafeMutablePointer<UInt8>) {
        if self.base != nil { self.base = base }
    }

    /// The event is complete and has `count` bytes; they stay until `settle`.
    package func arrived(_ base: UnsafeMutablePointer<UInt8>, _ count: Int) {
        let isUnderWay = self.base != nil
        self.base = base
        if isUnderWay { search(count) }
    }

    /// Checks the texts of the complete event, whose data these are, and takes the long ones out of it: what is
    /// read of it from then on is read in `outline`. Its other bytes are as they were, and unchecked.
    package func takeApart(_ data: UnsafePointer<UInt8>, _ count: Int) -> EventOutline.Outcome {
        let made = EventOutline(of: data)
        // What was found has been checked before. It is in the order of its place.
        var next = 0
        let outcome = made.make(count, longText: longText) { text in
            guard let base else { return 0 }
            let place = text - UnsafePointer(base)
            while next < lent.count && lent[next].lentPlace < place { next += 1 }
            guard next < lent.count, lent[next].lentPlace == place,
                lent[next].lentCount == lent[next].count
            else { return 0 }
            return lent[next].count
        }
        outline = outcome == .fine ? made : nil
        return outcome
    }

    /// A value that was found in the event, with its texts.
    package func whole(_ value: JSONValue) -> JSONValue {
        if let outline, outline.contains(value) { return outline.whole(value) }
        return value
    }

    /// The same for the text of a string.
    func whole(_ slice: EventFields.Slice) -> EventFields.Slice {
        guard let start = slice.start else { return slice }
        let text = whole(JSONValue(start: start - 1, end: start + slice.count + 1)).rawText
        var hasEscapes = slice.hasEscapes
        if text.count != slice.count, let first = text.baseAddress {
            hasEscapes = memchr(first, 0x5C, text.count) != nil
        }
        return EventFields.Slice(start: text.baseAddress, count: text.count, hasEscapes: hasEscapes)
    }

    /// A member that is text, as `JSONValue.text` has it.
    package func text(_ name: StaticString, of value: JSONValue) -> [UInt8]? {
        guard let member = value.member(name), member.kind == .string else { return nil }
        return whole(member).unescaped()
    }

    // MARK: searching

    /// Goes on searching in the first `count` bytes of an event. `texts` calls its argument with every text
    /// that is held, and is asked once for an event.
    package func search(
        _ base: UnsafeMutablePointer<UInt8>, _ count: Int,
        _ texts: ((HeldText) -> Void) -> Void
    ) {
        if self.base == nil {
            searched = 0
            isInString = false
            found = nil
            collect(texts)
        }
        self.base = base
        search(count)
    }

    private func search(_ count: Int) {
        guard let base, !texts.isEmpty else { return }
        let start = UnsafePointer(base)
        while searched < count {
            if let text = found {
                if !compare(text, start, count) { return }
            } else if isInString {
                if !passString(start, count) { return }
            } else if let quote = memchr(start + searched, 0x22, count &- searched) {
                let place = UnsafeRawPointer(quote) - UnsafeRawPointer(start) &+ 1
                // Without a sample there is nothing to go by yet.
                if count &- place < ArrivingEvent.sample {
                    searched = place &- 1
                    return
                }
                searched = place
                stringStart = place
                isInString = true
                found = candidate(start + place, ArrivingEvent.sample, after: nil)
            } else {
                searched = count
            }
        }
    }

    /// False when there is nothing more to compare now.
    private func compare(_ text: HeldText, _ start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var same = searched &- stringStart
        let most = min(count &- stringStart, text.count)
        while same < most {
            let size = min(most &- same, 4096)
            let other = text.own.bytes
            if memcmp(other + same, start + stringStart + same, size) != 0 { break }
            same = same &+ size
        }
        if same < most {
            while text.own.bytes[same] == start[stringStart &+ same] { same = same &+ 1 }
            searched = stringStart &+ same
            text.lend(same, at: stringStart)
            if !text.takeBackUnreleased() {
                lent.append(text)
                found = nil
            } else {
                found = candidate(start + stringStart, same &+ 1, after: text)
            }
            if found == nil { stepBackToCharacter(start) }
            return true
        }
        searched = stringStart &+ same
        text.lend(same, at: stringStart)
        if same < text.count { return false }
        lent.append(text)
        found = nil
        return true
    }

    /// Where bytes differ may be in the middle of an escape sequence.
    private func stepBackToCharacter(_ start: UnsafePointer<UInt8>) {
        var place = searched
        while place > stringStart && start[place &- 1] == 0x5C { place = place &- 1 }
        searched = place
    }

    /// False when the string goes on behind what has arrived.
    private func passString(_ start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        while searched < count {
            switch start[searched] {
            case 0x22:
                isInString = false
                searched = searched &+ 1
                return true
            case 0x5C:
                if searched &+ 1 >= count { return false }
                searched = searched &+ 2
            default:
                // Ends at the latest at the NUL behind what has arrived.
                let next = platform_text_span(start + searched) - start
                searched = max(next, searched &+ 1)
            }
        }
        return false
    }

    private func collect(_ texts: ((HeldText) -> Void) -> Void) {
        self.texts = []
        texts { text in
            if text.count < self.longText || self.texts.last?.text === text { return }
            if self.heads.isEmpty { self.heads = Array(repeating: -1, count: 256) }
            self.texts.append((text, -1))
        }
        for index in heads.indices { heads[index] = -1 }
        // From the end, so that of texts that begin alike the first comes first.
        for index in self.texts.indices.reversed() {
            let head = bucket(self.texts[index].text.own.bytes)
            self.texts[index].next = heads[head]
            heads[head] = index
        }
    }

    private func bucket(_ bytes: UnsafePointer<UInt8>) -> Int {
        var hash: UInt32 = 0
        for index in 0..<ArrivingEvent.sample {
            hash = (hash &* 31) &+ UInt32(truncatingIfNeeded: bytes[index])
        }
        return Int(truncatingIfNeeded: (hash ^ hash >> 8) & 255)
    }

    /// A text that begins with these bytes and is not lent; behind another one, where that was none.
    private func candidate(_ bytes: UnsafePointer<UInt8>, _ count: Int, after other: HeldText?)
        -> HeldText?
    {
        if heads.isEmpty { return nil }
        var index = heads[bucket(bytes)]
        var hasPassed = other == nil
        var tries = 0
        while index >= 0 && tries < ArrivingEvent.tries {
            let text = texts[index].text
            if hasPassed && text.lentCount == 0 && text.count >= count
                && memcmp(text.own.bytes, bytes, count) == 0
            {
                return text
            }
            if let other, text === other { hasPassed = true }
            index = texts[index].next
            tries = tries &+ 1
        }
        return nil
    }

    // MARK: holding

    /// Holds a text of the event: `known`, or one that was lent, when it is the same. Nil when memory is
    /// out.
    package func hold(_ raw: UnsafeBufferPointer<UInt8>, like known: HeldText?) -> HeldText? {
        if let known, known.equals(raw, base) { return known }
        guard let start = raw.baseAddress else { return HeldText(held) }
        let isLong = raw.count >= longText
        if isLong, let base {
            let place = start - UnsafePointer(base)
            for text in lent where text.lentPlace == place && text.lentCount == text.count {
                if text.count == raw.count { return shared(text) }
                // The same bytes are the beginning of a longer text.
                text.sharesBytes = true
            }
        }
        if isLong {
            for index in texts.indices {
                let text = texts[index].text
                if text.count == raw.count && text.equals(raw, base) { return shared(text) }
            }
        }
        let text = HeldText(held)
        if isLong, let base {
            if !text.lend(all: raw.count, at: start - UnsafePointer(base)) { return nil }
            lent.append(text)
        } else if !text.append(start, raw.count) {
            return nil
        }
        return text
    }

    /// Another one has it too: neither may add to it.
    private func shared(_ text: HeldText) -> HeldText {
        text.isShared = true
        return text
    }

    /// A large text that is wanted would take the event's bytes rather than have them copied.
    package var hasTaker: Bool {
        for index in lent.indices
        where lent[index].count >= ArrivingEvent.largeEvent && lent[index].mayTakeBlock
            && !isKnownUniquelyReferenced(&lent[index])
        {
            return true
        }
        return false
    }

    /// The event's bytes go away: what is wanted of them is moved back. The largest text may take them as they are,
    /// and the rest of their block with them, where they are given in `bytes`.
    package func settle(_ bytes: inout ByteBuffer) {
        guard let base else { return }
        found?.takeBack(from: base, giving: false)
        texts = []
        // First those that share their bytes with a longer one.
        for text in lent where text.sharesBytes || text.lentCount < text.count {
            text.takeBack(from: base, giving: false)
        }
        var largest: HeldText?
        while var text = lent.popLast() {
            if isKnownUniquelyReferenced(&text) { continue }
            if !bytes.isEmpty && text.mayTakeBlock && text.count > largest?.count ?? 0 {
                largest?.takeBack(from: base, giving: false)
                largest = text
            } else {
                text.takeBack(from: base, giving: bytes.isEmpty)
            }
        }
        largest?.take(&bytes)
        forget()
    }

    /// The event's bytes go away, and nothing is wanted any more.
    package func forget() {
        lent = []
        texts = []
        found = nil
        base = nil
        outline = nil
    }
}
