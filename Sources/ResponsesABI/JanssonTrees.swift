import CJansson
import CPlatform
import CResponses
import Responses

/// Places of the caller for trees.
public typealias TreeOut = UnsafeMutablePointer<UnsafeMutablePointer<json_t>?>?

/// Gives the value at a JSON pointer to the caller.
private func give(
    _ json: UnsafeBufferPointer<UInt8>, _ pointer: UnsafePointer<CChar>?, _ words: StaticString,
    to out: TreeOut, _ err: HandleOut
) -> Int32 {
    do throws(ResponsesError) {
        let tree = try JSONTree.make(
            try required(pointer, "json_pointer"), in: json, otherwise: words)
        if let out { out.pointee = tree } else { JSONTree.release(tree) }
        return RESPONSES_OK
    } catch {
        return report(error, err)
    }
}

@_cdecl("responses_response_tree") @implementation
public func responses_response_tree(
    _ response: OpaquePointer?, _ pointer: UnsafePointer<CChar>?, _ out: TreeOut, _ err: HandleOut
) -> Int32 {
    out?.pointee = nil
    err?.pointee = nil
    guard let object = Handle.object(response, .response, as: Response.self) else {
        return report(.invalid("response", "is NULL, was freed, or is not a response"), err)
    }
    return object._withUnsafeGuaranteedRef {
        give($0.json, pointer, "responses_response_json()", to: out, err)
    }
}

@_cdecl("responses_event_tree") @implementation
public func responses_event_tree(
    _ event: OpaquePointer?, _ pointer: UnsafePointer<CChar>?, _ out: TreeOut, _ err: HandleOut
) -> Int32 {
    out?.pointee = nil
    err?.pointee = nil
    guard let object = Handle.object(event, .event, as: Event.self) else {
        return report(.invalid("event", "is NULL, was freed, or is not an event"), err)
    }
    return object._withUnsafeGuaranteedRef {
        give($0.json, pointer, "responses_event_json()", to: out, err)
    }
}

@_cdecl("responses_error_tree") @implementation
public func responses_error_tree(
    _ error: OpaquePointer?, _ pointer: UnsafePointer<CChar>?, _ out: TreeOut, _ err: HandleOut
) -> Int32 {
    out?.pointee = nil
    err?.pointee = nil
    guard let object = Handle.object(error, .error, as: ResponsesError.self) else {
        return report(.invalid("error", "is NULL, was freed, or is not an error"), err)
    }
    return object._withUnsafeGuaranteedRef {
        let body = $0.details.body?.buffer ?? UnsafeBufferPointer(start: nil, count: 0)
        return give(body, pointer, "RESPONSES_ERROR_BODY", to: out, err)
    }
}

// MARK: all pages

private func eachItem(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ params: Text?,
    _ onItem: responses_jansson_item_fn?, _ userData: UnsafeMutableRawPointer?, _ err: HandleOut
) throws(ResponsesError) -> Int32 {
    var params = params
    // Pages that go in a circle come back to an earlier page: after R. P. Brent (1980), one that is kept, and
    // changed after 1, 3, 7 pages and so on, finds each circle.
    var kept: Text?
    var pages = 0
    let interrupts = try countInterrupts(client)
    while true {
        var page: OpaquePointer?
        let json: GivenJSON = params.map { .owned($0) } ?? .text(nil)
        let status = run(.of(.listInputItems, id), json, client, &page, err)
        defer { Handle.free(page, .response) }
        guard status == RESPONSES_OK,
            let answer = Handle.object(page, .response, as: Response.self)
        else { return status }
        let items = answer._withUnsafeGuaranteedRef { $0.json }
        let next = try handOver(items, after: params, onItem, userData) {
            () throws(ResponsesError) in
            try endIfInterrupted(client, since: interrupts)
        }
        guard let next else { return RESPONSES_OK }
        try endIfInterrupted(client, since: interrupts)
        if let kept, equal(kept.buffer, next.buffer) {
            throw ResponsesError(
                .protocol, "the pages go in a circle: two of them end with the same item")
        }
        pages = pages &+ 1
        if pages & (pages &+ 1) == 0 { kept = next }
        params = next
    }
}

private func countInterrupts(_ client: OpaquePointer?) throws(ResponsesError) -> UInt64 {
    try with(client: client) { platform_interrupt_count($0.engine.interrupt) }
}

/// Each page is a call of its own, which knows of no interrupt before it: what came in a callback is noticed
/// here. A client that was freed there is noticed by the next page.
@inline(never)
private func endIfInterrupted(_ client: OpaquePointer?, since count: UInt64) throws(ResponsesError)
{
    guard let now = try? countInterrupts(client), now != count else { return }
    throw ResponsesError(.cancelled, "the program interrupted the client")
}

/// Calls the function with each item of a page, and `check` before. Returns the parameters of the next page.
private func handOver(
    _ json: UnsafeBufferPointer<UInt8>, after params: Text?, _ onItem: responses_jansson_item_fn?,
    _ userData: UnsafeMutableRawPointer?, _ check: () throws(ResponsesError) -> Void
) throws(ResponsesError) -> Text? {
    guard let start = json.baseAddress, let page = JSONValue(checking: start, count: json.count)
    else { return nil }
    var next: Text?
    var failure: ResponsesError?
    var end: ResponsesError?
    do throws(ResponsesError) {
        next = try Operation.nextPage(of: page, after: params)
    } catch {
        end = error
    }
    // The same page once more, from a server that does not say whether there is one.
    if let next, let params, equal(next.buffer, params.buffer) { return nil }
    page.member("data")?.forEach { _, item in
        do throws(ResponsesError) {
            try check()
            let tree = try JSONTree.make(item, in: page, otherwise: "responses_list_input_items()")
            let answer = onItem.map { $0(tree, userData) } ?? 0
            JSONTree.release(tree)
            if answer != 0 { throw ResponsesError(.user, "the callback returned \(answer)") }
        } catch {
            failure = error
        }
        return failure == nil
    }
    if let failure = failure ?? end { throw failure }
    return next
}

@inline(never)
private func eachItem(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ given: Given,
    _ onItem: responses_jansson_item_fn?, _ userData: UnsafeMutableRawPointer?, _ err: HandleOut
) -> Int32 {
    err?.pointee = nil
    do throws(ResponsesError) {
        let params = try given.text("params", isNeeded: false)
        return try eachItem(client, id, params, onItem, userData, err)
    } catch {
        return report(error, err)
    }
}

@_cdecl("responses_jansson_each_input_item") @implementation
public func responses_jansson_each_input_item(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ tree: UnsafePointer<json_t>?,
    _ onItem: responses_jansson_item_fn?, _ userData: UnsafeMutableRawPointer?, _ err: HandleOut
) -> Int32 {
    eachItem(client, id, .borrowed(tree), onItem, userData, err)
}

@_cdecl("responses_jansson_each_input_item_new") @implementation
public func responses_jansson_each_input_item_new(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ tree: UnsafeMutablePointer<json_t>?,
    _ onItem: responses_jansson_item_fn?, _ userData: UnsafeMutableRawPointer?, _ err: HandleOut
) -> Int32 {
    eachItem(client, id, .taken(tree), onItem, userData, err)
}
