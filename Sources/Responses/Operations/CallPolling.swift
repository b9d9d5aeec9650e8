import CPlatform

/// Polling a response until it has ended.
extension Call {
    /// The response has not ended yet: asks again after a pause.
    func pollAgain() {
        retries = 0
        polling.outage = nil
        polling.wasAnswered = true
        let pause = polling.nextPause()
        goesOn(.poll, in: pause)
        sleep(pause)
    }

    /// The server does not answer now. Polling goes on within the caller's time limit, because a server that
    /// restarts continues its responses. Without a time limit it goes on for `resume_attempts` attempts.
    func mayWaitOut(_ wish: Int64) -> Bool {
        if settings.resumeAttempts == 0 || wish > RetryRule.longestWish { return false }
        if operation.patience >= 0 && limits.total != 0 { return true }
        return polling.wasAnswered && retries < settings.resumeAttempts
    }

    func waitOut(_ error: ResponsesError, _ wish: Int64) {
        let left = limits.millisecondsLeft(platform_now())
        let pause = RetryRule.patientPause(
            retry: retries, wish: wish, left: left, settings.backoff)
        retries &+= 1
        polling.outage = error.message
        goesOn(.poll, in: pause)
        log.warning("asking for the response again in \(pause) ms: the last request failed")
        sleep(pause)
    }
}
