import CPlatform
import CResponses
import Responses

@_cdecl("responses_call_next") @implementation @_optimize(speed)
public func responses_call_next(
    _ handle: OpaquePointer?, _ event: UnsafeMutablePointer<OpaquePointer?>?, _ err: HandleOut
) -> Int32 {
    event?.pointee = nil
    return using(handle, err) { open in
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

@_cdecl("responses_call_wait") @implementation
public func responses_call_wait(_ handle: OpaquePointer?, _ timeout: Int32) -> Int32 {
    using(handle, nil) { open in
        let found = platform_errno()
        let interrupts = platform_interrupt_count(open.call.engine.interrupt)
        defer { platform_set_errno(found) }
        switch open.call.wait(timeout, interrupts: interrupts) {
        case .ready: return RESPONSES_OK
        case .timedOut, .interrupted: return RESPONSES_AGAIN
        }
    }
}

@_cdecl("responses_call_cancel") @implementation
public func responses_call_cancel(_ handle: OpaquePointer?) -> Int32 {
    // Not `using`: another thread may be in the call, and is to be stopped.
    guard let object = Handle.object(handle, .call, as: OpenCall.self) else {
        return RESPONSES_E_INVALID
    }
    return object._withUnsafeGuaranteedRef { open in
        if !open.call.engine.isOurs { return RESPONSES_E_FORKED }
        open.call.cancel()
        return RESPONSES_OK
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

@_cdecl("responses_call_set_user_data") @implementation
public func responses_call_set_user_data(
    _ handle: OpaquePointer?, _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    guard let object = Handle.object(handle, .call, as: OpenCall.self) else {
        return RESPONSES_E_INVALID
    }
    object._withUnsafeGuaranteedRef { $0.userData = userData }
    return RESPONSES_OK
}

@_cdecl("responses_call_user_data") @implementation
public func responses_call_user_data(_ handle: OpaquePointer?) -> UnsafeMutableRawPointer? {
    Handle.object(handle, .call, as: OpenCall.self)?._withUnsafeGuaranteedRef { $0.userData }
}

@_cdecl("responses_call_free") @implementation
public func responses_call_free(_ handle: OpaquePointer?) {
    guard let object = Handle.end(handle, .call, as: OpenCall.self) else { return }
    let isOurs = object._withUnsafeGuaranteedRef { open in
        if open.call.engine.isOurs { return true }
        open.call.engine.abandon()
        return false
    }
    // The parent's memory stays where it is in a child: nothing of libcurl may run on it.
    if !isOurs { return }
    let isLast = object._withUnsafeGuaranteedRef { open in
        // Cancelled first, so that a thread inside comes out.
        open.call.cancel()
        if !open.call.giveUp() { return false }
        open.close()
        return true
    }
    if isLast { object.release() }
}
