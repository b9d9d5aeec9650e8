import CPlatform
import CResponses
import Responses

/// Places of the caller for results.
public typealias HandleOut = UnsafeMutablePointer<OpaquePointer?>?

/// Text that the caller passed; NULL is nil.
@inline(__always)
func input(_ text: UnsafePointer<CChar>?, _ count: Int) -> Input? {
    guard let text else { return nil }
    let length = count == -1 ? strlen(text) : count  // RESPONSES_NTS
    return Input(
        start: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: max(0, length))
}

/// Text that ends in NUL and must be there.
func required(_ text: UnsafePointer<CChar>?, _ argument: StaticString) throws(ResponsesError)
    -> Input
{
    guard let text = input(text, -1) else { throw .invalid(Message(argument), "must not be NULL") }
    return text
}

/// Hands out text with its length.
@inline(__always)
func output(_ text: UnsafeBufferPointer<UInt8>, _ len: UnsafeMutablePointer<Int>?)
    -> UnsafePointer<CChar>?
{
    len?.pointee = text.count
    return UnsafeRawPointer(text.baseAddress ?? UnsafePointer(platform_nothing()))
        .assumingMemoryBound(to: CChar.self)
}

@inline(__always)
func output(_ text: Text?, _ len: UnsafeMutablePointer<Int>?) -> UnsafePointer<CChar>? {
    len?.pointee = text?.count ?? 0
    return text?.cString ?? emptyText
}

var emptyText: UnsafePointer<CChar> {
    UnsafeRawPointer(platform_nothing()).assumingMemoryBound(to: CChar.self)
}

/// Runs the body of a function of the header: clears the places for results, keeps `errno` as it was
/// found on success, and writes the error.
@inline(__always)
func answering(
    _ out: HandleOut, _ err: HandleOut, _ body: () throws(ResponsesError) -> Int32
) -> Int32 {
    out?.pointee = nil
    err?.pointee = nil
    let found = platform_errno()
    do throws(ResponsesError) {
        let status = try body()
        if status >= 0 { platform_set_errno(found) }
        return status
    } catch {
        return report(error, err)
    }
}

@inline(never)
func report(_ error: ResponsesError, _ err: HandleOut) -> Int32 {
    guard let err else { return error.status.rawValue }
    if let handle = Handle.make(.error, error) {
        err.pointee = handle
        return error.status.rawValue
    }
    err.pointee = Handle.outOfMemory
    return RESPONSES_E_NOMEM
}

/// Gives a new object to the caller, or throws when there is no memory for the handle.
func give(_ object: AnyObject, _ kind: HandleKind, to out: HandleOut) throws(ResponsesError) {
    guard let out else { return }
    guard let handle = Handle.make(kind, object) else { throw .noMemory() }
    out.pointee = handle
}

/// Uses a client for the time of a function of the header, in the process that made it. Whoever frees
/// it meanwhile leaves the rest to us.
func with<Result>(
    client handle: OpaquePointer?, _ body: (Client) throws(ResponsesError) -> Result
) throws(ResponsesError) -> Result {
    let pointer = UnsafeMutableRawPointer(handle)
    let entry = platform_handle_visit(pointer, HandleKind.client.rawValue)
    guard entry == platform_entry_inside, let cell = Handle.Cell(handle) else {
        if entry == platform_entry_forked { throw .forked() }
        throw .invalid("client", "is NULL, was freed, or is not a client")
    }
    defer { platform_handle_leave(cell, platform_share_visit) }
    // Not retained: the visit keeps it.
    let outcome = Handle.inside(cell, as: Client.self)._withUnsafeGuaranteedRef {
        client -> Swift.Result<Result, ResponsesError> in
        do throws(ResponsesError) { return .success(try body(client)) } catch {
            return .failure(error)
        }
    }
    return try outcome.get()
}

extension ResponsesError {
    static func busy() -> ResponsesError {
        ResponsesError(
            .busy, "the call is in use by another thread, or by the function whose callback runs")
    }
}
