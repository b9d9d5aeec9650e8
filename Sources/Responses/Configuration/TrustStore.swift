import CCurl
import CPlatform

/// The certificates that a client trusts. The first of these that there is:
///
/// 1. the options `ca_file` and `ca_path`,
/// 2. the variables `SSL_CERT_FILE` and `SSL_CERT_DIR`, with which OpenSSL's programs are told,
/// 3. what libcurl was built with, if it is there: a distribution's libcurl knows where that is,
/// 4. where distributions have it: a libcurl of ours runs on all of them,
/// 5. the option `ca_fallback_file`.
///
/// Where there is none libcurl says so.
struct TrustStore {
    private var file: [UInt8]?
    private var directory: [UInt8]?
    private var isLibcurls = false

    init(_ settings: Settings) {
        if settings.caFile != nil || settings.caPath != nil {
            (file, directory) = (settings.caFile, settings.caPath)
        } else if settings.environmentCAFile != nil || settings.environmentCAPath != nil {
            (file, directory) = (settings.environmentCAFile, settings.environmentCAPath)
            // Some name one that is not there so that only the file counts.
            if file != nil, let list = directory,
                !withCString(list, { platform_has_directory($0) != 0 })
            {
                directory = nil
            }
        } else if CurlLibrary.trust.hasFile {
            isLibcurls = true
        } else if let builtIn = CurlLibrary.trust.hashedDirectory {
            // Alone: libcurl would fail for the file that is missing.
            directory = bytes(builtIn)
        } else if let found = TrustStore.file {
            file = bytes(found)
        } else if platform_has_hashed_certificates(characters(of: TrustStore.directory)) != 0 {
            directory = bytes(TrustStore.directory)
        } else if let fallback = settings.caFallbackFile {
            file = fallback
        } else {
            isLibcurls = true
        }
    }

    /// The file and the directory, as far as they are not libcurl's own.
    var names: [UInt8] {
        guard let file else { return directory ?? [] }
        return file + (directory.map { Message(" and ").bytes + $0 } ?? [])
    }

    /// Whether there are certificates that nobody had to name.
    static var isOnSystem: Bool {
        CurlLibrary.trust.hasFile || CurlLibrary.trust.hashedDirectory != nil || file != nil
            || platform_has_hashed_certificates(characters(of: directory)) != 0
    }

    /// Of Debian, Ubuntu, Arch and Alpine; Fedora and RHEL, by two names; SUSE, by two names; Arch; Alpine.
    private static var file: StaticString? {
        let files: [StaticString] = [
            "/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            "/etc/ssl/ca-bundle.pem",
            "/var/lib/ca-certificates/ca-bundle.pem",
            "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
            "/etc/ssl/cert.pem",
        ]
        for file in files where platform_is_readable(characters(of: file)) != 0 { return file }
        return nil
    }

    private static var directory: StaticString { "/etc/ssl/certs" }

    /// The same for the server and for a proxy that is spoken to over TLS. False when memory is out.
    func apply(to easy: UnsafeMutableRawPointer) -> Bool {
        if isLibcurls {
            // libcurl shares parsed certificates between connections only without a directory, and the
            // built-in one costs 45 ms and 750 KB a connection (docs/adr/0002-engine.md).
            if CurlLibrary.trust.hasFile {
                curl_set_text(easy, CURLOPT_CAPATH, nil)
                curl_set_text(easy, CURLOPT_PROXY_CAPATH, nil)
            }
            return true
        }
        // What is named takes the place of what libcurl has: both are set, also to nothing. A libcurl without
        // TLS to proxies does not know the options for it, and needs none.
        _ = set(easy, CURLOPT_PROXY_CAINFO, file)
        _ = set(easy, CURLOPT_PROXY_CAPATH, directory)
        return set(easy, CURLOPT_CAINFO, file) && set(easy, CURLOPT_CAPATH, directory)
    }

    /// libcurl copies the names of its own for every transfer, and reads what they name for every connection
    /// over TLS, also where nothing is verified.
    static func forget(in easy: UnsafeMutableRawPointer) {
        curl_set_text(easy, CURLOPT_CAINFO, nil)
        curl_set_text(easy, CURLOPT_CAPATH, nil)
        curl_set_text(easy, CURLOPT_PROXY_CAINFO, nil)
        curl_set_text(easy, CURLOPT_PROXY_CAPATH, nil)
    }

    private func set(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, _ value: [UInt8]?)
        -> Bool
    {
        guard let value else {
            // One that libcurl's TLS has no use for need not be taken out.
            curl_set_text(easy, option, nil)
            return true
        }
        return withCString(value) { curl_set_text(easy, option, $0) == CURLE_OK }
    }

    /// Variables that name what is trusted; nil when an option does, or none.
    static func variable(of settings: Settings) -> StaticString? {
        if settings.caFile != nil || settings.caPath != nil { return nil }
        switch (settings.environmentCAFile != nil, settings.environmentCAPath != nil) {
        case (true, true): return "SSL_CERT_FILE and SSL_CERT_DIR"
        case (true, false): return "SSL_CERT_FILE"
        case (false, true): return "SSL_CERT_DIR"
        case (false, false): return nil
        }
    }
}

/// The certificates that libcurl was built with.
struct BuiltInTrust {
    /// Older ones do not tell.
    var isKnown = false
    var file: UnsafePointer<CChar>?
    var directory: UnsafePointer<CChar>?

    var hasFile: Bool {
        if !isKnown { return true }
        guard let file else { return false }
        return platform_is_readable(file) != 0
    }

    /// An empty one is what is left where no certificates are installed.
    var hashedDirectory: UnsafePointer<CChar>? {
        guard let directory, platform_has_hashed_certificates(directory) != 0 else { return nil }
        return directory
    }
}

private func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
    let start = UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self)
    return Array(UnsafeBufferPointer(start: start, count: strlen(text)))
}

private func characters(of text: StaticString) -> UnsafePointer<CChar> {
    UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// Calls `body` with the text as C has it.
func withCString<Result>(_ text: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    (text + [0]).withUnsafeBufferPointer {
        guard let base = $0.baseAddress else { return body("") }
        return body(UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self))
    }
}
