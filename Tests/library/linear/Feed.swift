import CPlatform

/// Feeds bytes to the decoder as a transfer does, in pieces of one size, and each event to the
/// accumulator as a call does. Returns how many events there were, and adds up the text of their deltas;
/// -1 when something was refused.
@_cdecl("feed_stream")
public func feedStream(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ piece: Int, _ text: UnsafeMutablePointer<Int>
) -> Int {
    var decoder = EventStreamDecoder(maximumEventBytes: count)
    var inbox = ByteBuffer()
    let accumulator = Accumulator(maximumBytes: count &* 2)
    let event = Event()
    var fields = EventFields()
    var events = 0
    var position = 0
    guard inbox.leaveHeadroom(EventStreamDecoder.headroom) else { return -1 }
    while position < count {
        let size = min(piece, count - position)
        guard inbox.append(bytes + position, size) else { return -1 }
        position += size
        guard decoder.refill(from: &inbox) else { return -1 }
        accumulator.arriving.moved(to: decoder.eventStart)
        reading: while true {
            if let (data, count) = decoder.nextLikeLast(&fields) {
                event.setType(fields.type.raw)
                guard take(fields, data, count, event.kind, accumulator, text) else { return -1 }
                events += 1
                continue
            }
            switch decoder.next() {
            case .needsMore:
                if let count = decoder.arrivingCount {
                    accumulator.search(decoder.eventStart, count)
                }
                break reading
            case .done, .tooLarge: return -1
            case .event(let data, let count, let name):
                guard fields.scan(data, count) else { return -1 }
                if accumulator.arriving.isUnderWay {
                    let start = decoder.eventStart
                    accumulator.arriving.arrived(start, data - start + count)
                }
                if fields.delta.start != nil { decoder.learn(fields) }
                event.setType(fields.type.start == nil ? name : fields.type.raw)
                guard take(fields, data, count, event.kind, accumulator, text) else { return -1 }
                events += 1
            }
        }
    }
    return events
}

private func take(
    _ fields: EventFields, _ data: UnsafePointer<UInt8>, _ count: Int, _ kind: EventKind,
    _ accumulator: Accumulator, _ length: UnsafeMutablePointer<Int>
) -> Bool {
    if fields.delta.start == nil {
        return accumulator.take(kind, fields, JSONValue(start: data, end: data + count)) == .fine
    }
    var text = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    guard accumulator.appendDelta(kind, fields, &text) == .fine else { return false }
    length.pointee += text.count
    return true
}
