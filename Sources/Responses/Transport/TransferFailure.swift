import CCurl

/// libcurl's results in the terms of the header.
struct TransferFailure {
    let status: Status
    let isRetryable: Bool

    /// `isBroken`: the connection ended, without a word of the other side.
    init(_ code: CURLcode, isBroken: Bool) {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: (status, isRetryable) = (.timeout, true)
        case CURLE_OUT_OF_MEMORY: (status, isRetryable) = (.noMemory, false)
        // A handshake that the network broke may succeed later; one that was refused will not.
        case CURLE_SSL_CONNECT_ERROR: (status, isRetryable) = (.tls, isBroken)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
            (status, isRetryable) = (.tls, false)
        // CURLE_BAD_FUNCTION_ARGUMENT comes from a header line that libcurl cannot store.
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_UNSUPPORTED_PROTOCOL,
            CURLE_BAD_FUNCTION_ARGUMENT:
            (status, isRetryable) = (.protocol, false)
        case CURLE_URL_MALFORMAT, CURLE_UNKNOWN_OPTION: (status, isRetryable) = (.invalid, false)
        case CURLE_NOT_BUILT_IN: (status, isRetryable) = (.unsupported, false)
        default: (status, isRetryable) = (.network, true)
        }
    }
}
