import CCurl
import CPlatform

/// A URL as libcurl parses it. Given this beside the text (CURLOPT_CURLU), libcurl does not parse it for each
/// request and write it anew: that is 8 % of what a request costs.
final class ParsedURL {
    /// Ends in NUL.
    let text: [UInt8]
    let handle: OpaquePointer

    /// Nil when memory is out, or where libcurl does not take it: it says so itself with the transfer.
    static func make(_ text: [UInt8]) -> ParsedURL? {
        guard let handle = curl_url() else { return nil }
        // As libcurl reads CURLOPT_URL with CURLOPT_PATH_AS_IS.
        let flags = UInt32(CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS)
        let outcome = text.withUnsafeBufferPointer { text in
            curl_url_set(
                handle, CURLUPART_URL,
                text.baseAddress.map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) },
                flags)
        }
        if outcome == CURLUE_OK { return ParsedURL(text, handle) }
        curl_url_cleanup(handle)
        return nil
    }

    private init(_ text: [UInt8], _ handle: OpaquePointer) {
        self.text = text
        self.handle = handle
    }

    deinit { curl_url_cleanup(handle) }
}
