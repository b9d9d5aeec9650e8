import CCurl
import CPlatform

/// What went wrong with a transfer that has ended, in words.
extension Transfer {
    /// The proxy refused this client, and would refuse it again.
    var isRefusedByProxy: Bool {
        if let playback { return playback.failure?.isRefusedByProxy == true }
        return proxyStatus >= 400 && proxyStatus < 500 || curl_is_refused_by_socks(easy) != 0
    }

    /// The status of the answer, or of the proxy's where that ended it; 0 when there was none.
    var status: Int32 {
        headers.status == 0 && proxyStatus >= 400 ? proxyStatus : headers.status
    }

    /// The answer is the proxy's own. Without TLS it comes in the place of the server's, and only its
    /// headers tell: RFC 9110, 15.5.8 and 11.7.1; Squid, which is most of them, names its reason.
    var isAnsweredByProxy: Bool {
        headers.status == 407 || headers.value("proxy-authenticate") != nil
            || headers.value("x-squid-error") != nil
    }

    static var proxyAdvice: StaticString {
        "; set proxy with a user and a password: http://user:password@host:port"
    }

    /// libcurl could not make a socket non-blocking: since 8.0 it has this code for that, too.
    var isWithoutSocket: Bool {
        (result == CURLE_UNSUPPORTED_PROTOCOL || result == CURLE_COULDNT_CONNECT)
            && says("Failed to connect") && says("Unsupported protocol")
    }

    /// How far it has come. Not to be asked while libcurl may be at it.
    var phase: Phase {
        if headers.status != 0 { return .reading }
        if let playback { return playback.failure?.phase ?? .waiting }
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .lookup
        case CURLE_COULDNT_CONNECT: return .connect
        default: break
        }
        let failure = TransferFailure(result, isBroken: false)
        if result != CURLE_OK && failure.status == .invalid { return .none }
        if result != CURLE_OK && failure.status == .tls { return .tls }
        // libcurl has begun anew by then, to send it once more.
        if isCutAfterSending { return .waiting }
        if wasSent && !isInProxyHead {
            let isSent =
                request.stream != nil
                ? isBodySent : size(CURLINFO_SIZE_UPLOAD_T) >= Int64(request.body?.count ?? 0)
            return isSent ? .waiting : .sending
        }
        // Times are at least one microsecond once they are there.
        if size(CURLINFO_NAMELOOKUP_TIME_T) == 0 { return .lookup }
        if isInProxyHead { return .connect }
        if request.isSecure && isListening && size(CURLINFO_APPCONNECT_TIME_T) == 0 { return .tls }
        return size(CURLINFO_CONNECT_TIME_T) == 0 ? .connect : .sending
    }

    private func size(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        curl_get_offset(easy, info, &value)
        return Int64(value)
    }

    /// Bytes of the request have gone out.
    var wasSent: Bool {
        if playback != nil { return !phase.isBeforeSending }
        var sent = 0
        curl_get_long(easy, CURLINFO_REQUEST_SIZE, &sent)
        return sent > 0
    }

    /// Since TLS 1.3 a server refuses a client's certificate after the handshake, and for libcurl that is
    /// an error of reading.
    func isTLSAlert(_ code: CURLcode) -> Bool {
        (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_HTTP2)
            && says(" alert ")
    }

    /// The same if the server closed the connection at once, so that sending failed and libcurl did not read
    /// or report the alert. The alert is then all that came after the handshake; a server that accepts a
    /// client sends session tickets. On a kept connection it would be an ordinary close. After a close
    /// OpenSSL can still write; after an alert it reports an error.
    private var isAlertUnread: Bool {
        if !isOnNewConnection { return false }
        if says("SSL_write: SSL_ERROR_ZERO_RETURN") { return true }
        let port = Int32(truncatingIfNeeded: localPort)
        return platform_sockets_alerted(engine.sockets, port, readInHandshake) != 0
    }

    /// Sending can fail in the handshake, too: GnuTLS sends its part in several pieces, and the server may have
    /// closed the connection after its alert.
    func unreadRefusal(_ code: CURLcode) -> StaticString? {
        if !request.isSecure || headers.status != 0 { return nil }
        let port = Int32(truncatingIfNeeded: localPort)
        // libcurl since 8.0 does not give the port of a connection in its handshake. It does not matter which
        // one it was: all are of one client to one server.
        if CurlLibrary.usesGnuTLS && requestPort == 0 && code != CURLE_COULDNT_CONNECT
            && proxyStatus < 400  // else the alert is the proxy's close
            && platform_sockets_refused(engine.sockets, port) != 0
        {
            return "in"
        }
        return isAlertUnread ? "after" : nil
    }

    /// Its connection was made for it.
    var isOnNewConnection: Bool {
        var made = 0
        curl_get_long(easy, CURLINFO_NUM_CONNECTS, &made)
        return made > 0
    }

    /// libcurl since 8.3 bounds all headers of an answer together, those of a proxy among them. Ours is the
    /// smaller bound, but does not see a proxy's.
    var isHeadTooLarge: Bool { says("Too large response headers") }

    /// And since 8.8 their number.
    var isHeadTooLong: Bool { says("Too many response headers") }

    /// A line of more than 100 KiB: to libcurl that was lack of memory before it had a code for it (8.6).
    /// It was not when so much has come, and memory is there.
    func isHeadLineTooLong(_ code: CURLcode) -> Bool {
        if code.rawValue == 100 { return true }  // CURLE_TOO_LARGE
        if code != CURLE_OUT_OF_MEMORY || hasNoMemory { return false }
        let shortest = Int64(isInProxyHead ? 16_384 : CURL_MAX_HTTP_HEADER)
        if platform_sockets_received(engine.sockets, Int32(localPort)) < shortest { return false }
        let probe = malloc(2 * Int(CURL_MAX_HTTP_HEADER))
        free(probe)
        return probe != nil
    }

    /// A trailer of more than 4 KiB. Nothing but trailers needs memory there.
    var isTrailerTooLong: Bool { says("memory in chunked-encoding") }

    /// nghttp2 gave up because libcurl did not take something in: over HTTP/2 it has room for 128 KiB of
    /// headers, and of trailers. The connection is lost for all that share it.
    private var isHTTP2HeadRefused: Bool {
        if !maySpeakHTTP2 { return false }
        // It gives up by itself, too, for a head of more frames than nine.
        if says("mem_recv() returned -90") || says("nghttp2 recv error -90") {
            engine.sharing.noteOverfilled(requestPort, engine.now)
            return true
        }
        return engine.sharing.wasOverfilled(requestPort, engine.now)
    }

    /// Of a transfer whose head is not complete. It can only be its own: a part of it has come (libcurl since
    /// 8.0), or no other waits for its own.
    var isHTTP2HeadTooLarge: Bool {
        isHTTP2HeadRefused && (headers.status != 0 || !engine.sharing.othersAwaitHeads)
    }

    /// It was lost for its trailers, or those of another: a document that can be read is whole.
    var isWholeDocument: Bool {
        isHTTP2HeadRefused && mode == .body
            && JSONValue(checking: inbox.bytes, count: inbox.count) != nil
    }

    /// libcurl's description of the failure, or the general one of its code, and what to do. For a connection
    /// that ended the text is ours, because libcurl's differs for each phase, and with and without TLS.
    var errorMessage: Message {
        if let playback { return playback.endMessage }
        if unwatched != 0 {
            return EngineFailure(what: "cannot watch a descriptor", number: unwatched).message
        }
        if isHoldingTooMuch {
            return
                "the call was not read while more than \(Transfer.heldQueues) times max_queue_bytes "
                + "(\(maximumQueueBytes)) arrived; read it faster, or set http_version to 1.1, with "
                + "which the server waits"
        }
        if headers.status == 0 && proxyStatus >= 400 {
            return "the proxy refused the request: HTTP \(proxyStatus)"
                + "\(proxyStatus == 407 ? Transfer.proxyAdvice : Transfer.noProxyAdvice)"
        }
        if let when = refusedUnread {
            return "the server refused this client \(when) the TLS handshake"
                + "\(Transfer.certificateAdvice)"
        }
        if isWithoutSocket { return "the system could not set up a socket for the connection" }
        if let end = connectionEnd { return "the server \(end) the connection \(moment)" }
        let text =
            errorText.pointee != 0
            ? Message(cString: errorText) + unnamedFiles
            : Message(cString: curl_easy_strerror(result)) + unnamedFiles
        let kept = redaction?.withoutValues(text.bytes) ?? text.bytes
        let shown = Message(kept)
        if result == CURLE_PROXY { return "the proxy refused the request: \(shown)\(socksAdvice)" }
        if result == CURLE_SSL_CACERT_BADFILE, let variable = redaction?.trustVariable {
            return "\(variable): \(shown)"
        }
        return "\(shown)\(advice)"
    }

    static var noProxyAdvice: StaticString {
        "; list hosts that need no proxy in no_proxy"
    }

    private var socksAdvice: StaticString {
        curl_is_refused_by_socks(easy) != 0 ? Transfer.proxyAdvice : ""
    }

    /// How the connection ended; nil when something else went wrong.
    var connectionEnd: StaticString? {
        if let playback { return playback.failure?.isBroken == true ? "closed" : nil }
        if refusedUnread != nil { return nil }
        if isCutAfterSending || result == CURLE_OK { return "closed" }
        // A stream of HTTP/2 ends without its connection.
        if result == CURLE_PARTIAL_FILE && maySpeakHTTP2 { return nil }
        if result == CURLE_GOT_NOTHING || result == CURLE_PARTIAL_FILE { return "closed" }
        guard
            result == CURLE_RECV_ERROR || result == CURLE_SEND_ERROR
                || result == CURLE_SSL_CONNECT_ERROR
        else { return nil }
        // libcurl has the words from the system, in the language of the host.
        let number = saysWhatGnuTLSFound ? 0 : systemError
        for reset in [ECONNRESET, EPIPE] where says(strerror(reset)) || number == Int(reset) {
            return "reset"
        }
        if says("errno 104") || says("errno 32") { return "reset" }
        // OpenSSL's and GnuTLS's words for an end without a farewell (RFC 8446, 6.1).
        if says("unexpected eof") || says("SSL_ERROR_SYSCALL") || says("non-properly terminated")
            || says("SSL_ERROR_ZERO_RETURN")
        {
            return "closed"
        }
        return nil
    }

    private var isInHandshake: Bool {
        if result == CURLE_SSL_CONNECT_ERROR { return true }
        // With GnuTLS libcurl since 8.0 has the code of reading or writing for it.
        var encryptedAfter: curl_off_t = 0
        curl_get_offset(easy, CURLINFO_APPCONNECT_TIME_T, &encryptedAfter)
        return request.isSecure && requestPort == 0 && encryptedAfter == 0
            && CurlLibrary.usesGnuTLS
    }

    private var moment: StaticString {
        if isInHandshake { return "in the TLS handshake" }
        if headers.status == 0 { return "before it answered" }
        return headers.isComplete ? "in the middle of its answer" : "in the middle of its headers"
    }

    /// The environment names a proxy that is malformed, and this transfer needs one.
    var lacksUsableProxy: Bool { says(Proxy.malformed) }

    static var certificateAdvice: StaticString {
        "; if the server wants a client certificate, set client_cert and client_key"
    }

    private var advice: StaticString {
        if says("local issuer") || says("self-signed") || says("self signed") || isIssuerUnknown {
            if redaction?.trustVariable != nil {
                return """
                    ; SSL_CERT_FILE and SSL_CERT_DIR name the trusted certificates; set ca_file to \
                    use others
                    """
            }
            return isWithoutCertificates
                ? Transfer.noCertificates : "; set ca_file or ca_path to the certificates to trust"
        }
        if let reason = whyNotTrusted { return reason }
        if says("alert certificate required") || says("alert handshake failure")
            || isRefusedByGnuTLS
        {
            return Transfer.certificateAdvice
        }
        if says("private key file") || isKeyUnread {
            return "; client_key must be a PEM file without a password"
        }
        switch result {
        case CURLE_SSL_CACERT_BADFILE: return isWithoutCertificates ? Transfer.noCertificates : ""
        case CURLE_COULDNT_RESOLVE_HOST: return "; check base_url"
        case CURLE_COULDNT_RESOLVE_PROXY: return "; check proxy"
        case CURLE_COULDNT_CONNECT: return connectReason
        default: return ""
        }
    }

    /// Nothing was named, and there is nothing to be found.
    private var isWithoutCertificates: Bool {
        guard let redaction, !redaction.namesTrust else { return false }
        return !TrustStore.isOnSystem
    }

    private static var noCertificates: StaticString {
        "; no trusted certificates were found: install the package ca-certificates, or set ca_file"
    }

    /// Why there is no connection, which libcurl does not say.
    private var connectReason: StaticString {
        switch Int32(truncatingIfNeeded: systemError) {
        case ECONNREFUSED: return ": connection refused"
        case ENETUNREACH: return ": no route to that network"
        case EHOSTUNREACH: return ": no route to that host"
        case ECONNRESET: return ": connection reset"
        default: return ""
        }
    }

    func says(_ words: StaticString) -> Bool {
        words.withUTF8Buffer { words in
            guard let base = words.baseAddress else { return false }
            return says(UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self))
        }
    }

    private func says(_ words: UnsafePointer<CChar>?) -> Bool {
        guard let words else { return false }
        return strstr(errorText, words) != nil
    }
}
