import CPlatform

/// Sending the same request again.
extension Call {
    /// After a pause: the one that the server wishes for, in milliseconds, or one that grows.
    @inline(never)
    func retry(_ wish: Int64, _ reason: Message, else error: ResponsesError) {
        switch RetryRule.pause(
            retry: retries, wish: wish, left: limits.millisecondsLeft(platform_now()),
            settings.backoff)
        {
        case .tooLong:
            fail(
                noting(
                    error,
                    " (not retried: the server asks to wait \(wish) ms, and the library waits at most "
                        + "\(RetryRule.longestWish) ms)"))
        case .noTimeLeft(let pause):
            fail(noting(error, " (not retried: timeout_ms would end the pause of \(pause) ms)"))
        case .milliseconds(let pause):
            retries += 1
            // What it told of a response was for nobody: the next one tells of another.
            accumulator.forget()
            stream.lastSequence = operation.startingAfter
            resumption = Resumption()
            goesOn(.retry, in: pause)
            log.warning(
                "retry \(retries) of \(settings.maximumRetries) in \(pause) ms after \(reason)")
            sleep(pause)
        }
    }
}
