import CPlatform
import CResponses
import Responses

@_cdecl("responses_client_new") @implementation
public func responses_client_new(_ out: HandleOut, _ err: HandleOut) -> Int32 {
    answering(out, err) { () throws(ResponsesError) in
        try give(try Client.make(), to: out)
        return RESPONSES_OK
    }
}

@_cdecl("responses_client_derive") @implementation
public func responses_client_derive(_ handle: OpaquePointer?, _ out: HandleOut, _ err: HandleOut)
    -> Int32
{
    answering(out, err) { () throws(ResponsesError) in
        try give(try with(client: handle) { $0.derive() }, to: out)
        return RESPONSES_OK
    }
}

/// With the engine's interrupt beside it, so that a signal handler finds it without touching an object.
private func give(_ client: Client, to out: HandleOut) throws(ResponsesError) {
    guard let out else { return }
    guard
        let handle = Handle.make(
            .client, client, extra: UnsafeMutableRawPointer(client.engine.interrupt),
            close: { object in
                let client = Unmanaged<Client>.fromOpaque(object)
                // The parent's memory stays where it is in a child: nothing of libcurl may run on it.
                if client._withUnsafeGuaranteedRef({ $0.engine.isOurs }) { client.release() }
            })
    else { throw .noMemory() }
    out.pointee = handle
}

@_cdecl("responses_client_set") @implementation
public func responses_client_set(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?,
    _ err: HandleOut
) -> Int32 {
    answering(nil, err) { () throws(ResponsesError) in
        try with(client: handle) { client throws(ResponsesError) in
            try client.set(try required(name, "name"), input(value, -1))
        }
        return RESPONSES_OK
    }
}

@_cdecl("responses_option_name") @implementation
public func responses_option_name(_ index: Int) -> UnsafePointer<CChar>? {
    Option.at(index).map { staticText($0.name) }
}

@_cdecl("responses_client_set_header") @implementation
public func responses_client_set_header(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?,
    _ err: HandleOut
) -> Int32 {
    answering(nil, err) { () throws(ResponsesError) in
        try with(client: handle) { client throws(ResponsesError) in
            try client.setHeader(try required(name, "name"), input(value, -1))
        }
        return RESPONSES_OK
    }
}

@_cdecl("responses_client_set_log") @implementation
public func responses_client_set_log(
    _ handle: OpaquePointer?, _ level: Int32, _ fn: responses_log_fn?,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    answering(nil, nil) { () throws(ResponsesError) in
        guard level >= RESPONSES_LOG_NONE, level <= RESPONSES_LOG_DEBUG else {
            throw .invalid("level", "expected one of RESPONSES_LOG_NONE to RESPONSES_LOG_DEBUG")
        }
        try with(client: handle) { $0.setLog(Log(level: level, fn, userData)) }
        return RESPONSES_OK
    }
}

@_cdecl("responses_client_free") @implementation
public func responses_client_free(_ handle: OpaquePointer?) {
    guard let cell = Handle.end(handle, .client) else { return }
    let found = platform_errno()
    defer { platform_set_errno(found) }
    Handle.inside(cell, as: Client.self)._withUnsafeGuaranteedRef { client in
        if client.engine.isOurs { client.free() } else { client.engine.abandon() }
    }
    platform_handle_leave(cell, platform_share_visit)
}
