import CResponses
import Responses

// Made from the header by `make abi`; a gate checks that it is so.
// swift-format-ignore-file

@_cdecl("responses_status_name") @implementation
public func responses_status_name(_ status: Int32) -> UnsafePointer<CChar>? {
    staticText(name(status))
}

private func name(_ status: Int32) -> StaticString {
    switch status {
    case RESPONSES_OK: return "RESPONSES_OK"
    case RESPONSES_AGAIN: return "RESPONSES_AGAIN"
    case RESPONSES_DONE: return "RESPONSES_DONE"
    case RESPONSES_E_INVALID: return "RESPONSES_E_INVALID"
    case RESPONSES_E_NOMEM: return "RESPONSES_E_NOMEM"
    case RESPONSES_E_BUSY: return "RESPONSES_E_BUSY"
    case RESPONSES_E_FORKED: return "RESPONSES_E_FORKED"
    case RESPONSES_E_CANCELLED: return "RESPONSES_E_CANCELLED"
    case RESPONSES_E_TIMEOUT: return "RESPONSES_E_TIMEOUT"
    case RESPONSES_E_NETWORK: return "RESPONSES_E_NETWORK"
    case RESPONSES_E_TLS: return "RESPONSES_E_TLS"
    case RESPONSES_E_HTTP: return "RESPONSES_E_HTTP"
    case RESPONSES_E_API: return "RESPONSES_E_API"
    case RESPONSES_E_PROTOCOL: return "RESPONSES_E_PROTOCOL"
    case RESPONSES_E_TRUNCATED: return "RESPONSES_E_TRUNCATED"
    case RESPONSES_E_LIMIT: return "RESPONSES_E_LIMIT"
    case RESPONSES_E_RANGE: return "RESPONSES_E_RANGE"
    case RESPONSES_E_UNSUPPORTED: return "RESPONSES_E_UNSUPPORTED"
    case RESPONSES_E_USER: return "RESPONSES_E_USER"
    case RESPONSES_E_INTERNAL: return "RESPONSES_E_INTERNAL"
    case RESPONSES_E_SIGNATURE: return "RESPONSES_E_SIGNATURE"
    default: return "(unknown status)"
    }
}

@_cdecl("responses_status_text") @implementation
public func responses_status_text(_ status: Int32) -> UnsafePointer<CChar>? {
    staticText(meaning(status))
}

private func meaning(_ status: Int32) -> StaticString {
    switch status {
    case RESPONSES_OK: return "success"
    case RESPONSES_AGAIN: return "nothing to read yet; try again later"
    case RESPONSES_DONE: return "the call has ended well, and all of it has been read"
    case RESPONSES_E_INVALID: return "an argument or option is wrong; the message names it"
    case RESPONSES_E_NOMEM: return "out of memory"
    case RESPONSES_E_BUSY: return "the call is in use: by another thread, or by a callback"
    case RESPONSES_E_FORKED: return "the handle was made by the parent process"
    case RESPONSES_E_CANCELLED: return "cancelled or interrupted by this program"
    case RESPONSES_E_TIMEOUT: return "a time limit was reached; the message names it"
    case RESPONSES_E_NETWORK: return "no connection to the server or proxy, or it broke"
    case RESPONSES_E_TLS: return "TLS failed: a certificate or the handshake"
    case RESPONSES_E_HTTP: return "not an API answer: a redirect, a page, an unknown type"
    case RESPONSES_E_API: return "the server answered with an error"
    case RESPONSES_E_PROTOCOL: return "the server sent broken HTTP, broken JSON or no body"
    case RESPONSES_E_TRUNCATED: return "the stream ended before its terminal event"
    case RESPONSES_E_LIMIT: return "the answer is larger than a limit; the message names it"
    case RESPONSES_E_RANGE: return "the buffer is too small, or nothing is at that place"
    case RESPONSES_E_UNSUPPORTED: return "this library, or the libcurl it uses, cannot do that"
    case RESPONSES_E_USER: return "your callback or descriptor stopped the call; no key"
    case RESPONSES_E_INTERNAL: return "a fault of the library; please report it"
    case RESPONSES_E_SIGNATURE: return "a webhook is not signed, or was signed at another time"
    default: return "unknown status: a newer library may know it"
    }
}
