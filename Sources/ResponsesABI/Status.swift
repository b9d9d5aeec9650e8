import CPlatform
import CResponses
import Responses

@_cdecl("responses_status_name") @implementation
public func responses_status_name(_ status: Int32) -> UnsafePointer<CChar>? {
    switch status {
    case RESPONSES_OK: return staticText("RESPONSES_OK")
    case RESPONSES_AGAIN: return staticText("RESPONSES_AGAIN")
    case RESPONSES_DONE: return staticText("RESPONSES_DONE")
    case RESPONSES_E_INVALID: return staticText("RESPONSES_E_INVALID")
    case RESPONSES_E_NOMEM: return staticText("RESPONSES_E_NOMEM")
    case RESPONSES_E_BUSY: return staticText("RESPONSES_E_BUSY")
    case RESPONSES_E_FORKED: return staticText("RESPONSES_E_FORKED")
    case RESPONSES_E_CANCELLED: return staticText("RESPONSES_E_CANCELLED")
    case RESPONSES_E_TIMEOUT: return staticText("RESPONSES_E_TIMEOUT")
    case RESPONSES_E_NETWORK: return staticText("RESPONSES_E_NETWORK")
    case RESPONSES_E_TLS: return staticText("RESPONSES_E_TLS")
    case RESPONSES_E_HTTP: return staticText("RESPONSES_E_HTTP")
    case RESPONSES_E_API: return staticText("RESPONSES_E_API")
    case RESPONSES_E_PROTOCOL: return staticText("RESPONSES_E_PROTOCOL")
    case RESPONSES_E_TRUNCATED: return staticText("RESPONSES_E_TRUNCATED")
    case RESPONSES_E_LIMIT: return staticText("RESPONSES_E_LIMIT")
    case RESPONSES_E_RANGE: return staticText("RESPONSES_E_RANGE")
    case RESPONSES_E_UNSUPPORTED: return staticText("RESPONSES_E_UNSUPPORTED")
    case RESPONSES_E_USER: return staticText("RESPONSES_E_USER")
    case RESPONSES_E_INTERNAL: return staticText("RESPONSES_E_INTERNAL")
    default: return staticText("(unknown status)")
    }
}

@_cdecl("responses_status_text") @implementation
public func responses_status_text(_ status: Int32) -> UnsafePointer<CChar>? {
    switch status {
    case RESPONSES_OK: return staticText("success")
    case RESPONSES_AGAIN:
        return staticText("nothing yet; try again when there is something to read")
    case RESPONSES_DONE: return staticText("the call has ended well and everything has been read")
    case RESPONSES_E_INVALID:
        return staticText("an argument is wrong; the message says what is accepted")
    case RESPONSES_E_NOMEM: return staticText("out of memory")
    case RESPONSES_E_BUSY: return staticText("another thread, or an outer call, is using this call")
    case RESPONSES_E_FORKED: return staticText("the handle belongs to the parent process")
    case RESPONSES_E_CANCELLED: return staticText("cancelled or interrupted by this program")
    case RESPONSES_E_TIMEOUT:
        return staticText("a time limit was reached; the message says which")
    case RESPONSES_E_NETWORK: return staticText("no answer: name lookup, connection, reset")
    case RESPONSES_E_TLS: return staticText("TLS failed: certificate, handshake")
    case RESPONSES_E_HTTP:
        return staticText("an answer that is none: a redirect, an unreadable type")
    case RESPONSES_E_API:
        return staticText("the server said no: HTTP 400 or more, or an error event")
    case RESPONSES_E_PROTOCOL: return staticText("broken framing or broken JSON from the server")
    case RESPONSES_E_TRUNCATED: return staticText("the stream ended before its terminal event")
    case RESPONSES_E_LIMIT: return staticText("larger than one of the max_ options allows")
    case RESPONSES_E_RANGE:
        return staticText("a buffer is too small, or there is nothing at that place")
    case RESPONSES_E_UNSUPPORTED: return staticText("this build or this libcurl cannot do that")
    case RESPONSES_E_USER: return staticText("your callback returned non-zero")
    case RESPONSES_E_INTERNAL: return staticText("a fault of the library; please report it")
    default: return staticText("unknown status: a newer library may know it")
    }
}
