import CCurl

/// When the steps of an exchange were done, in microseconds since it began. -1: it did not come so far, or there was
/// no such step: a connection that is used again is neither looked up nor made.
package struct TransferTimes {
    package var lookup: Int64 = -1
    package var connect: Int64 = -1
    package var tls: Int64 = -1
    /// The request had gone out. Before 8.10 libcurl only tells when it began to.
    package var sent: Int64 = -1
    package var firstByte: Int64 = -1

    package init() {}
}

/// What libcurl has measured. To be asked with the engine's lock held, before the transfer gives up its handle.
extension Transfer {
    var times: TransferTimes {
        var times = TransferTimes()
        if !isOnKeptConnection {
            times.lookup = time(CURLINFO_NAMELOOKUP_TIME_T)
            times.connect = time(CURLINFO_CONNECT_TIME_T)
            if request.isSecure { times.tls = time(CURLINFO_APPCONNECT_TIME_T) }
        }
        if wasSent && !isInProxyHead {
            times.sent = time(curl_time_of_last_sent())
            if times.sent < 0 { times.sent = time(CURLINFO_PRETRANSFER_TIME_T) }
        }
        if headers.status > 0 { times.firstByte = time(CURLINFO_STARTTRANSFER_TIME_T) }
        return times
    }

    /// The request has gone out over a connection that was there.
    var isOnKeptConnection: Bool { wasSent && !isOnNewConnection }

    /// Bytes of the request, its head and its body, before TLS and the compression of HTTP/2.
    var requestBytes: Int64 {
        var sent = 0
        curl_get_long(easy, CURLINFO_REQUEST_SIZE, &sent)
        let body = offset(CURLINFO_SIZE_UPLOAD_T)
        // Before 8.7 libcurl counts a body with the head that it sends in one piece with it: up to 64 KiB.
        let isCounted = CurlLibrary.version.pointee.version_num < 0x08_07_00 && body <= 65_536
        return Int64(sent) &+ (isCounted ? 0 : body)
    }

    /// Bytes of the answer, its head and its body, with what marks its chunks.
    var answerBytes: Int64 {
        var head = 0
        curl_get_long(easy, CURLINFO_HEADER_SIZE, &head)
        return Int64(head) &+ offset(CURLINFO_SIZE_DOWNLOAD_T)
    }

    /// Times are at least one microsecond once they are there.
    private func time(_ info: CURLINFO) -> Int64 {
        let value = offset(info)
        return value > 0 ? value : -1
    }

    private func offset(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        return curl_get_offset(easy, info, &value) == CURLE_OK ? Int64(value) : 0
    }
}
