import CPlatform
import CResponses
import Responses

/// Starts a call and gives its handle to the caller.
@inline(never)
func start(
    _ named: NamedOperation, _ json: GivenJSON, _ handle: OpaquePointer?, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    answering(out, err) { () throws(ResponsesError) in
        let call = try with(client: handle) { client throws(ResponsesError) in
            try client.prepare { settings throws(ResponsesError) in try named.make(json, settings) }
        }
        return try handOver(call, to: out)
    }
}

/// Gives the handle of a call to the caller, and starts it.
@inline(never)
func handOver(_ call: Call, to out: HandleOut) throws(ResponsesError) -> Int32 {
    let open = try OpenCall(call)
    guard let out else {
        open.close()
        return RESPONSES_OK
    }
    do throws(ResponsesError) {
        try open.give(to: out)
    } catch {
        open.close()
        throw error
    }
    // As its user: the loop of another thread may come to it before this one is done with it.
    return using(out.pointee, nil) { open in
        if open.call.isRaw || open.call.isDownload { open.call.keepBytes() }
        open.call.start()
        return RESPONSES_OK
    }
}

/// Carries out a call to its end on this thread.
@inline(never)
func run(
    _ named: NamedOperation, _ json: GivenJSON, _ handle: OpaquePointer?, _ out: HandleOut,
    _ err: HandleOut, _ onEvent: responses_event_fn? = nil,
    _ userData: UnsafeMutableRawPointer? = nil
) -> Int32 {
    answering(out, err) { () throws(ResponsesError) in
        var client: Client?
        let call = try with(client: handle) { ours throws(ResponsesError) in
            let call = try ours.prepare { settings throws(ResponsesError) in
                try named.make(json, settings)
            }
            try ours.enter(call)
            client = ours
            return call
        }
        // The engine is the parent's when a callback has forked.
        defer { if call.engine.isOurs { client?.leave(call) } }
        return try finish(call, onEvent, userData, out)
    }
}

/// Carries out a call that is not started yet.
@inline(never)
func finish(
    _ call: Call, _ onEvent: responses_event_fn?, _ userData: UnsafeMutableRawPointer?,
    _ out: HandleOut
) throws(ResponsesError) -> Int32 {
    let open = try OpenCall(call)
    defer { if call.engine.isOurs { open.close() } }
    call.start()
    while true {
        switch call.next() {
        case .event:
            let answer = onEvent.map { $0(open.event, userData) } ?? 0
            // A callback may fork; its child comes back to here with what is the parent's.
            if !call.engine.isOurs { throw .forked() }
            if answer != 0 { call.stop(.user, "the callback returned \(answer)") }
            call.stopIfInterrupted()
        case .again: if call.wait(-1) == .interrupted { call.stopInterrupted() }
        case .done:
            if let response = call.response() { try give(response, .response, to: out) }
            return RESPONSES_OK
        case .failed(let error):
            // A stream that failed half-way leaves what had arrived.
            if onEvent != nil, let partial = call.response() {
                try give(partial, .response, to: out)
            }
            throw error
        }
    }
}

/// For a caller who only wants the end of a stream.
let ignoreEvent: responses_event_fn = { _, _ in 0 }

private func text(_ json: UnsafePointer<CChar>?, _ n: Int) -> GivenJSON { .text(input(json, n)) }

// MARK: create

@_cdecl("responses_create") @implementation
public func responses_create(
    _ client: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    run(.of(.create), text(json, n), client, out, err)
}

@_cdecl("responses_create_start") @implementation
public func responses_create_start(
    _ client: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    start(.of(.create), text(json, n), client, out, err)
}

// MARK: create stream

@_cdecl("responses_create_stream") @implementation
public func responses_create_stream(
    _ client: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int,
    _ onEvent: responses_event_fn?, _ userData: UnsafeMutableRawPointer?, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    run(.of(.createStream), text(json, n), client, out, err, onEvent ?? ignoreEvent, userData)
}

@_cdecl("responses_create_stream_start") @implementation
public func responses_create_stream_start(
    _ client: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    start(.of(.createStream), text(json, n), client, out, err)
}

// MARK: get

@_cdecl("responses_get") @implementation
public func responses_get(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ params: UnsafePointer<CChar>?,
    _ n: Int, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.of(.get, id), text(params, n), client, out, err)
}

@_cdecl("responses_get_start") @implementation
public func responses_get_start(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ params: UnsafePointer<CChar>?,
    _ n: Int, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.of(.get, id), text(params, n), client, out, err)
}

// MARK: get stream

@_cdecl("responses_get_stream") @implementation
public func responses_get_stream(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ params: UnsafePointer<CChar>?,
    _ n: Int, _ onEvent: responses_event_fn?, _ userData: UnsafeMutableRawPointer?,
    _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.of(.getStream, id), text(params, n), client, out, err, onEvent ?? ignoreEvent, userData)
}

@_cdecl("responses_get_stream_start") @implementation
public func responses_get_stream_start(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ params: UnsafePointer<CChar>?,
    _ n: Int, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.of(.getStream, id), text(params, n), client, out, err)
}

// MARK: cancel

@_cdecl("responses_cancel") @implementation
public func responses_cancel(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.of(.cancel, id), .text(nil), client, out, err)
}

@_cdecl("responses_cancel_start") @implementation
public func responses_cancel_start(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.of(.cancel, id), .text(nil), client, out, err)
}

// MARK: delete

@_cdecl("responses_delete") @implementation
public func responses_delete(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.of(.delete, id), .text(nil), client, out, err)
}

@_cdecl("responses_delete_start") @implementation
public func responses_delete_start(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.of(.delete, id), .text(nil), client, out, err)
}

// MARK: list input items

@_cdecl("responses_list_input_items") @implementation
public func responses_list_input_items(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ params: UnsafePointer<CChar>?,
    _ n: Int, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.of(.listInputItems, id), text(params, n), client, out, err)
}

@_cdecl("responses_list_input_items_start") @implementation
public func responses_list_input_items_start(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ params: UnsafePointer<CChar>?,
    _ n: Int, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.of(.listInputItems, id), text(params, n), client, out, err)
}

// MARK: count input tokens

@_cdecl("responses_count_input_tokens") @implementation
public func responses_count_input_tokens(
    _ client: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    run(.of(.countInputTokens), text(json, n), client, out, err)
}

@_cdecl("responses_count_input_tokens_start") @implementation
public func responses_count_input_tokens_start(
    _ client: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    start(.of(.countInputTokens), text(json, n), client, out, err)
}

// MARK: compact

@_cdecl("responses_compact") @implementation
public func responses_compact(
    _ client: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    run(.of(.compact), text(json, n), client, out, err)
}

@_cdecl("responses_compact_start") @implementation
public func responses_compact_start(
    _ client: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    start(.of(.compact), text(json, n), client, out, err)
}

// MARK: wait

@_cdecl("responses_wait") @implementation
public func responses_wait(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ timeout: Int32, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    run(.wait(id, timeout), .text(nil), client, out, err)
}

@_cdecl("responses_wait_start") @implementation
public func responses_wait_start(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ timeout: Int32, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    start(.wait(id, timeout), .text(nil), client, out, err)
}

// MARK: send

@_cdecl("responses_send") @implementation
public func responses_send(
    _ client: OpaquePointer?, _ method: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?,
    _ json: UnsafePointer<CChar>?, _ n: Int, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.send(method: method, path: path), text(json, n), client, out, err)
}

@_cdecl("responses_send_start") @implementation
public func responses_send_start(
    _ client: OpaquePointer?, _ method: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?,
    _ json: UnsafePointer<CChar>?, _ n: Int, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.send(method: method, path: path), text(json, n), client, out, err)
}
