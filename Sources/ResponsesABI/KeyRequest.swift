import CPlatform
import CResponses
import Responses

@_cdecl("responses_client_set_key_callback") @implementation
public func responses_client_set_key_callback(
    _ handle: OpaquePointer?, _ fn: responses_key_fn?, _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    answering(nil, nil) { () throws(ResponsesError) in
        let source = fn.map { fn in
            KeySource { request in
                guard let handle = open(request) else { return false }
                let found = platform_errno()
                fn(handle, userData)
                platform_set_errno(found)
                return true
            }
        }
        try with(client: handle) { $0.setKeySource(source) }
        return RESPONSES_OK
    }
}

/// Gives the request to the host.
private func open(_ request: KeyRequest) -> OpaquePointer? {
    Handle.make(
        .keyRequest, request,
        close: { object in
            let request = Unmanaged<KeyRequest>.fromOpaque(object)
            // The parent's memory stays where it is in a child: the engine must not end there.
            if request._withUnsafeGuaranteedRef({ $0.engine.isOurs }) { request.release() }
        })
}

@_cdecl("responses_key_request_attempt") @implementation
public func responses_key_request_attempt(_ handle: OpaquePointer?) -> Int32 {
    Handle.object(handle, .keyRequest, as: KeyRequest.self)?
        ._withUnsafeGuaranteedRef { $0.attempt } ?? 0
}

@_cdecl("responses_key_request_http_status") @implementation
public func responses_key_request_http_status(_ handle: OpaquePointer?) -> Int32 {
    Handle.object(handle, .keyRequest, as: KeyRequest.self)?
        ._withUnsafeGuaranteedRef { $0.httpStatus } ?? 0
}

@_cdecl("responses_key_request_answer") @implementation
public func responses_key_request_answer(
    _ handle: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ n: Int, _ err: HandleOut
) -> Int32 {
    answering(nil, err) { () throws(ResponsesError) in
        let pointer = UnsafeMutableRawPointer(handle)
        let entry = platform_handle_visit(pointer, HandleKind.keyRequest.rawValue)
        guard entry == platform_entry_inside, let cell = Handle.Cell(handle) else {
            if entry == platform_entry_forked { throw .forked() }
            throw .invalid("request", "is NULL, was freed, or is not a request for a key")
        }
        defer { platform_handle_leave(cell, platform_share_visit) }
        guard let key = input(key, n) else { throw .invalid("key", "must not be NULL") }
        try Handle.inside(cell, as: KeyRequest.self).takeUnretainedValue().answer(with: key)
        return RESPONSES_OK
    }
}

@_cdecl("responses_key_request_free") @implementation
public func responses_key_request_free(_ handle: OpaquePointer?) {
    guard let cell = Handle.end(handle, .keyRequest) else { return }
    let found = platform_errno()
    defer { platform_set_errno(found) }
    Handle.inside(cell, as: KeyRequest.self)._withUnsafeGuaranteedRef {
        if $0.engine.isOurs { $0.giveUp() }
    }
    platform_handle_leave(cell, platform_share_visit)
}
