import CPlatform

/// Frames a stream of server-sent events (WHATWG HTML, 9.2.6 "Interpreting an event stream").
///
/// Bytes come in by `refill`, in whatever pieces; `next` gives the data of one event at a time. The
/// data stays in the buffer and ends in NUL there, so that it can be scanned and handed out without a
/// copy. Whatever the chunking, a byte is looked at a bounded number of times.
package struct EventStreamDecoder: ~Copyable {
    package enum Frame {
        /// An event's data, and the value of its `event:` line (empty without one). Both stay until
        /// the next call of `next` or `refill`.
        case event(
            data: UnsafeMutablePointer<UInt8>, count: Int, name: UnsafeBufferPointer<UInt8>)
        /// `data: [DONE]`, which some servers send at the end.
        case done
        case needsMore
        case tooLarge
    }

    private var buffer = ByteBuffer()
    private let maximumEventBytes: Int

    // Offsets from `buffer.bytes`, which is where the current event begins.
    private var eventEnd = 0  // of an event that was handed out and is not consumed yet
    private var lineStart = 0
    private var searched = 0  // no line end before this
    private var dataStart = -1  // -1: no data line yet
    private var dataEnd = 0
    private var nameStart = 0
    private var nameEnd = 0
    /// The name of an event whose joined data overwrote it in the buffer.
    private var movedName: [UInt8] = []
    private var atBeginning = true
    private var template = EventTemplate()
    /// How often in a row little came compared with the room for it.
    private var smallRefills = 0
    /// Lines since the last event that belong to no stream: what a gateway wrote into it.
    private var strayLines: [UInt8] = []
    private static let maximumStray = 4096
    /// The last line ended in CR, so that an LF that follows belongs to it.
    private var skipsLineFeed = false

    /// Field names, comments and other lines inside an event, beside its data.
    private static let overhead = 1024

    /// Free bytes that buffers keep in front for the beginning of an event that was cut.
    package static let headroom = 1024

    package init(maximumEventBytes: Int) { self.maximumEventBytes = maximumEventBytes }

    /// Takes over what has arrived. The buffers are swapped where that is cheaper than copying. False
    /// when memory is out; nothing is lost then.
    @_optimize(speed)
    package mutating func refill(from inbox: inout ByteBuffer) -> Bool {
        finishEvent()
        let rest = buffer.count
        let arrived = inbox.count
        if rest > ByteBufferLimits.worthAppending || rest > inbox.start {
            // Behind a large event: the next one shall not use other pages than that one had.
            if buffer.start >= max(rest, ArrivingEvent.largeEvent) { buffer.moveToFront() }
            // Much is left of a large event: adding the new bytes costs less than moving the old.
            if !buffer.append(UnsafePointer(inbox.bytes), inbox.count) { return false }
        } else {
            if !inbox.prepend(UnsafePointer(buffer.bytes), rest) { return false }
            swap(&buffer, &inbox)
        }
        // A fast stream needs its large block again soon, a slow one after a large event does not.
        let room = max(buffer.capacity, inbox.capacity)
        smallRefills = arrived < room / 4 ? smallRefills &+ 1 : 0
        if smallRefills >= ByteBufferLimits.patience { inbox.reset(keeping: ByteBufferLimits.kept) }
        return inbox.capacity == 0 || inbox.leaveHeadroom(EventStreamDecoder.headroom)
    }

    /// Everything was read, and more is not expected at once: `body` may take the block that it was in.
    @inline(__always)
    package mutating func rest(_ body: (inout ByteBuffer) -> Void) {
        guard buffer.isEmpty, eventEnd == 0 else { return }
        if smallRefills >= ByteBufferLimits.patience {
            buffer.reset(keeping: ByteBufferLimits.kept)
        }
        body(&buffer)
    }

    /// Where the current event begins.
    package var eventStart: UnsafeMutablePointer<UInt8> { buffer.bytes }

    /// How many bytes are there behind the event that was given last.
    package var unread: Int { buffer.count &- eventEnd }

    /// A stream of events may begin with these bytes, and little else does: a comment, or the name of a
    /// field, as far as it is there.
    package static func mayBegin(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let fields: Words = "data:|event:|id:|retry:|:"
        return fields.contains { zip($0, bytes).allSatisfy { $0 == $1 } }
    }

    /// How many bytes of it are there, when it is large, incomplete, and its data will stay where it is: in
    /// the first line of data.
    package var arrivingCount: Int? {
        let count = buffer.count
        guard count >= ArrivingEvent.largeEvent, eventEnd == 0, dataStart < 0,
            matches(buffer.bytes + lineStart, "data:")
        else { return nil }
        return count
    }

    /// Hands on a value of the event that was given last with the bytes that it is in, when it is large; what
    /// followed in them is dropped. `taken` is empty before.
    package mutating func takeOut(_ value: JSONValue, into taken: inout ByteBuffer) {
        if value.count < ArrivingEvent.largeEvent { return }
        let place = value.start - UnsafePointer(buffer.bytes)
        swap(&taken, &buffer)
        eventEnd = 0
        drop(0)
        taken.narrow(to: place, value.count)
        taken.fit()
    }

    /// Hands on the bytes of the event that was given last, when it is large: what followed in them is copied. `taken`
    /// is empty before, and stays so where there is no such event or no memory.
    package mutating func handOver(into taken: inout ByteBuffer) {
        let rest = buffer.count &- eventEnd
        if eventEnd < ArrivingEvent.largeEvent { return }
        var next = ByteBuffer()
        // The next one is as large: room that is not written to takes no memory.
        let room = min(buffer.capacity, eventEnd &* 2)
        if room >= Int(platform_large_block) { _ = next.reserveExactly(room) }
        guard next.append(UnsafePointer(buffer.bytes + eventEnd), rest) else { return }
        swap(&next, &buffer)
        swap(&next, &taken)
        eventEnd = 0
        drop(0)
    }

    private mutating func finishEvent() {
        if eventEnd > 0 {
            drop(eventEnd)
            eventEnd = 0
        }
    }

    /// Consumes the first `count` bytes and begins a new event behind them.
    @inline(__always)
    private mutating func drop(_ count: Int) {
        buffer.consume(count)
        lineStart = 0
        searched = 0
        dataStart = -1
        nameEnd = 0
        nameStart = 0
    }

    /// The next event, where it has the shape of the last one: framed and read in one go, with the same
    /// result. Nil: ask `next`.
    @inline(__always)
    package mutating func nextLikeLast(_ fields: inout EventFields)
        -> (data: UnsafeMutablePointer<UInt8>, count: Int)?
    {
        finishEvent()
        if searched != 0 || skipsLineFeed || atBeginning { return nil }
        let base = buffer.bytes
        guard let match = template.match(UnsafePointer(base), buffer.count, &fields),
            match.end <= maximumEventBytes
        else { return nil }
        base[match.dataEnd] = 0
        eventEnd = match.end
        return (base + match.dataStart, match.dataEnd &- match.dataStart)
    }

    /// Remembers the shape of the event that `next` has just given and that turned out to be a delta.
    /// False: it has kept the one it had.
    @inline(__always) @discardableResult
    package mutating func learn(_ fields: EventFields) -> Bool {
        template.wantsToLearn() && learnNow(fields)
    }

    @inline(never)
    private mutating func learnNow(_ fields: EventFields) -> Bool {
        let base = UnsafePointer(buffer.bytes)
        // One line of data, right before the blank line that ended the event.
        if dataEnd &+ 2 != eventEnd || base[dataEnd &+ 1] != 0x0A || !movedName.isEmpty {
            return false
        }
        template.learn(base, dataStart: dataStart, count: eventEnd, fields)
        return true
    }

    @_optimize(speed)
    package mutating func next() -> Frame {
        finishEvent()
        if atBeginning && !skipByteOrderMark() { return .needsMore }
        while true {
            let base = buffer.bytes
            let count = buffer.count
            if skipsLineFeed && lineStart < count {
                skipsLineFeed = false
                if base[lineStart] == 0x0A {
                    lineStart &+= 1
                    searched = max(searched, lineStart)
                }
            }
            guard let (lineEnd, nextLine) = findLineEnd(base, count) else {
                searched = count
                return count > maximumEventBytes + EventStreamDecoder.overhead
                    ? .tooLarge : .needsMore
            }
            // The same measure, however the bytes were cut.
            if lineEnd > maximumEventBytes + EventStreamDecoder.overhead { return .tooLarge }
            let length = lineEnd &- lineStart
            if length == 0 {
                if dataStart < 0 {
                    drop(nextLine)  // no data: the event is dropped, as the specification says
                    continue
                }
                let frame = finish(base, nextLine)
                if case .event(let data, let count, _) = frame, isBlank(data, count) {
                    finishEvent()
                    continue
                }
                return frame
            }
            readLine(base + lineStart, length)
            lineStart = nextLine
            searched = nextLine
            if dataStart < 0 && nameEnd == nameStart && movedName.isEmpty {
                drop(nextLine)  // comments between events do not pile up
            }
        }
    }

    /// Finds where the current line ends and the next begins: LF, CR or CRLF. Looks through windows that
    /// double: were it all that has arrived, short lines that end in CR would each search it for an LF.
    @inline(__always)
    private mutating func findLineEnd(_ base: UnsafeMutablePointer<UInt8>, _ count: Int) -> (
        Int, Int
    )? {
        var start = searched
        var window = EventStreamDecoder.overhead
        while start < count {
            let unsearched = base + start
            let left = min(window, count &- start)
            let feed = memchr(unsearched, 0x0A, left)
            let span = feed.map { $0 - UnsafeMutableRawPointer(unsearched) } ?? left
            if let carriage = memchr(unsearched, 0x0D, span) {
                let end = carriage - UnsafeMutableRawPointer(base)
                if end &+ 1 == count {
                    skipsLineFeed = true
                    return (end, end &+ 1)
                }
                return (end, base[end &+ 1] == 0x0A ? end &+ 2 : end &+ 1)
            }
            if feed != nil { return (start &+ span, start &+ span &+ 1) }
            start = start &+ left
            window = window &* 2
        }
        return nil
    }

    /// Takes in one line that is not empty.
    @inline(__always)
    private mutating func readLine(_ line: UnsafeMutablePointer<UInt8>, _ length: Int) {
        if length >= 5 && matches(line, "data:") {
            let value = line[5] == 0x20 && length > 5 ? 6 : 5
            addData(lineStart &+ value, length &- value)
        } else if length >= 6 && matches(line, "event:") {
            let value = line[6] == 0x20 && length > 6 ? 7 : 6
            movedName = []
            nameStart = lineStart &+ value
            nameEnd = lineStart &+ length
        } else if length == 4 && matches(line, "data") {
            addData(lineStart &+ 4, 0)
        } else if length == 5 && matches(line, "event") {
            movedName = []
            nameStart = lineStart &+ length
            nameEnd = nameStart
        } else if line.pointee != 0x3A {
            keepStray(line, length)
        }
        // Everything else is a comment.
    }

    /// A field that the format does not have, unless it is one that is of no use here.
    @inline(never)
    private mutating func keepStray(_ line: UnsafePointer<UInt8>, _ length: Int) {
        if length >= 2 && matches(line, "id") || length >= 5 && matches(line, "retry") { return }
        let room = EventStreamDecoder.maximumStray - strayLines.count
        guard length < room else { return }
        if !strayLines.isEmpty { strayLines.append(0x0A) }
        strayLines.append(contentsOf: UnsafeBufferPointer(start: line, count: length))
    }

    /// What is left when no more bytes come: the data of an event that nothing ended, or else the lines that
    /// belong to no stream. Not of a large event: what is wanted of it is an error, and it would be copied.
    package func remainder() -> [UInt8] {
        if eventEnd > 0 || buffer.count >= ArrivingEvent.largeEvent { return strayLines }
        let base = buffer.bytes
        let count = buffer.count
        if dataStart >= 0 && dataEnd <= count {
            return Array(UnsafeBufferPointer(start: base + dataStart, count: dataEnd &- dataStart))
        }
        var rest = strayLines
        guard lineStart < count else { return rest }
        var line = UnsafeBufferPointer(start: base + lineStart, count: count &- lineStart)
        if line.count > 5 && matches(base + lineStart, "data:") {
            return Array(line.dropFirst(5))
        }
        if line[0] == 0x3A || line.count > 6 && matches(base + lineStart, "event:") { return rest }
        line = PlainText.cut(line, to: EventStreamDecoder.maximumStray)
        if !rest.isEmpty { rest.append(0x0A) }
        return rest + line
    }

    @inline(__always)
    private mutating func addData(_ start: Int, _ count: Int) {
        if dataStart < 0 {
            dataStart = start
            dataEnd = start &+ count
        } else {
            joinData(start, count)
        }
    }

    /// A further data line: moved up behind the one before, with the LF that joins them.
    @inline(never)
    private mutating func joinData(_ start: Int, _ count: Int) {
        let base = buffer.bytes
        if nameEnd > nameStart && nameStart >= dataEnd {
            movedName = Array(
                UnsafeBufferPointer(start: base + nameStart, count: nameEnd - nameStart))
            nameStart = 0
            nameEnd = 0
        }
        base[dataEnd] = 0x0A
        memmove(base + dataEnd + 1, base + start, count)
        dataEnd = dataEnd &+ 1 &+ count
    }

    @inline(__always)
    private mutating func finish(_ base: UnsafeMutablePointer<UInt8>, _ end: Int) -> Frame {
        eventEnd = end
        let count = dataEnd &- dataStart
        if count > maximumEventBytes { return .tooLarge }
        base[dataEnd] = 0  // a line end that has been read
        if count == 6 && matches(base + dataStart, "[DONE]") { return .done }
        if !strayLines.isEmpty { strayLines = [] }
        if !movedName.isEmpty { return finishWithMovedName(base, count) }
        return .event(
            data: base + dataStart, count: count,
            name: UnsafeBufferPointer(start: base + nameStart, count: nameEnd &- nameStart))
    }

    /// Data that is empty or nothing but space. The specification would hand it over; an event of this
    /// API is JSON, and this is a sign of life, as a comment is.
    @inline(__always)
    private func isBlank(_ data: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        (count == 0 || data.pointee <= 0x20) && JSONScanner.skipSpace(data) == data + count
    }

    /// Puts the moved name behind the event's data, where the old lines were: joining made room.
    @inline(never)
    private mutating func finishWithMovedName(_ base: UnsafeMutablePointer<UInt8>, _ count: Int)
        -> Frame
    {
        let room = eventEnd &- dataEnd &- 1
        let length = min(movedName.count, room)
        let place = base + dataEnd + 1
        for index in 0..<length { place[index] = movedName[index] }
        movedName = []
        return .event(
            data: base + dataStart, count: count,
            name: UnsafeBufferPointer(start: place, count: length))
    }

    /// One byte order mark at the very beginning is no part of the stream. False: not decided yet.
    private mutating func skipByteOrderMark() -> Bool {
        let base = buffer.bytes
        let count = buffer.count
        if count == 0 { return false }
        if base[0] == 0xEF {
            if count < 3 && (count < 2 || base[1] == 0xBB) { return false }
            if base[1] == 0xBB && base[2] == 0xBF { buffer.consume(3) }
        }
        atBeginning = false
        return true
    }
}

package enum ByteBufferLimits {
    /// A rest of an event up to this size is moved in front of the new bytes; see `headroom`.
    package static let worthAppending = EventStreamDecoder.headroom
    /// A block larger than this is given back after it was much too large for this many refills. With what
    /// malloc keeps in front of it, it is a page.
    package static let kept = 4096 - ByteBuffer.slack - 16
    package static let patience = 8
}
