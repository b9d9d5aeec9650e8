import CPlatform
import CResponses
import Responses

@inline(__always)
private func read<Value>(
    _ error: OpaquePointer?, _ otherwise: Value, _ body: (ResponsesError) -> Value
) -> Value {
    Handle.object(error, .error, as: ResponsesError.self)?._withUnsafeGuaranteedRef(body)
        ?? otherwise
}

@_cdecl("responses_error_status") @implementation
public func responses_error_status(_ error: OpaquePointer?) -> Int32 {
    let otherwise = Handle.isOutOfMemory(error) ? RESPONSES_E_NOMEM : RESPONSES_E_INVALID
    return read(error, otherwise) { $0.status.rawValue }
}

@_cdecl("responses_error_http_status") @implementation
public func responses_error_http_status(_ error: OpaquePointer?) -> Int32 {
    read(error, 0) { $0.details.httpStatus }
}

@_cdecl("responses_error_is_retryable") @implementation
public func responses_error_is_retryable(_ error: OpaquePointer?) -> Int32 {
    read(error, 0) { $0.details.isRetryable ? 1 : 0 }
}

@_cdecl("responses_error_retry_after_ms") @implementation
public func responses_error_retry_after_ms(_ error: OpaquePointer?) -> Int64 {
    read(error, -1) { $0.details.retryAfterMilliseconds }
}

@_cdecl("responses_error_attempts") @implementation
public func responses_error_attempts(_ error: OpaquePointer?) -> Int32 {
    read(error, 0) { $0.details.attempts }
}

@_cdecl("responses_error_last_sequence") @implementation
public func responses_error_last_sequence(_ error: OpaquePointer?) -> Int64 {
    read(error, -1) { $0.details.lastSequence }
}

@_cdecl("responses_error_phase") @implementation
public func responses_error_phase(_ error: OpaquePointer?) -> Int32 {
    read(error, RESPONSES_PHASE_NONE) { $0.details.phase.rawValue }
}

@_cdecl("responses_error_field") @implementation
public func responses_error_field(
    _ error: OpaquePointer?, _ field: Int32, _ len: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
    len?.pointee = 0
    if Handle.isOutOfMemory(error) { return fieldOutOfMemory(field, len) }
    return read(error, emptyText) { error in
        let details = error.details
        switch field {
        case RESPONSES_ERROR_MESSAGE:
            // Without memory for its message an error still says what it is.
            guard let message = error.message, message.count > 0 else {
                let text = CResponses.responses_status_text(error.status.rawValue)
                len?.pointee = text.map { strlen($0) } ?? 0
                return text
            }
            return output(message, len)
        case RESPONSES_ERROR_TYPE: return output(details.type, len)
        case RESPONSES_ERROR_CODE: return output(details.code, len)
        case RESPONSES_ERROR_PARAM: return output(details.param, len)
        case RESPONSES_ERROR_REQUEST_ID: return output(details.requestID, len)
        case RESPONSES_ERROR_BODY: return output(details.body, len)
        case RESPONSES_ERROR_RESPONSE_ID: return output(details.responseID, len)
        case RESPONSES_ERROR_HEADERS: return output(details.headers, len)
        case RESPONSES_ERROR_HISTORY: return output(details.history, len)
        case RESPONSES_ERROR_HTTP_VERSION: return output(details.httpVersion.buffer, len)
        default: return nil
        }
    }
}

private func fieldOutOfMemory(_ field: Int32, _ len: UnsafeMutablePointer<Int>?)
    -> UnsafePointer<CChar>?
{
    if field == RESPONSES_ERROR_MESSAGE {
        let text = CResponses.responses_status_text(RESPONSES_E_NOMEM)
        len?.pointee = text.map { strlen($0) } ?? 0
        return text
    }
    return field > RESPONSES_ERROR_MESSAGE && field <= RESPONSES_ERROR_HTTP_VERSION
        ? emptyText : nil
}

@_cdecl("responses_error_free") @implementation
public func responses_error_free(_ error: OpaquePointer?) {
    Handle.free(error, .error)
}
