import CPlatform
import CResponses
import Responses

@inline(__always)
private func read<Value>(
    _ response: OpaquePointer?, _ otherwise: Value, _ body: (Response) -> Value
) -> Value {
    Handle.object(response, .response, as: Response.self)?._withUnsafeGuaranteedRef(body)
        ?? otherwise
}

@_cdecl("responses_response_json") @implementation
public func responses_response_json(_ response: OpaquePointer?, _ len: UnsafeMutablePointer<Int>?)
    -> UnsafePointer<CChar>?
{
    len?.pointee = 0
    return read(response, emptyText) { output($0.json, len) }
}

@_cdecl("responses_response_text") @implementation
public func responses_response_text(_ response: OpaquePointer?, _ len: UnsafeMutablePointer<Int>?)
    -> UnsafePointer<CChar>?
{
    len?.pointee = 0
    return read(response, emptyText) { output($0.text(), len) }
}

@_cdecl("responses_response_id") @implementation
public func responses_response_id(_ response: OpaquePointer?) -> UnsafePointer<CChar>? {
    read(response, emptyText) { output($0.id, nil) }
}

@_cdecl("responses_response_status") @implementation
public func responses_response_status(_ response: OpaquePointer?) -> UnsafePointer<CChar>? {
    read(response, emptyText) { output($0.status, nil) }
}

@_cdecl("responses_response_http_status") @implementation
public func responses_response_http_status(_ response: OpaquePointer?) -> Int32 {
    read(response, 0) { $0.httpStatus }
}

@_cdecl("responses_response_request_id") @implementation
public func responses_response_request_id(_ response: OpaquePointer?) -> UnsafePointer<CChar>? {
    read(response, emptyText) { response in
        response.requestID.map { output($0, nil) } ?? emptyText
    }
}

@_cdecl("responses_response_http_version") @implementation
public func responses_response_http_version(_ response: OpaquePointer?) -> UnsafePointer<CChar>? {
    read(response, emptyText) { staticText($0.httpVersion) }
}

@_cdecl("responses_response_header") @implementation
public func responses_response_header(_ response: OpaquePointer?, _ name: UnsafePointer<CChar>?)
    -> UnsafePointer<CChar>?
{
    guard let name = input(name, -1) else { return nil }
    return read(response, nil) { response in
        response.header(name).flatMap { output($0, nil) }
    }
}

@_cdecl("responses_response_headers") @implementation
public func responses_response_headers(
    _ response: OpaquePointer?, _ len: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
    len?.pointee = 0
    return read(response, emptyText) { output($0.headerLines(), len) }
}

@_cdecl("responses_response_attempts") @implementation
public func responses_response_attempts(_ response: OpaquePointer?) -> Int32 {
    read(response, 0) { $0.attempts }
}

@_cdecl("responses_response_history") @implementation
public func responses_response_history(
    _ response: OpaquePointer?, _ len: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
    len?.pointee = 0
    return read(response, emptyText) { output($0.history, len) }
}

@_cdecl("responses_response_get") @implementation
public func responses_response_get(
    _ response: OpaquePointer?, _ pointer: UnsafePointer<CChar>?,
    _ type: UnsafeMutablePointer<Int32>?, _ value: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ len: UnsafeMutablePointer<Int>?
) -> Int32 {
    let pointer = input(pointer, -1)
    return read(response, RESPONSES_E_INVALID) { response in
        guard let pointer else { return RESPONSES_E_INVALID }
        return hand(out: response.find(pointer), type, value, len)
    }
}

/// What a lookup found, to the caller's places.
func hand(
    out outcome: Lookup.Outcome, _ type: UnsafeMutablePointer<Int32>?,
    _ value: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ len: UnsafeMutablePointer<Int>?
) -> Int32 {
    value?.pointee = nil
    len?.pointee = 0
    switch outcome {
    case .malformed: return RESPONSES_E_INVALID
    case .nothingThere: return RESPONSES_E_RANGE
    case .noMemory: return RESPONSES_E_NOMEM
    case .found(let kind, let text):
        type?.pointee = kind.rawValue
        value?.pointee = output(text, len)
        return RESPONSES_OK
    }
}

@_cdecl("responses_response_clone") @implementation
public func responses_response_clone(_ response: OpaquePointer?, _ out: HandleOut) -> Int32 {
    answering(out, nil) { () throws(ResponsesError) in
        guard let object = Handle.object(response, .response, as: Response.self) else {
            throw .invalid("response", "is NULL, was freed, or is not a response")
        }
        guard let copy = object._withUnsafeGuaranteedRef({ $0.clone() }) else { throw .noMemory() }
        try give(copy, .response, to: out)
        return RESPONSES_OK
    }
}

@_cdecl("responses_response_free") @implementation
public func responses_response_free(_ response: OpaquePointer?) {
    Handle.free(response, .response)
}
