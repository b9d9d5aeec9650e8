import CCurl

/// Where libcurl's words for GnuTLS's errors leave out the reason, or the file. They are not OpenSSL's either.
extension Transfer {
    /// Bits of gnutls_certificate_status_t.
    private enum Verdict {
        static let unknownIssuer = 1 << 6 | 1 << 7
        static let notYetValid = 1 << 9
        static let expired = 1 << 10
    }

    /// What GnuTLS found of the certificate that ended the transfer, the server's or a proxy's; else 0.
    private var verdict: Int {
        if !CurlLibrary.usesGnuTLS || result != CURLE_PEER_FAILED_VERIFICATION { return 0 }
        var ofServer = 0
        var ofProxy = 0
        curl_get_long(easy, CURLINFO_SSL_VERIFYRESULT, &ofServer)
        curl_get_long(easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &ofProxy)
        return ofServer != 0 ? ofServer : ofProxy
    }

    var isIssuerUnknown: Bool { verdict & Verdict.unknownIssuer != 0 }

    /// Another reason; libcurl says some of them since 8.8.
    var whyNotTrusted: StaticString? {
        if says("expired") { return nil }
        let verdict = self.verdict
        if verdict & Verdict.expired != 0 { return "; the certificate has expired" }
        return verdict & Verdict.notYetValid != 0 ? "; the certificate is not valid yet" : nil
    }

    /// The system's number is of a call that failed behind it.
    var saysWhatGnuTLSFound: Bool {
        CurlLibrary.usesGnuTLS
            && (says("handshake failed: ") || says("handshake() failed: ") || says("recv error ("))
    }

    /// By an alert within the handshake, or behind it.
    var isRefusedByGnuTLS: Bool {
        says(": Handshake failed") || says(": Certificate is required") || says("TLS fatal alert")
    }

    /// The certificate of this client or its key.
    var isKeyUnread: Bool { says("error reading X.509") }

    /// The files that the words are about.
    var unnamedFiles: Message {
        guard CurlLibrary.usesGnuTLS, let redaction else { return "" }
        if result == CURLE_SSL_CACERT_BADFILE && !redaction.trusted.isEmpty {
            return ": \(Message(redaction.trusted))"
        }
        if !isKeyUnread { return "" }
        var names: Message = ""
        for (value, option) in redaction.files
        where option == .clientKey || option == .clientCertificate {
            names += names.isEmpty ? ": " : ", "
            names.append(Message(value))
        }
        return names
    }
}
