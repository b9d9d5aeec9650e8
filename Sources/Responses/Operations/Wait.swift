import CPlatform

/// GET /responses/{id} until it has ended.
extension Operation {
    package static func wait(_ id: Input, timeout: Int32, _ settings: Settings)
        throws(ResponsesError)
        -> Operation
    {
        if timeout < -1 {
            throw .invalid("timeout_ms", "expected milliseconds, or -1 for no limit")
        }
        let request = HTTPRequest(.get, at: Path.one, url: settings.url(try Path.response(id)))
        var operation = Operation(.poll, request)
        operation.responseID = Array(id)
        operation.patience = Int64(timeout)
        return operation
    }
}

extension Call {
    /// The response has not ended yet: asks again after a pause.
    func pollAgain() {
        retries = 0
        outage = nil
        hasBeenAnswered = true
        let pause = nextPollPause()
        journal.pauseBegins(pause)
        sleep(pause)
    }

    /// The server cannot be asked now. Within the time that the caller gave that is waited out: a server
    /// that is started anew goes on with its responses. False when it was tried often enough.
    func waitsOut(_ error: ResponsesError, _ wish: Int64) -> Bool {
        if settings.resumeAttempts == 0 || wish > RetryRule.longestWish { return false }
        let left = limits.millisecondsLeft(platform_now())
        // Without a limit of time, as often as a stream is taken up again.
        let isUnlimited = operation.patience >= 0 && left != nil
        if !isUnlimited && (!hasBeenAnswered || retries >= settings.resumeAttempts) { return false }
        // A server may ask for a longer pause, and not for being asked without one.
        var pause = max(wish, RetryRule.backoffMilliseconds(retry: retries))
        // Towards the end more often: the server may come back at the last moment. What it asks for is
        // kept while that is possible.
        if let left, pause > left / 2 {
            pause = wish > left / 2 && wish < left ? wish : max(50, left / 2)
        }
        retries &+= 1
        outage = error.message
        journal.pauseBegins(pause)
        log.warning("asking again in \(pause) ms: the server cannot be asked now")
        sleep(pause)
        return true
    }
}
