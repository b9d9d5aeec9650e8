import CPlatform
import CResponses
import Responses

@_cdecl("responses_client_set_attempt_callback") @implementation
public func responses_client_set_attempt_callback(
    _ handle: OpaquePointer?, _ fn: responses_attempt_fn?, _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    answering(nil, nil) { () throws(ResponsesError) in
        let observer = fn.map { fn in
            AttemptObserver { attempt in
                fn(attempt.handle, userData)
                Handle.free(attempt.responseHandle, .response, evenBorrowed: true)
                attempt.responseHandle = nil
            }
        }
        try with(client: handle) { $0.setObserver(observer) }
        return RESPONSES_OK
    }
}

/// It is the host's for the time of its function.
private func read<Value>(
    _ attempt: OpaquePointer?, _ otherwise: Value, _ body: (Attempt) -> Value
) -> Value {
    Handle.object(attempt, .attempt, as: Attempt.self)?._withUnsafeGuaranteedRef {
        $0.isLent ? body($0) : otherwise
    } ?? otherwise
}

@_cdecl("responses_attempt_number") @implementation
public func responses_attempt_number(_ attempt: OpaquePointer?, _ field: Int32) -> Int64 {
    read(attempt, -1) { attempt in
        switch field {
        case RESPONSES_ATTEMPT_NUMBER: return Int64(attempt.number)
        case RESPONSES_ATTEMPT_STATUS: return Int64(attempt.status.rawValue)
        case RESPONSES_ATTEMPT_HTTP_STATUS: return Int64(attempt.httpStatus)
        case RESPONSES_ATTEMPT_NEXT: return Int64(attempt.next.rawValue)
        case RESPONSES_ATTEMPT_PAUSE_MS: return attempt.pause
        case RESPONSES_ATTEMPT_PHASE: return Int64(attempt.phase.rawValue)
        case RESPONSES_ATTEMPT_RETRY_AFTER_MS: return attempt.retryAfter
        case RESPONSES_ATTEMPT_PORT: return attempt.port
        case RESPONSES_ATTEMPT_REUSED: return attempt.isReused ? 1 : 0
        case RESPONSES_ATTEMPT_BYTES_SENT: return attempt.bytesSent
        case RESPONSES_ATTEMPT_BYTES_RECEIVED: return attempt.bytesReceived
        case RESPONSES_ATTEMPT_EVENTS: return attempt.events
        case RESPONSES_ATTEMPT_HTTP_VERSION: return attempt.httpVersionNumber
        default: return measure(attempt, field)
        }
    }
}

private func measure(_ attempt: Attempt, _ field: Int32) -> Int64 {
    switch field {
    case RESPONSES_ATTEMPT_LOOKUP_US: return attempt.times.lookup
    case RESPONSES_ATTEMPT_CONNECT_US: return attempt.times.connect
    case RESPONSES_ATTEMPT_TLS_US: return attempt.times.tls
    case RESPONSES_ATTEMPT_SENT_US: return attempt.times.sent
    case RESPONSES_ATTEMPT_FIRST_BYTE_US: return attempt.times.firstByte
    case RESPONSES_ATTEMPT_FIRST_EVENT_US: return attempt.firstEvent
    case RESPONSES_ATTEMPT_LAST_EVENT_US: return attempt.lastEvent
    case RESPONSES_ATTEMPT_TOTAL_US: return attempt.total
    case RESPONSES_ATTEMPT_INPUT_TOKENS: return attempt.usage.input
    case RESPONSES_ATTEMPT_CACHED_TOKENS: return attempt.usage.cached
    case RESPONSES_ATTEMPT_OUTPUT_TOKENS: return attempt.usage.output
    case RESPONSES_ATTEMPT_REASONING_TOKENS: return attempt.usage.reasoning
    case RESPONSES_ATTEMPT_TOTAL_TOKENS: return attempt.usage.total
    default: return -1
    }
}

@_cdecl("responses_attempt_text") @implementation
public func responses_attempt_text(
    _ attempt: OpaquePointer?, _ field: Int32, _ len: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
    len?.pointee = 0
    let name: Attempt.Name
    switch field {
    case RESPONSES_ATTEMPT_OPERATION: name = .operation
    case RESPONSES_ATTEMPT_METHOD: name = .method
    case RESPONSES_ATTEMPT_PATH: name = .path
    case RESPONSES_ATTEMPT_HOST: name = .host
    case RESPONSES_ATTEMPT_HTTP_VERSION: name = .httpVersion
    case RESPONSES_ATTEMPT_REQUEST_MODEL: name = .requestModel
    case RESPONSES_ATTEMPT_PREVIOUS_RESPONSE_ID: name = .previousResponse
    case RESPONSES_ATTEMPT_CONVERSATION: name = .conversation
    case RESPONSES_ATTEMPT_RESPONSE_MODEL: name = .responseModel
    case RESPONSES_ATTEMPT_RESPONSE_ID: name = .responseID
    case RESPONSES_ATTEMPT_REQUEST_ID: name = .requestID
    case RESPONSES_ATTEMPT_REASON: name = .reason
    default: return nil
    }
    return read(attempt, emptyText) { output($0.text(name), len) }
}

@_cdecl("responses_attempt_json") @implementation
public func responses_attempt_json(_ attempt: OpaquePointer?, _ len: UnsafeMutablePointer<Int>?)
    -> UnsafePointer<CChar>?
{
    len?.pointee = 0
    return read(attempt, emptyText) { attempt in
        guard let name = input(responses_status_name(attempt.status.rawValue), -1) else {
            return emptyText
        }
        return output(attempt.json(statusName: name), len)
    }
}

@_cdecl("responses_attempt_response") @implementation
public func responses_attempt_response(_ attempt: OpaquePointer?) -> OpaquePointer? {
    read(attempt, nil) { attempt in
        if attempt.responseHandle == nil, let response = attempt.response {
            attempt.responseHandle = Handle.make(.response, response, isBorrowed: true)
        }
        return attempt.responseHandle
    }
}

@_cdecl("responses_attempt_user_data") @implementation
public func responses_attempt_user_data(_ attempt: OpaquePointer?) -> UnsafeMutableRawPointer? {
    read(attempt, nil) { $0.call.flatMap { platform_handle_extra($0) } }
}

@_cdecl("responses_attempt_rate_limit") @implementation
public func responses_attempt_rate_limit(_ attempt: OpaquePointer?, _ which: Int32) -> Int64 {
    read(attempt, -1) { $0.rateLimits[which] ?? -1 }
}

@_cdecl("responses_response_rate_limit") @implementation
public func responses_response_rate_limit(_ response: OpaquePointer?, _ which: Int32) -> Int64 {
    Handle.object(response, .response, as: Response.self)?._withUnsafeGuaranteedRef {
        $0.rateLimits[which] ?? -1
    } ?? -1
}

@_cdecl("responses_error_rate_limit") @implementation
public func responses_error_rate_limit(_ error: OpaquePointer?, _ which: Int32) -> Int64 {
    Handle.object(error, .error, as: ResponsesError.self)?._withUnsafeGuaranteedRef {
        $0.rateLimits[which] ?? -1
    } ?? -1
}
