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
    var userData: UnsafeMutableRawPointer?

    /// Everything that can fail is done before the object is made: Embedded Swift leaks an object whose
    /// own initialiser throws.
    convenience init(_ call: Call) throws(ResponsesError) {
        guard let event = Handle.make(.event, call.event, isBorrowed: true) else {
            throw .noMemory()
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
        Handle.end(event, .event, as: Event.self, evenBorrowed: true)?.release()
        if let response {
            Handle.end(response, .response, as: Response.self, evenBorrowed: true)?.release()
        }
    }
}

/// Uses a call for the time of a function of the header: one user at a time, in the right process.
@inline(__always)
func using(
    _ handle: OpaquePointer?, _ err: HandleOut, _ body: (OpenCall) -> Int32
) -> Int32 {
    err?.pointee = nil
    guard let object = Handle.object(handle, .call, as: OpenCall.self) else {
        return report(.invalid("call", "is NULL, freed, or no call"), err)
    }
    var isGivenUp = false
    // Asked for first: across this call the engine's references would be counted.
    let generation = platform_process_generation()
    let status = object._withUnsafeGuaranteedRef { open in
        if !open.call.engine.isMade(in: generation) { return report(.forked(), err) }
        if !open.call.enter() { return report(.busy(), err) }
        let status = body(open)
        isGivenUp = open.call.leave()
        if isGivenUp { open.close() }
        return status
    }
    // Another thread freed it meanwhile and left the rest to us.
    if isGivenUp { object.release() }
    return status
}
