import CPlatform
import CResponses
import Responses

/// A call with the handles that go with it: what is behind a `responses_call`.
final class OpenCall {
    let call: Call
    /// The event that `responses_call_next` lends; one handle for the life of the call.
    let event: OpaquePointer
    /// The response that `responses_call_response` lends; made when it is first asked for.
    private var response: OpaquePointer?
    private var lentResponse: Response?

    /// Everything that can fail is done before the object is made: Embedded Swift leaks an object whose
    /// own initialiser throws.
    convenience init(_ call: Call) throws(ResponsesError) {
        guard let event = Handle.make(.event, call.event, isBorrowed: true) else {
            throw .noMemory()
        }
        if let attempt = call.attempt {
            guard let handle = Handle.make(.attempt, attempt, isBorrowed: true) else {
                Handle.free(event, .event, evenBorrowed: true)
                throw .noMemory()
            }
            attempt.handle = handle
        }
        self.init(call, event)
    }

    private init(_ call: Call, _ event: OpaquePointer) {
        self.call = call
        self.event = event
    }

    /// Lends what is known of the response; nil when nothing has arrived.
    func lendResponse() -> OpaquePointer? {
        guard let current = call.response() else { return nil }
        if let response {
            if current !== lentResponse { Handle.replace(response, .response, with: current) }
        } else {
            response = Handle.make(.response, current, isBorrowed: true)
        }
        lentResponse = current
        return response
    }

    func close() {
        call.close()
        Handle.free(event, .event, evenBorrowed: true)
        Handle.free(response, .response, evenBorrowed: true)
        if let attempt = call.attempt { Handle.free(attempt.handle, .attempt, evenBorrowed: true) }
    }

    /// Gives the call to the caller.
    func give(to out: UnsafeMutablePointer<OpaquePointer?>) throws(ResponsesError) {
        let handle = Handle.make(
            .call, self,
            close: { object in
                let open = Unmanaged<OpenCall>.fromOpaque(object)
                // The parent's memory stays where it is in a child: nothing of libcurl may run on it.
                guard open._withUnsafeGuaranteedRef({ $0.call.engine.isOurs }) else { return }
                open._withUnsafeGuaranteedRef { $0.close() }
                // It may have run code of the host that forks.
                if open._withUnsafeGuaranteedRef({ $0.call.engine.isOurs }) { open.release() }
            })
        guard let handle else { throw .noMemory() }
        call.cell = Handle.Cell(handle)
        call.attempt?.call = call.cell
        out.pointee = handle
    }
}

/// Uses a call for the time of a function of the header: one user at a time, in the right process.
@inline(__always)
func using(
    _ handle: OpaquePointer?, _ err: HandleOut, _ body: (OpenCall) -> Int32
) -> Int32 {
    err?.pointee = nil
    let pointer = UnsafeMutableRawPointer(handle)
    let entry = platform_handle_use(pointer, HandleKind.call.rawValue)
    guard entry == platform_entry_inside, let cell = Handle.Cell(handle) else {
        return refuse(entry, err)
    }
    let status = Handle.inside(cell, as: OpenCall.self)._withUnsafeGuaranteedRef(body)
    if platform_handle_leave_use(cell, HandleKind.call.rawValue) == 0 { leaveMarked(cell) }
    return status
}

/// Kept until it is over: once this thread has left, another one may close the call.
@inline(never)
private func leaveMarked(_ cell: Handle.Cell) {
    let call = Handle.inside(cell, as: OpenCall.self)._withUnsafeGuaranteedRef { $0.call }
    call.leaveMarked()
}

@inline(never)
private func refuse(_ entry: platform_entry, _ err: HandleOut) -> Int32 {
    switch entry {
    case platform_entry_forked: return report(.forked(), err)
    case platform_entry_busy: return report(.busy(), err)
    default: return report(.invalid("call", "is NULL, was freed, or is not a call"), err)
    }
}
