import CPlatform
import CResponses
import Responses

/// Writes events into a flat buffer of the caller, in the layout that the header documents.
private struct BatchWriter {
    let buffer: UnsafeMutableRawPointer
    let capacity: Int
    let withJSON: Bool
    var used = 0
    var count: Int32 = 0

    static let headerBytes = 40

    func size(of event: Event) -> Int {
        let texts =
            event.typeCount + event.text.count + event.itemIDText.count
            + (withJSON ? event.json.count : 0)
        return (BatchWriter.headerBytes + texts + 4 + 7) & ~7
    }

    /// False when it does not fit.
    mutating func add(_ event: Event) -> Bool {
        let size = size(of: event)
        if capacity - used < size { return false }
        let record = buffer + used
        let itemID = event.itemIDText
        func put<Value: BitwiseCopyable>(_ value: Value, _ offset: Int) {
            record.storeBytes(of: value, toByteOffset: offset, as: Value.self)
        }
        put(UInt32(truncatingIfNeeded: size), 0)
        put(event.kind.rawValue, 4)
        put(event.sequence, 8)
        put(event.outputIndex, 16)
        put(event.contentIndex, 20)
        put(UInt32(truncatingIfNeeded: event.typeCount), 24)
        put(UInt32(truncatingIfNeeded: event.text.count), 28)
        put(UInt32(truncatingIfNeeded: itemID.count), 32)
        put(UInt32(truncatingIfNeeded: withJSON ? event.json.count : 0), 36)
        var place = record + BatchWriter.headerBytes
        func append(_ text: UnsafeRawPointer?, _ length: Int) {
            if let text, length > 0 { memcpy(place, text, length) }
            place.storeBytes(of: 0, toByteOffset: length, as: UInt8.self)
            place += length + 1
        }
        append(event.type, event.typeCount)
        append(event.text.baseAddress, event.text.count)
        append(itemID.baseAddress, itemID.count)
        append(event.json.baseAddress, withJSON ? event.json.count : 0)
        while place < record + size {
            place.storeBytes(of: 0, as: UInt8.self)
            place += 1
        }
        used += size
        count += 1
        return true
    }
}

@_cdecl("responses_call_next_batch") @implementation
public func responses_call_next_batch(
    _ handle: OpaquePointer?, _ flags: Int32, _ buffer: UnsafeMutableRawPointer?, _ capacity: Int,
    _ used: UnsafeMutablePointer<Int>?, _ count: UnsafeMutablePointer<Int32>?, _ err: HandleOut
) -> Int32 {
    used?.pointee = 0
    count?.pointee = 0
    guard used != nil, count != nil else {
        err?.pointee = nil
        return report(.invalid("used, count", "must not be NULL"), err)
    }
    // Asking with an empty buffer is a way to learn the size.
    guard
        let buffer = buffer ?? (capacity == 0 ? UnsafeMutableRawPointer(platform_nothing()) : nil),
        capacity >= 0
    else {
        err?.pointee = nil
        return report(.invalid("buffer", "must not be NULL"), err)
    }
    guard flags & ~RESPONSES_BATCH_JSON == 0 else {
        err?.pointee = nil
        return report(.invalid("flags", "expected 0 or RESPONSES_BATCH_JSON"), err)
    }
    return using(handle, err) { open in
        if open.call.isDownload { return report(isDownload, err) }
        if open.call.isRaw { open.call.readEvents() }
        var writer = BatchWriter(
            buffer: buffer, capacity: capacity, withJSON: flags & RESPONSES_BATCH_JSON != 0)
        var status = RESPONSES_OK
        while true {
            let step = open.call.next()
            if case .event = step {
                if writer.add(open.call.event) { continue }
                open.call.putBack()
                if writer.count > 0 { break }
                used?.pointee = writer.size(of: open.call.event)
                return RESPONSES_E_RANGE
            }
            // What ends the batch is said by the next call, unless it is all there is to say.
            if writer.count > 0 {
                open.call.putBackEnd()
                break
            }
            switch step {
            case .again: status = RESPONSES_AGAIN
            case .done: status = RESPONSES_DONE
            case .failed(let error): status = report(error, err)
            case .event: break
            }
            break
        }
        used?.pointee = writer.used
        count?.pointee = writer.count
        return status
    }
}
