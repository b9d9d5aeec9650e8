import CPlatform
import CResponses
import Responses

@_cdecl("responses_client_fd") @implementation
public func responses_client_fd(_ handle: OpaquePointer?) -> Int32 {
    answering(nil, nil) { () throws(ResponsesError) in
        let fd = try with(client: handle) { $0.engine.hostDescriptor() }
        if fd < 0 {
            throw EngineFailure(
                what: "cannot open the descriptor for the event loop", number: -fd
            ).error
        }
        return fd
    }
}

@_cdecl("responses_client_dispatch") @implementation
public func responses_client_dispatch(_ handle: OpaquePointer?) -> Int32 {
    answering(nil, nil) { () throws(ResponsesError) in
        try with(client: handle) { $0.engine.dispatch() }
        return RESPONSES_OK
    }
}

@_cdecl("responses_client_next_ready") @implementation
public func responses_client_next_ready(
    _ handle: OpaquePointer?, _ call: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
    answering(call, nil) { () throws(ResponsesError) in
        guard let call else { throw .invalid("call", "must not be NULL") }
        guard let ready = try with(client: handle, { $0.engine.nextReady() }) else {
            return RESPONSES_AGAIN
        }
        call.pointee = ready
        return RESPONSES_OK
    }
}

@_cdecl("responses_client_interrupt") @implementation
public func responses_client_interrupt(_ handle: OpaquePointer?) {
    // All of it in C: nothing there allocates, locks or counts references.
    platform_handle_interrupt(UnsafeMutableRawPointer(handle), HandleKind.client.rawValue)
}
