import CPlatform
import CResponses
import Responses

@_cdecl("responses_session_open") @implementation
public func responses_session_open(
    _ client: OpaquePointer?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    answering(out, err) { () throws(ResponsesError) in
        var ours: Client?
        let session = try with(client: client) { client throws(ResponsesError) in
            ours = client
            return try client.makeSession()
        }
        do throws(ResponsesError) {
            let opening = try session.prepareOpen()
            try ours?.enter(opening)
            // The engine is the parent's when a callback has forked.
            defer { if session.engine.isOurs { ours?.leave(opening) } }
            _ = try finish(opening, nil, nil, nil)
        } catch {
            if session.engine.isOurs { session.close() }
            throw error
        }
        try give(session, to: out)
        return RESPONSES_OK
    }
}

@_cdecl("responses_session_open_start") @implementation
public func responses_session_open_start(
    _ client: OpaquePointer?, _ out: HandleOut, _ call: HandleOut, _ err: HandleOut
) -> Int32 {
    call?.pointee = nil
    return answering(out, err) { () throws(ResponsesError) in
        let session = try with(client: client) { client throws(ResponsesError) in
            try client.makeSession()
        }
        let opening = try session.prepareOpen()
        try give(session, to: out)
        guard call != nil else {
            session.open()
            return RESPONSES_OK
        }
        do throws(ResponsesError) { return try handOver(opening, to: call) } catch {
            responses_session_free(out?.pointee)
            out?.pointee = nil
            throw error
        }
    }
}

private func give(_ session: Session, to out: HandleOut) throws(ResponsesError) {
    guard let out else { return session.close() }
    let handle = Handle.make(
        .session, session,
        close: { object in
            let session = Unmanaged<Session>.fromOpaque(object)
            // The parent's memory stays where it is in a child: nothing of libcurl may run on it.
            if session._withUnsafeGuaranteedRef({ $0.engine.isOurs }) { session.release() }
        })
    guard let handle else {
        session.close()
        throw .noMemory()
    }
    out.pointee = handle
}

/// Uses a session for the time of a function of the header, in the process that made it.
func with<Result>(
    session handle: OpaquePointer?, _ body: (Session) throws(ResponsesError) -> Result
) throws(ResponsesError) -> Result {
    let entry = platform_handle_visit(
        UnsafeMutableRawPointer(handle), HandleKind.session.rawValue)
    guard entry == platform_entry_inside, let cell = Handle.Cell(handle) else {
        if entry == platform_entry_forked { throw .forked() }
        throw .invalid("session", "is NULL, was freed, or is not a session")
    }
    defer { platform_handle_leave(cell, platform_share_visit) }
    return try body(Handle.inside(cell, as: Session.self).takeUnretainedValue())
}

private func text(_ json: UnsafePointer<CChar>?, _ n: Int) -> GivenJSON { .text(input(json, n)) }

@_cdecl("responses_session_create") @implementation
public func responses_session_create(
    _ session: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    create(session, text(json, n), nil, nil, out, err)
}

@_cdecl("responses_session_create_stream") @implementation
public func responses_session_create_stream(
    _ session: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int,
    _ onEvent: responses_event_fn?, _ userData: UnsafeMutableRawPointer?, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    create(session, text(json, n), onEvent ?? ignoreEvent, userData, out, err)
}

private func create(
    _ session: OpaquePointer?, _ json: GivenJSON, _ onEvent: responses_event_fn?,
    _ userData: UnsafeMutableRawPointer?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    answering(out, err) { () throws(ResponsesError) in
        let call = try with(session: session) { session throws(ResponsesError) in
            try session.prepareCreate(json)
        }
        return try finish(call, onEvent, userData, out)
    }
}

@_cdecl("responses_session_create_start") @implementation
public func responses_session_create_start(
    _ session: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    answering(out, err) { () throws(ResponsesError) in
        let call = try with(session: session) { session throws(ResponsesError) in
            try session.prepareCreate(text(json, n))
        }
        return try handOver(call, to: out)
    }
}

@_cdecl("responses_session_send_start") @implementation
public func responses_session_send_start(
    _ session: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    answering(out, err) { () throws(ResponsesError) in
        let call = try with(session: session) { session throws(ResponsesError) in
            try session.prepareSend(text(json, n))
        }
        return try handOver(call, to: out)
    }
}

@_cdecl("responses_session_connections") @implementation
public func responses_session_connections(_ handle: OpaquePointer?) -> Int32 {
    do throws(ResponsesError) {
        return try with(session: handle) { session in
            session.engine.locked { session.connections }
        }
    } catch { return -1 }
}

@_cdecl("responses_session_free") @implementation
public func responses_session_free(_ handle: OpaquePointer?) {
    guard let cell = Handle.end(handle, .session) else { return }
    let found = platform_errno()
    defer { platform_set_errno(found) }
    Handle.inside(cell, as: Session.self)._withUnsafeGuaranteedRef {
        if $0.engine.isOurs { $0.close() }
    }
    platform_handle_leave(cell, platform_share_visit)
}
