/// A handshake that the server did not agree to, or that did not reach it.
struct HandshakeFailure {
    let httpStatus: Int32
    let isRetryable: Bool
    /// How long the server asks to wait, in milliseconds; -1 when it does not.
    let wish: Int64

    init(_ socket: WebSocket) {
        let transfer: Transfer = socket.transfer
        httpStatus = transfer.status
        if let ending = socket.ending {
            isRetryable = ending.status == .timeout || ending.status == .network
            wish = -1
        } else if httpStatus >= 400 {
            let told = ServerFailure(body: transfer.inbox.bytes, count: transfer.inbox.count)
            isRetryable = RetryRule.isRetryable(
                httpStatus: httpStatus, failure: told, shouldRetry: transfer.headers.shouldRetry)
            let asked = transfer.headers.retryAfterMilliseconds
            wish = asked < 0 && isRetryable ? told.wait : asked
        } else {
            let failure = TransferFailure(
                transfer.result, isBroken: transfer.connectionEnd != nil)
            isRetryable =
                httpStatus == 0 && failure.isRetryable && !transfer.isRefusedByProxy
            wish = -1
        }
    }
}
