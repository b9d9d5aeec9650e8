import CCurl
import CPlatform

/// libcurl as a whole: set up once in the process, never cleaned up, because the host may use it too.
package enum CurlLibrary {
    nonisolated(unsafe) private static var isSetUp: Int32 = 0
    nonisolated(unsafe) private static var isDescribed: Int32 = 0
    /// Older ones may raise SIGPIPE when a TLS connection breaks while they write.
    nonisolated(unsafe) private static var raisesSIGPIPE = false
    /// Asked once: libcurl makes its description anew each time.
    nonisolated(unsafe) private(set) static var trust = BuiltInTrust()

    /// Older ones do not tell when a connection is used again.
    nonisolated(unsafe) private(set) static var announcesRequests = false

    /// Its TLS is GnuTLS's: other defaults, and other words.
    nonisolated(unsafe) private(set) static var usesGnuTLS = false

    /// Before the first call. Nearly all of it is OpenSSL's: it reads a file, and takes 2 MB.
    static func setUp() {
        platform_once(&isSetUp) {
            // It would write the secrets of TLS connections to a file that whoever starts it names.
            platform_without_keylog { curl_global_init(Int(CURL_GLOBAL_DEFAULT)) }
        }
    }

    /// What options and messages depend on: before the first client.
    static func describe() {
        platform_once(&isDescribed) {
            CurlLibrary.raisesSIGPIPE = CurlLibrary.version.pointee.version_num < 0x07_58_00
            CurlLibrary.announcesRequests = CurlLibrary.version.pointee.version_num >= 0x07_50_00
            CurlLibrary.usesGnuTLS = CurlLibrary.isNamed("GnuTLS/")
            var trust = BuiltInTrust()
            trust.isKnown = curl_built_in_trust(&trust.file, &trust.directory) != 0
            CurlLibrary.trust = trust
        }
    }

    /// Of several libraries those that are not used stand in parentheses (curl_version_info(3)).
    private static func isNamed(_ library: StaticString) -> Bool {
        guard let all = version.pointee.ssl_version else { return false }
        return library.withUTF8Buffer {
            guard let base = $0.baseAddress else { return false }
            let name = UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self)
            guard let found = strstr(all, name) else { return false }
            return found == all || found[-1] != 0x28
        }
    }

    package static var version: UnsafePointer<curl_version_info_data> {
        curl_library_version()
    }

    /// Runs libcurl so that no SIGPIPE reaches the host. Newer versions write with MSG_NOSIGNAL, and
    /// the two system calls are saved.
    @inline(__always)
    static func guardingSIGPIPE(_ body: () -> Void) {
        if !raisesSIGPIPE {
            body()
            return
        }
        var state = platform_sigpipe()
        platform_sigpipe_block(&state)
        body()
        platform_sigpipe_restore(&state)
    }
}
