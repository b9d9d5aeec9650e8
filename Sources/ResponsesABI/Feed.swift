import CResponses
import Responses

@_cdecl("responses_decode_start") @implementation
public func responses_decode_start(
    _ client: OpaquePointer?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    answering(out, err) { () throws(ResponsesError) in
        guard client != nil else { return try handOver(try Call.fed(nil), to: out) }
        let call = try with(client: client) { client throws(ResponsesError) in
            try Call.fed(client)
        }
        return try handOver(call, to: out)
    }
}

@_cdecl("responses_call_feed") @implementation
public func responses_call_feed(
    _ handle: OpaquePointer?, _ bytes: GivenText, _ n: Int, _ err: HandleOut
) -> Int32 {
    using(handle, err) { open in
        guard open.call.isFed else { return report(notFed, err) }
        guard let bytes = input(bytes, n) else {
            return report(.invalid("bytes", "must not be NULL"), err)
        }
        do throws(ResponsesError) { try open.call.feed(bytes) } catch { return report(error, err) }
        return RESPONSES_OK
    }
}

@_cdecl("responses_call_feed_end") @implementation
public func responses_call_feed_end(_ handle: OpaquePointer?, _ err: HandleOut) -> Int32 {
    using(handle, err) { open in
        guard open.call.isFed else { return report(notFed, err) }
        open.call.feedEnd()
        return RESPONSES_OK
    }
}

private var notFed: ResponsesError {
    .invalid("call", "takes no bytes; responses_decode_start() makes one that does")
}
