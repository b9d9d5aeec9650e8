import CJansson
import CPlatform
import CResponses
import Responses

// The operations with JSON as trees of jansson. A tree is written into the request before anything else
// happens; from there on they are their namesakes.

extension NamedOperation {
    /// What the tree is called in the header, and whether it must be there: parameters and the body of
    /// `send` need not be.
    fileprivate var argument: (name: StaticString, isNeeded: Bool) {
        switch self {
        case .of(let endpoint, _):
            if case .request = endpoint.takes { return ("request", true) }
            return ("params", false)
        default: return ("body", false)
        }
    }
}

/// A tree that was given, and whether its reference is the library's to give back.
struct Given {
    let tree: UnsafePointer<json_t>?
    let taken: UnsafeMutablePointer<json_t>?

    static func borrowed(_ tree: UnsafePointer<json_t>?) -> Given { Given(tree: tree, taken: nil) }
    static func taken(_ tree: UnsafeMutablePointer<json_t>?) -> Given {
        Given(tree: UnsafePointer(tree), taken: tree)
    }

    /// Its text, and the reference is given back. Nil where there is no tree and none is needed.
    func text(_ argument: StaticString, isNeeded: Bool) throws(ResponsesError) -> Text? {
        defer { JSONTree.release(taken: taken) }
        if tree == nil && !isNeeded { return nil }
        return try JSONTree.text(tree, argument: argument)
    }
}

/// Blocks until the answer is there.
@inline(never)
private func run(
    _ named: NamedOperation, _ given: Given, _ client: OpaquePointer?, _ out: HandleOut,
    _ err: HandleOut, _ onEvent: responses_event_fn? = nil,
    _ userData: UnsafeMutableRawPointer? = nil
) -> Int32 {
    withText(of: given, named, out, err) { run(named, $0, client, out, err, onEvent, userData) }
}

@inline(never)
private func start(
    _ named: NamedOperation, _ given: Given, _ client: OpaquePointer?, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    withText(of: given, named, out, err) { start(named, $0, client, out, err) }
}

private func withText(
    of given: Given, _ named: NamedOperation, _ out: HandleOut, _ err: HandleOut,
    _ body: (GivenJSON) -> Int32
) -> Int32 {
    out?.pointee = nil
    err?.pointee = nil
    do throws(ResponsesError) {
        let argument = named.argument
        let text = try given.text(argument.name, isNeeded: argument.isNeeded)
        return body(text.map { .owned($0) } ?? .text(nil))
    } catch {
        return report(error, err)
    }
}

// MARK: create

@_cdecl("responses_jansson_create") @implementation
public func responses_jansson_create(
    _ client: OpaquePointer?, _ tree: UnsafePointer<json_t>?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.of(.create), .borrowed(tree), client, out, err)
}

@_cdecl("responses_jansson_create_new") @implementation
public func responses_jansson_create_new(
    _ client: OpaquePointer?, _ tree: UnsafeMutablePointer<json_t>?, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    run(.of(.create), .taken(tree), client, out, err)
}

@_cdecl("responses_jansson_create_start") @implementation
public func responses_jansson_create_start(
    _ client: OpaquePointer?, _ tree: UnsafePointer<json_t>?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.of(.create), .borrowed(tree), client, out, err)
}

@_cdecl("responses_jansson_create_start_new") @implementation
public func responses_jansson_create_start_new(
    _ client: OpaquePointer?, _ tree: UnsafeMutablePointer<json_t>?, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    start(.of(.create), .taken(tree), client, out, err)
}

// MARK: create stream

@_cdecl("responses_jansson_create_stream") @implementation
public func responses_jansson_create_stream(
    _ client: OpaquePointer?, _ tree: UnsafePointer<json_t>?, _ onEvent: responses_event_fn?,
    _ userData: UnsafeMutableRawPointer?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.of(.createStream), .borrowed(tree), client, out, err, onEvent ?? ignoreEvent, userData)
}

@_cdecl("responses_jansson_create_stream_new") @implementation
public func responses_jansson_create_stream_new(
    _ client: OpaquePointer?, _ tree: UnsafeMutablePointer<json_t>?, _ onEvent: responses_event_fn?,
    _ userData: UnsafeMutableRawPointer?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.of(.createStream), .taken(tree), client, out, err, onEvent ?? ignoreEvent, userData)
}

@_cdecl("responses_jansson_create_stream_start") @implementation
public func responses_jansson_create_stream_start(
    _ client: OpaquePointer?, _ tree: UnsafePointer<json_t>?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.of(.createStream), .borrowed(tree), client, out, err)
}

@_cdecl("responses_jansson_create_stream_start_new") @implementation
public func responses_jansson_create_stream_start_new(
    _ client: OpaquePointer?, _ tree: UnsafeMutablePointer<json_t>?, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    start(.of(.createStream), .taken(tree), client, out, err)
}

// MARK: get

@_cdecl("responses_jansson_get") @implementation
public func responses_jansson_get(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ tree: UnsafePointer<json_t>?,
    _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.of(.get, id), .borrowed(tree), client, out, err)
}

@_cdecl("responses_jansson_get_new") @implementation
public func responses_jansson_get_new(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ tree: UnsafeMutablePointer<json_t>?,
    _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.of(.get, id), .taken(tree), client, out, err)
}

@_cdecl("responses_jansson_get_start") @implementation
public func responses_jansson_get_start(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ tree: UnsafePointer<json_t>?,
    _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.of(.get, id), .borrowed(tree), client, out, err)
}

@_cdecl("responses_jansson_get_start_new") @implementation
public func responses_jansson_get_start_new(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ tree: UnsafeMutablePointer<json_t>?,
    _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.of(.get, id), .taken(tree), client, out, err)
}

// MARK: get stream

@_cdecl("responses_jansson_get_stream") @implementation
public func responses_jansson_get_stream(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ tree: UnsafePointer<json_t>?,
    _ onEvent: responses_event_fn?, _ userData: UnsafeMutableRawPointer?, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    run(.of(.getStream, id), .borrowed(tree), client, out, err, onEvent ?? ignoreEvent, userData)
}

@_cdecl("responses_jansson_get_stream_new") @implementation
public func responses_jansson_get_stream_new(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ tree: UnsafeMutablePointer<json_t>?,
    _ onEvent: responses_event_fn?, _ userData: UnsafeMutableRawPointer?, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    run(.of(.getStream, id), .taken(tree), client, out, err, onEvent ?? ignoreEvent, userData)
}

@_cdecl("responses_jansson_get_stream_start") @implementation
public func responses_jansson_get_stream_start(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ tree: UnsafePointer<json_t>?,
    _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.of(.getStream, id), .borrowed(tree), client, out, err)
}

@_cdecl("responses_jansson_get_stream_start_new") @implementation
public func responses_jansson_get_stream_start_new(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ tree: UnsafeMutablePointer<json_t>?,
    _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.of(.getStream, id), .taken(tree), client, out, err)
}

// MARK: list input items

@_cdecl("responses_jansson_list_input_items") @implementation
public func responses_jansson_list_input_items(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ tree: UnsafePointer<json_t>?,
    _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.of(.listInputItems, id), .borrowed(tree), client, out, err)
}

@_cdecl("responses_jansson_list_input_items_new") @implementation
public func responses_jansson_list_input_items_new(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ tree: UnsafeMutablePointer<json_t>?,
    _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.of(.listInputItems, id), .taken(tree), client, out, err)
}

@_cdecl("responses_jansson_list_input_items_start") @implementation
public func responses_jansson_list_input_items_start(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ tree: UnsafePointer<json_t>?,
    _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.of(.listInputItems, id), .borrowed(tree), client, out, err)
}

@_cdecl("responses_jansson_list_input_items_start_new") @implementation
public func responses_jansson_list_input_items_start_new(
    _ client: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ tree: UnsafeMutablePointer<json_t>?,
    _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.of(.listInputItems, id), .taken(tree), client, out, err)
}

// MARK: count input tokens

@_cdecl("responses_jansson_count_input_tokens") @implementation
public func responses_jansson_count_input_tokens(
    _ client: OpaquePointer?, _ tree: UnsafePointer<json_t>?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.of(.countInputTokens), .borrowed(tree), client, out, err)
}

@_cdecl("responses_jansson_count_input_tokens_new") @implementation
public func responses_jansson_count_input_tokens_new(
    _ client: OpaquePointer?, _ tree: UnsafeMutablePointer<json_t>?, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    run(.of(.countInputTokens), .taken(tree), client, out, err)
}

@_cdecl("responses_jansson_count_input_tokens_start") @implementation
public func responses_jansson_count_input_tokens_start(
    _ client: OpaquePointer?, _ tree: UnsafePointer<json_t>?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.of(.countInputTokens), .borrowed(tree), client, out, err)
}

@_cdecl("responses_jansson_count_input_tokens_start_new") @implementation
public func responses_jansson_count_input_tokens_start_new(
    _ client: OpaquePointer?, _ tree: UnsafeMutablePointer<json_t>?, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    start(.of(.countInputTokens), .taken(tree), client, out, err)
}

// MARK: compact

@_cdecl("responses_jansson_compact") @implementation
public func responses_jansson_compact(
    _ client: OpaquePointer?, _ tree: UnsafePointer<json_t>?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.of(.compact), .borrowed(tree), client, out, err)
}

@_cdecl("responses_jansson_compact_new") @implementation
public func responses_jansson_compact_new(
    _ client: OpaquePointer?, _ tree: UnsafeMutablePointer<json_t>?, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    run(.of(.compact), .taken(tree), client, out, err)
}

@_cdecl("responses_jansson_compact_start") @implementation
public func responses_jansson_compact_start(
    _ client: OpaquePointer?, _ tree: UnsafePointer<json_t>?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.of(.compact), .borrowed(tree), client, out, err)
}

@_cdecl("responses_jansson_compact_start_new") @implementation
public func responses_jansson_compact_start_new(
    _ client: OpaquePointer?, _ tree: UnsafeMutablePointer<json_t>?, _ out: HandleOut,
    _ err: HandleOut
) -> Int32 {
    start(.of(.compact), .taken(tree), client, out, err)
}

// MARK: send

@_cdecl("responses_jansson_send") @implementation
public func responses_jansson_send(
    _ client: OpaquePointer?, _ method: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?,
    _ tree: UnsafePointer<json_t>?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.send(method: method, path: path), .borrowed(tree), client, out, err)
}

@_cdecl("responses_jansson_send_new") @implementation
public func responses_jansson_send_new(
    _ client: OpaquePointer?, _ method: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?,
    _ tree: UnsafeMutablePointer<json_t>?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.send(method: method, path: path), .taken(tree), client, out, err)
}

@_cdecl("responses_jansson_send_start") @implementation
public func responses_jansson_send_start(
    _ client: OpaquePointer?, _ method: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?,
    _ tree: UnsafePointer<json_t>?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.send(method: method, path: path), .borrowed(tree), client, out, err)
}

@_cdecl("responses_jansson_send_start_new") @implementation
public func responses_jansson_send_start_new(
    _ client: OpaquePointer?, _ method: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?,
    _ tree: UnsafeMutablePointer<json_t>?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.send(method: method, path: path), .taken(tree), client, out, err)
}
