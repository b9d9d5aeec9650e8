import CPlatform
import CResponses
import Responses

// MARK: the set

@_cdecl("responses_tools_new") @implementation
public func responses_tools_new(_ out: HandleOut, _ err: HandleOut) -> Int32 {
    answering(out, err) { () throws(ResponsesError) in
        try give(Toolbox(), .tools, to: out)
        return RESPONSES_OK
    }
}

@_cdecl("responses_tools_add") @implementation
public func responses_tools_add(
    _ tools: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ description: UnsafePointer<CChar>?,
    _ parameters: UnsafePointer<CChar>?, _ n: Int, _ fn: responses_tool_fn?,
    _ userData: UnsafeMutableRawPointer?, _ err: HandleOut
) -> Int32 {
    answering(nil, err) { () throws(ResponsesError) in
        try with(tools: tools) { tools throws(ResponsesError) in
            try tools.add(
                try required(name, "name"), input(description, -1), input(parameters, n),
                function(fn, userData))
        }
        return RESPONSES_OK
    }
}

@_cdecl("responses_tools_add_json") @implementation
public func responses_tools_add_json(
    _ tools: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ fn: responses_tool_fn?,
    _ userData: UnsafeMutableRawPointer?, _ err: HandleOut
) -> Int32 {
    answering(nil, err) { () throws(ResponsesError) in
        guard let json = input(json, n) else { throw .invalid("json", "must not be NULL") }
        try with(tools: tools) { tools throws(ResponsesError) in
            try tools.add(json, function(fn, userData))
        }
        return RESPONSES_OK
    }
}

@_cdecl("responses_tools_free") @implementation
public func responses_tools_free(_ tools: OpaquePointer?) { Handle.free(tools, .tools) }

/// The set behind a handle. It has no process: a child may use what its parent made.
private func with<Result>(
    tools handle: OpaquePointer?, _ body: (Toolbox) throws(ResponsesError) -> Result
) throws(ResponsesError) -> Result {
    guard let toolbox = Handle.object(handle, .tools, as: Toolbox.self) else {
        throw .invalid("tools", "is NULL, was freed, or is not a set of tools")
    }
    return try body(toolbox.takeUnretainedValue())
}

private func function(_ fn: responses_tool_fn?, _ userData: UnsafeMutableRawPointer?)
    -> ToolFunction?
{
    fn.map { fn in
        ToolFunction { call in
            guard let handle = open(call) else { return false }
            let found = platform_errno()
            fn(handle, userData)
            platform_set_errno(found)
            return true
        }
    }
}

/// Gives the call to the host.
private func open(_ call: ToolCall) -> OpaquePointer? {
    Handle.make(
        .toolCall, call,
        close: { object in
            let call = Unmanaged<ToolCall>.fromOpaque(object)
            // The parent's memory stays where it is in a child: the engine must not end there.
            if call._withUnsafeGuaranteedRef({ $0.engine.isOurs }) { call.release() }
        })
}

// MARK: runs

/// The tools of a run; NULL is none.
func toolbox(_ handle: OpaquePointer?) throws(ResponsesError) -> Toolbox? {
    if handle == nil { return nil }
    return try with(tools: handle) { $0 }
}

@_cdecl("responses_run") @implementation
public func responses_run(
    _ client: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ tools: OpaquePointer?,
    _ onEvent: responses_event_fn?, _ userData: UnsafeMutableRawPointer?, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    run(.run(tools), .text(input(json, n)), client, out, err, onEvent ?? ignoreEvent, userData)
}

@_cdecl("responses_run_start") @implementation
public func responses_run_start(
    _ client: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ tools: OpaquePointer?,
    _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.run(tools), .text(input(json, n)), client, out, err)
}

@_cdecl("responses_session_run") @implementation
public func responses_session_run(
    _ session: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ tools: OpaquePointer?,
    _ onEvent: responses_event_fn?, _ userData: UnsafeMutableRawPointer?, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    answering(out, err) { () throws(ResponsesError) in
        try finish(
            try prepareRun(session, input(json, n), tools), onEvent ?? ignoreEvent, userData, out)
    }
}

@_cdecl("responses_session_run_start") @implementation
public func responses_session_run_start(
    _ session: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ tools: OpaquePointer?,
    _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    answering(out, err) { () throws(ResponsesError) in
        try handOver(try prepareRun(session, input(json, n), tools), to: out)
    }
}

private func prepareRun(_ session: OpaquePointer?, _ json: Input?, _ tools: OpaquePointer?)
    throws(ResponsesError) -> Call
{
    let tools = try toolbox(tools)
    return try with(session: session) { session throws(ResponsesError) in
        try session.prepareRun(.text(json), tools)
    }
}

// MARK: a call of a function

private func toolCall(_ handle: OpaquePointer?) -> Unmanaged<ToolCall>? {
    Handle.object(handle, .toolCall, as: ToolCall.self)
}

@_cdecl("responses_tool_call_name") @implementation
public func responses_tool_call_name(_ call: OpaquePointer?) -> UnsafePointer<CChar>? {
    output(toolCall(call)?._withUnsafeGuaranteedRef { $0.name }, nil)
}

@_cdecl("responses_tool_call_id") @implementation
public func responses_tool_call_id(_ call: OpaquePointer?) -> UnsafePointer<CChar>? {
    output(toolCall(call)?._withUnsafeGuaranteedRef { $0.id }, nil)
}

@_cdecl("responses_tool_call_arguments") @implementation
public func responses_tool_call_arguments(
    _ call: OpaquePointer?, _ len: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
    output(toolCall(call)?._withUnsafeGuaranteedRef { $0.arguments }, len)
}

@_cdecl("responses_tool_call_answer") @implementation
public func responses_tool_call_answer(
    _ call: OpaquePointer?, _ text: UnsafePointer<CChar>?, _ n: Int, _ err: HandleOut
) -> Int32 {
    give(call, input(text, n), "output", err) { (call, text) throws(ResponsesError) in
        try call.answer(text: text)
    }
}

@_cdecl("responses_tool_call_answer_json") @implementation
public func responses_tool_call_answer_json(
    _ call: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ n: Int, _ err: HandleOut
) -> Int32 {
    give(call, input(json, n), "json", err) { (call, json) throws(ResponsesError) in
        try call.answer(json: json)
    }
}

@_cdecl("responses_tool_call_fail") @implementation
public func responses_tool_call_fail(
    _ call: OpaquePointer?, _ message: UnsafePointer<CChar>?, _ n: Int, _ err: HandleOut
) -> Int32 {
    give(call, input(message, n), "message", err) { (call, message) throws(ResponsesError) in
        try call.fail(message)
    }
}

private func give(
    _ handle: OpaquePointer?, _ text: Input?, _ argument: StaticString, _ err: HandleOut,
    _ body: (ToolCall, Input) throws(ResponsesError) -> Void
) -> Int32 {
    answering(nil, err) { () throws(ResponsesError) in
        let pointer = UnsafeMutableRawPointer(handle)
        let entry = platform_handle_visit(pointer, HandleKind.toolCall.rawValue)
        guard entry == platform_entry_inside, let cell = Handle.Cell(handle) else {
            if entry == platform_entry_forked { throw .forked() }
            throw .invalid("call", "is NULL, was freed, or is not a call of a tool")
        }
        defer { platform_handle_leave(cell, platform_share_visit) }
        guard let text else { throw .invalid(Message(argument), "must not be NULL") }
        try body(Handle.inside(cell, as: ToolCall.self).takeUnretainedValue(), text)
        return RESPONSES_OK
    }
}

@_cdecl("responses_tool_call_free") @implementation
public func responses_tool_call_free(_ handle: OpaquePointer?) {
    guard let cell = Handle.end(handle, .toolCall) else { return }
    let found = platform_errno()
    defer { platform_set_errno(found) }
    Handle.inside(cell, as: ToolCall.self)._withUnsafeGuaranteedRef {
        if $0.engine.isOurs { $0.giveUp() }
    }
    platform_handle_leave(cell, platform_share_visit)
}
