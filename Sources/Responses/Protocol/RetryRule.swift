import CPlatform

/// When a request is retried, and after which pause.
///
/// The rule is that of the official clients, except that an exhausted quota is not retried, and that the call
/// ends at once if the server asks for a pause longer than `longestWish`.
package enum RetryRule {
    /// The longest pause that a server may ask for, in milliseconds.
    package static let longestWish: Int64 = 120_000

    package static func isRetryable(httpStatus: Int32, failure: ServerFailure, shouldRetry: Bool?)
        -> Bool
    {
        if failure.isQuotaExhausted { return false }
        if let shouldRetry { return shouldRetry }
        return httpStatus == 408 || httpStatus == 409 || httpStatus == 429 || httpStatus >= 500
    }

    package enum Pause: Equatable {
        case milliseconds(Int64)
        /// The server asks for more than `longestWish`.
        case tooLong
        /// The call's time limit ends during the pause.
        case noTimeLeft(Int64)
    }

    /// The pause before a retry, in milliseconds. `wish`: what the server asked for, or a negative number.
    /// `left`: the time that the call has, nil without a limit.
    package static func pause(
        retry: Int, wish: Int64, left: Int64?, _ backoff: Backoff = Backoff()
    ) -> Pause {
        if wish > longestWish { return .tooLong }
        let pause = wish > 0 ? wish : backoff.milliseconds(retry: retry)
        if let left, pause >= left { return .noTimeLeft(pause) }
        return .milliseconds(pause)
    }

    /// The pause of a poll while the server does not answer.
    package static func patientPause(
        retry: Int, wish: Int64, left: Int64?, _ backoff: Backoff = Backoff()
    ) -> Int64 {
        // A server may ask for a longer pause, and not for being asked without one.
        let pause = max(wish, backoff.milliseconds(retry: retry))
        guard let left, pause > left / 2 else { return pause }
        // Shorter pauses towards the end, because the server may come back at the last moment. The pause that
        // the server asks for is kept while that is possible.
        return wish > left / 2 && wish < left ? wish : max(50, left / 2)
    }

    /// The pauses where the server asks for none, in milliseconds: the least, doubled for each retry up to the most, less
    /// up to a quarter of it by chance, so that clients that failed together do not come back together.
    package struct Backoff {
        let least: Int64
        let most: Int64

        package init(least: Int64 = 500, most: Int64 = 8000) {
            self.least = least
            self.most = most
        }

        package func milliseconds(retry: Int) -> Int64 {
            // 600,000 at most, so that nothing overflows.
            let base = min(least << Int64(min(max(retry, 0), 20)), max(most, 0))
            var random: UInt32 = 0
            platform_random(&random, 4)
            return base - base * Int64(random >> 8) / (1 << 26)
        }
    }

    /// `retry-after-ms`: milliseconds, perhaps with a fraction.
    package static func milliseconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        decimal(text, scale: 1)
    }

    /// `retry-after` as a number of seconds (RFC 9110, 10.2.3; some servers add a fraction).
    package static func seconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        decimal(text, scale: 1000)
    }

    /// A decimal number, times `scale`, rounded up.
    static func decimal(_ text: UnsafeBufferPointer<UInt8>, scale: Int64) -> Int64? {
        var value: Int64 = 0
        var divisor: Int64 = 0  // 0 before the point
        var hasDigits = false
        for byte in text {
            if byte == 0x2E && divisor == 0 {
                divisor = 1
            } else if byte >= 0x30 && byte <= 0x39 {
                hasDigits = true
                if divisor >= 1_000_000 { continue }  // more than can matter
                if value > 1_000_000_000_000 { return Int64.max / 4 }
                value = value * 10 + Int64(byte - 0x30)
                if divisor > 0 { divisor *= 10 }
            } else if byte != 0x20 {
                return nil
            }
        }
        if !hasDigits { return nil }
        let scaled = value.multipliedReportingOverflow(by: scale)
        if scaled.overflow { return Int64.max / 4 }
        let parts = max(divisor, 1)
        return scaled.partialValue / parts + (scaled.partialValue % parts == 0 ? 0 : 1)
    }
}
