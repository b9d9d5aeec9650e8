import CPlatform

/// How many bytes of a response are held, against the most that may be.
package final class HeldBytes {
    package let maximum: Int
    package fileprivate(set) var count = 0

    package init(maximum: Int) { self.maximum = maximum }

    package var areTooMany: Bool { count > maximum }

    /// About what an item or a part takes beside its text, so that many empty ones count.
    package static let object = 128

    private var objects = 0

    package func addObject() {
        count = count &+ HeldBytes.object
        objects = objects &+ 1
    }

    package func forgetObjects() {
        count = count &- objects &* HeldBytes.object
        objects = 0
    }
}

/// A text of a response that is being put together: the inside of a JSON string as the server wrote it,
/// with its escapes. Counted once, however often it is referred to.
///
/// While an event arrives that repeats it, the first part of a text is in that event and not here
/// (`ArrivingEvent`): the pages that it had here are given back.
package final class HeldText {
    package private(set) var own = ByteBuffer()
    private let held: HeldBytes
    /// It is inside of something that was held as a whole: nothing may be added to it.
    package var isShared = false

    /// The first so many bytes are in the arriving event, from this place on.
    package private(set) var lentCount = 0
    package private(set) var lentPlace = 0
    /// A longer text is in the same bytes of the event.
    package var sharesBytes = false
    /// Up to here, pages of `own` have been given back.
    private var released = 0

    package init(_ held: HeldBytes) { self.held = held }

    deinit { held.count = held.count &- own.count }

    package var count: Int { own.count }

    @inline(__always)
    package func append(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        held.count = held.count &+ count
        if own.append(bytes, count) { return true }
        held.count = held.count &- count
        return false
    }

    /// Makes it a text that is in the arriving event altogether. False when memory is out.
    package func lend(all count: Int, at place: Int) -> Bool {
        if !own.extend(by: count) { return false }
        held.count = held.count &+ count
        lentPlace = place
        lentCount = count
        released = count
        return true
    }

    /// The first `count` bytes have been found in the arriving event at `place`.
    package func lend(_ count: Int, at place: Int) {
        lentPlace = place
        lentCount = count
        if count &- released >= HeldText.step {
            released = released &+ platform_release(own.bytes + released, count &- released)
        }
    }

    /// As long as nothing was given back, all of it is still here.
    package func takeBackUnreleased() -> Bool {
        if released > 0 { return false }
        lentCount = 0
        return true
    }

    /// Moves what was lent back, bit by bit: `giving` tells to give back the pages of the event.
    package func takeBack(from event: UnsafeMutablePointer<UInt8>, giving: Bool) {
        let start = event + lentPlace
        var moved = 0
        var given = 0
        while moved < lentCount {
            let size = min(HeldText.step, lentCount &- moved)
            memcpy(own.bytes + moved, start + moved, size)
            moved = moved &+ size
            if giving { given = given &+ platform_release(start + given, moved &- given) }
        }
        lentCount = 0
        released = 0
        sharesBytes = false
    }

    /// All of it is lent, and nothing goes on in the same bytes: it may have the event's block.
    var mayTakeBlock: Bool { lentCount == own.count && !sharesBytes }

    /// Takes the event's bytes, which begin `bytes`, in place of its own.
    func take(_ bytes: inout ByteBuffer) {
        swap(&own, &bytes)
        let count = lentCount
        own.narrow(to: lentPlace, count)
        own.fit()
        lentCount = 0
        released = 0
    }

    /// Pages are given back so many bytes at a time.
    private static let step = 256 * 1024

    /// `event`: the one that is arriving.
    package func write(
        _ event: UnsafePointer<UInt8>?, leavingOut last: Int = 0, into out: inout ByteBuffer
    )
        -> Bool
    {
        var here = 0
        if lentCount > 0, let event {
            here = min(lentCount, count &- last)
            if !out.append(event + lentPlace, here) { return false }
        }
        return out.append(UnsafePointer(own.bytes + here), count &- last &- here)
    }

    package func equals(_ raw: UnsafeBufferPointer<UInt8>, _ event: UnsafePointer<UInt8>?) -> Bool {
        guard raw.count == count, let start = raw.baseAddress else { return raw.count == count }
        var here = 0
        if lentCount > 0, let event {
            here = lentCount
            let lent = event + lentPlace
            if lent != start && memcmp(lent, start, here) != 0 { return false }
        }
        return here == count || memcmp(own.bytes + here, start + here, count &- here) == 0
    }
}

/// JSON that is held as the server wrote it, with its long texts taken out: those are held on their own,
/// because they come again and again.
package final class HeldJSON {
    /// The JSON, in which the long texts are empty.
    private var outline = ByteBuffer()
    private struct Hole {
        let place: Int
        let text: HeldText
    }
    private var holes: [Hole] = []
    private let held: HeldBytes

    private init(_ held: HeldBytes) { self.held = held }

    deinit { held.count = held.count &- outline.count }

    package var value: JSONValue {
        let start = UnsafePointer(outline.bytes)
        return JSONValue(start: start, end: start + outline.count)
    }

    /// `known`: a text that is held and may be in it. Nil when memory is out.
    package static func make(
        of value: JSONValue, _ event: ArrivingEvent, knowing known: HeldText? = nil
    ) -> HeldJSON? {
        let made = HeldJSON(event.held)
        let isFine = made.take(value, event, known)
        made.held.count = made.held.count &+ made.outline.count
        return isFine ? made : nil
    }

    private func take(_ value: JSONValue, _ event: ArrivingEvent, _ known: HeldText?) -> Bool {
        if let outline = event.outline, outline.contains(value) {
            return take(value, outline, event, known)
        }
        if value.count < event.longText { return outline.append(value.start, value.count) }
        let outline = EventOutline(of: value.start)
        guard outline.make(value.count, longText: event.longText) == .fine,
            let all = outline.value
        else { return false }
        return take(all, outline, event, known)
    }

    private func take(
        _ value: JSONValue, _ source: EventOutline, _ event: ArrivingEvent, _ known: HeldText?
    ) -> Bool {
        outline.append(value.start, value.count)
            && source.forEachText(of: value) { place, raw in
                guard let kept = event.hold(raw, like: known) else { return false }
                kept.isShared = true
                holes.append(Hole(place: place, text: kept))
                return true
            }
    }

    /// Writes a part of it, with the long texts in their places.
    package func write(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
        _ event: UnsafePointer<UInt8>?, into out: inout ByteBuffer
    ) -> Bool {
        let base = UnsafePointer(outline.bytes)
        var from = start
        for hole in holes {
            let place = base + hole.place
            // The quotes around a hole are on the same side of every cut.
            if place <= start || place >= end { continue }
            if !out.append(from, place - from) || !hole.text.write(event, into: &out) {
                return false
            }
            from = place
        }
        return out.append(from, end - from)
    }

    package func forEachText(_ body: (HeldText) -> Void) {
        for hole in holes { body(hole.text) }
    }
}
