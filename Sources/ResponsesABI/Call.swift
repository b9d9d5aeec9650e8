import CPlatform
import CResponses
import Responses

@_cdecl("responses_call_next") @implementation @_optimize(speed)
public func responses_call_next(
    _ handle: OpaquePointer?, _ event: UnsafeMutablePointer<OpaquePointer?>?, _ err: HandleOut
) -> Int32 {
    event?.pointee = nil
    return using(handle, err) { open in
        if _slowPath(open.call.isDownload) { return report(isDownload, err) }
        if _slowPath(open.call.isRaw) { open.call.readEvents() }
        switch open.call.next() {
        case .event:
            event?.pointee = open.event
            return RESPONSES_OK
        case .again: return RESPONSES_AGAIN
        case .done: return RESPONSES_DONE
        case .failed(let error): return report(error, err)
        }
    }
}

/// A download has no events.
var isDownload: ResponsesError {
    .invalid("call", "is a download; it is read with responses_call_next_bytes()")
}

@_cdecl("responses_call_next_bytes") @implementation
public func responses_call_next_bytes(
    _ handle: OpaquePointer?, _ bytes: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ len: UnsafeMutablePointer<Int>?, _ err: HandleOut
) -> Int32 {
    bytes?.pointee = nil
    len?.pointee = 0
    return using(handle, err) { open in
        switch open.call.nextBytes() {
        case .head:
            bytes?.pointee = emptyText
            return RESPONSES_OK
        case .bytes(let found):
            bytes?.pointee = output(found, len)
            return RESPONSES_OK
        case .unavailable:
            return report(
                open.call.isRaw
                    ? .invalid("call", "its events are read with responses_call_next() already")
                    : .invalid("call", "is not raw; set the option raw to 1 before it is started"),
                err)
        case .step(.again): return RESPONSES_AGAIN
        case .step(.failed(let error)): return report(error, err)
        case .step: return RESPONSES_DONE
        }
    }
}

@_cdecl("responses_call_wait") @implementation
public func responses_call_wait(_ handle: OpaquePointer?, _ timeout: Int32) -> Int32 {
    using(handle, nil) { open in
        let found = platform_errno()
        defer { platform_set_errno(found) }
        switch open.call.wait(timeout) {
        case .ready: return RESPONSES_OK
        case .timedOut, .interrupted: return RESPONSES_AGAIN
        }
    }
}

/// Goes into a call beside its user, if there is one.
private func visiting(_ handle: OpaquePointer?, _ body: (Handle.Cell) -> Void) -> Int32 {
    let pointer = UnsafeMutableRawPointer(handle)
    let entry = platform_handle_visit(pointer, HandleKind.call.rawValue)
    guard entry == platform_entry_inside, let cell = Handle.Cell(handle) else {
        return entry == platform_entry_forked ? RESPONSES_E_FORKED : RESPONSES_E_INVALID
    }
    let found = platform_errno()
    body(cell)
    platform_handle_leave(cell, platform_share_visit)
    platform_set_errno(found)
    return RESPONSES_OK
}

@_cdecl("responses_call_cancel") @implementation
public func responses_call_cancel(_ handle: OpaquePointer?) -> Int32 {
    visiting(handle) { cell in
        Handle.inside(cell, as: OpenCall.self)._withUnsafeGuaranteedRef { $0.call.cancel() }
    }
}

@_cdecl("responses_call_response") @implementation
public func responses_call_response(_ handle: OpaquePointer?) -> OpaquePointer? {
    var response: OpaquePointer?
    _ = using(handle, nil) { open in
        response = open.lendResponse()
        return RESPONSES_OK
    }
    return response
}

// In the cell and not in the object, so that nobody has to go in to ask for it.
@_cdecl("responses_call_set_user_data") @implementation
public func responses_call_set_user_data(
    _ handle: OpaquePointer?, _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    visiting(handle) { platform_handle_set_extra($0, userData) }
}

@_cdecl("responses_call_user_data") @implementation
public func responses_call_user_data(_ handle: OpaquePointer?) -> UnsafeMutableRawPointer? {
    platform_handle_find(UnsafeRawPointer(handle), HandleKind.call.rawValue)
        .flatMap { platform_handle_extra($0) }
}

@_cdecl("responses_call_free") @implementation
public func responses_call_free(_ handle: OpaquePointer?) {
    guard let cell = Handle.end(handle, .call) else { return }
    let found = platform_errno()
    defer { platform_set_errno(found) }
    Handle.inside(cell, as: OpenCall.self)._withUnsafeGuaranteedRef { open in
        if open.call.engine.isOurs {
            // So that a thread inside comes out.
            open.call.cancel()
        } else {
            open.call.engine.abandon()
        }
    }
    platform_handle_leave(cell, platform_share_visit)
}
