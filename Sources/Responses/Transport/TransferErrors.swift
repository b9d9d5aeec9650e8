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
