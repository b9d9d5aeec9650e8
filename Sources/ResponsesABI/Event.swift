import CPlatform
import CResponses
import Responses

@inline(__always)
private func read<Value>(_ event: OpaquePointer?, _ otherwise: Value, _ body: (Event) -> Value)
    -> Value
{
    Handle.object(event, .event, as: Event.self)?._withUnsafeGuaranteedRef(body) ?? otherwise
}

@_cdecl("responses_event_type") @implementation
public func responses_event_type(_ event: OpaquePointer?) -> UnsafePointer<CChar>? {
    read(event, emptyText) { $0.type }
}

@_cdecl("responses_event_kind") @implementation
public func responses_event_kind(_ event: OpaquePointer?) -> Int32 {
    read(event, RESPONSES_EVENT_OTHER) { $0.kind.rawValue }
}

@_cdecl("responses_event_sequence") @implementation
public func responses_event_sequence(_ event: OpaquePointer?) -> Int64 {
    read(event, -1) { $0.sequence }
}

@_cdecl("responses_event_text") @implementation
public func responses_event_text(_ event: OpaquePointer?, _ len: UnsafeMutablePointer<Int>?)
    -> UnsafePointer<CChar>?
{
    len?.pointee = 0
    return read(event, emptyText) { output($0.text, len) }
}

@_cdecl("responses_event_json") @implementation
public func responses_event_json(_ event: OpaquePointer?, _ len: UnsafeMutablePointer<Int>?)
    -> UnsafePointer<CChar>?
{
    len?.pointee = 0
    return read(event, emptyText) { output($0.json, len) }
}

@_cdecl("responses_event_response_id") @implementation
public func responses_event_response_id(_ event: OpaquePointer?) -> UnsafePointer<CChar>? {
    read(event, emptyText) { output($0.responseID, nil) }
}

@_cdecl("responses_event_item_id") @implementation
public func responses_event_item_id(_ event: OpaquePointer?) -> UnsafePointer<CChar>? {
    read(event, emptyText) { output($0.itemIDText, nil) }
}

@_cdecl("responses_event_output_index") @implementation
public func responses_event_output_index(_ event: OpaquePointer?) -> Int32 {
    read(event, -1) { $0.outputIndex }
}

@_cdecl("responses_event_content_index") @implementation
public func responses_event_content_index(_ event: OpaquePointer?) -> Int32 {
    read(event, -1) { $0.contentIndex }
}

@_cdecl("responses_event_get") @implementation
public func responses_event_get(
    _ event: OpaquePointer?, _ pointer: UnsafePointer<CChar>?,
    _ type: UnsafeMutablePointer<Int32>?, _ value: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ len: UnsafeMutablePointer<Int>?
) -> Int32 {
    let pointer = input(pointer, -1)
    return read(event, RESPONSES_E_INVALID) { event in
        guard let pointer else { return RESPONSES_E_INVALID }
        return hand(out: event.find(pointer), type, value, len)
    }
}

@_cdecl("responses_event_clone") @implementation
public func responses_event_clone(_ event: OpaquePointer?, _ out: HandleOut) -> Int32 {
    answering(out, nil) { () throws(ResponsesError) in
        guard let object = Handle.object(event, .event, as: Event.self) else {
            throw .invalid("event", "is NULL, was freed, or is not an event")
        }
        guard let copy = object._withUnsafeGuaranteedRef({ $0.clone() }) else { throw .noMemory() }
        try give(copy, .event, to: out)
        return RESPONSES_OK
    }
}

@_cdecl("responses_event_free") @implementation
public func responses_event_free(_ event: OpaquePointer?) {
    Handle.free(event, .event)
}
