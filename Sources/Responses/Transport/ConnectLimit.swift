import CCurl
import CPlatform

/// `connect_timeout_ms` without what it costs in libcurl (up to at least 8.14): for a handle that has such a
/// limit when its transfer begins, libcurl keeps a timer until that is reached, whether the connection was made
/// or not, and sorts it anew among those of all other transfers with every piece that arrives. With 500
/// streams that is an eighth of the instructions of an event.
///
/// So the option is not set when a transfer begins, and is set before it connects: libcurl divides the time
/// among the addresses of a host. The moment between is that at which it looks for the name. From then on
/// libcurl knows the limit and has no timer for it, and is made to look at the time by us.
extension Engine {
    /// A new handle says when it looks for a name, and goes on to do so whatever else it is told. False when
    /// memory is out. The lock is held.
    func shareNames(with easy: UnsafeMutableRawPointer) -> Bool {
        // Older ones do not say when the connection is there.
        if !CurlLibrary.announcesRequests { return true }
        if names == nil { names = curl_share_names(socketHooks) }
        curl_set_share(easy, names)
        return names != nil
    }

    /// libcurl has not got the transfer yet. The lock is held.
    func limitConnecting(of transfer: Transfer) {
        if names == nil { return transfer.tellConnectLimit() }
        // The handle may still have that of the transfer before.
        curl_set_long(transfer.easy, CURLOPT_CONNECTTIMEOUT_MS, 0)
        if transfer.connectLimit != Int(Int32.max) {
            // libcurl counts whole milliseconds, and begins after this.
            transfer.connectBy = now &+ UInt64(transfer.connectLimit &+ 1) &* 1_000_000
        }
    }
}

extension Transfer {
    /// Between two looks at a transfer that is late, and for which libcurl has begun to count anew.
    private static let pause: UInt64 = 100_000_000

    func tellConnectLimit() {
        if connectLimitIsTold { return }
        connectLimitIsTold = true
        curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, connectLimit)
    }

    /// To be called when a deadline is reached. The lock is held.
    func judgeConnecting(_ now: UInt64) {
        if connectBy == 0 || now < connectBy { return }
        connectBy = runningIndex < 0 ? 0 : now &+ Transfer.pause
        if connectBy != 0 { lookAtConnection() }
    }
}
