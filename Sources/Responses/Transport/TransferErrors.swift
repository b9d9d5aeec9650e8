import CCurl
import CPlatform

/// What went wrong with a transfer that has ended, in words.
extension Transfer {
    /// The proxy does not let this client through; it would say the same the next time.
    var isRefusedByProxy: Bool {
        var status = 0
        curl_get_long(easy, CURLINFO_HTTP_CONNECTCODE, &status)
        return status >= 400 && status < 500 || curl_is_refused_by_socks(easy) != 0
    }

    /// Since TLS 1.3 a server refuses a client's certificate after the handshake, and for libcurl that is
    /// an error of reading.
    func isTLSAlert(_ code: CURLcode) -> Bool {
        (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR) && says(" alert ")
    }

    /// libcurl since 8.3 bounds all headers of an answer together, those of a proxy among them. Ours is the
    /// smaller bound, but does not see a proxy's.
    var isHeadTooLarge: Bool { says("Too large response headers") }

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

    /// libcurl's description of what went wrong, or the general one of the code, and what helps.
    var errorMessage: String {
        if isCutAfterSending { return "the server closed the connection before it answered" }
        if isHoldingTooMuch {
            return "more than \(Transfer.heldQueues) times max_queue_bytes (\(maximumQueueBytes)) "
                + "were not read; over HTTP/2 a server cannot be made to wait: read faster, "
                + "or use http_version 1.1"
        }
        let text =
            errorText.pointee != 0
            ? String(cString: errorText) : String(cString: curl_easy_strerror(result))
        return text + "\(advice)"
    }

    private var advice: StaticString {
        if says("local issuer") || says("self-signed") || says("self signed") {
            return "; ca_file or ca_path name the certificates to trust"
        }
        if says("alert certificate required") || says("alert handshake failure") {
            return "; client_cert and client_key show a certificate of this client"
        }
        if says("private key file") { return "; client_key is a PEM file without a password" }
        if says("407") && isRefusedByProxy {
            return "; a user and a password go into proxy: http://user:password@host:port"
        }
        return ""
    }

    private func says(_ words: StaticString) -> Bool {
        words.withUTF8Buffer { words in
            guard let base = words.baseAddress else { return false }
            let text = UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self)
            return strstr(errorText, text) != nil
        }
    }
}
