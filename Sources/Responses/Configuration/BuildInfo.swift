import CCurl

/// How the library was built and what it runs on.
package enum BuildInfo {
    #if hasFeature(Embedded)
        private static var runtime: StaticString { "embedded" }
    #else
        private static var runtime: StaticString { "full" }
    #endif

    /// As the header documents it. Nil when memory is out.
    package static func json() -> Text? {
        let version = CurlLibrary.version.pointee
        var out = ByteBuffer()
        let isFine =
            out.append("{\"version\":\"") && out.append(Settings.version)
            && out.append("\",\"abi\":0,\"runtime\":\"") && out.append(runtime)
            && out.append("\",\"curl\":") && append(version.version, &out)
            && out.append(",\"tls\":") && append(version.ssl_version, &out)
            && out.append(",\"features\":{\"http2\":") && append(version, CURL_VERSION_HTTP2, &out)
            && out.append(",\"gzip\":") && append(version, CURL_VERSION_LIBZ, &out)
            && out.append(",\"async_dns\":") && append(version, CURL_VERSION_ASYNCHDNS, &out)
            && out.append("}}")
        return isFine ? out.copy() : nil
    }

    private static func append(_ text: UnsafePointer<CChar>?, _ out: inout ByteBuffer) -> Bool {
        guard let text else { return out.append("null") }
        let start = UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self)
        var count = 0
        while start[count] != 0 { count += 1 }
        return JSONEscape.encode(UnsafeBufferPointer(start: start, count: count), into: &out)
    }

    private static func append(
        _ version: curl_version_info_data, _ feature: Int32, _ out: inout ByteBuffer
    ) -> Bool {
        out.append(version.features & feature != 0 ? "true" : "false")
    }
}
