import CPlatform

/// The signature of a webhook, after Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA-256 of the id, the
/// time and the payload, with points between them.
package struct WebhookSignature {
    private let id: Input
    private let timestamp: Input
    private let seconds: Int64
    /// Those that were sent, in base64.
    private let signatures: [Input]

    /// From the values of the three headers.
    package init(id: Input, timestamp: Input, signatures: Input) throws(ResponsesError) {
        self.id = trimmed(id)
        self.timestamp = trimmed(timestamp)
        if self.id.isEmpty { throw .unsigned("the header webhook-id is not there") }
        if signatures.isEmpty { throw .unsigned("the header webhook-signature is not there") }
        if self.timestamp.isEmpty {
            throw .unsigned("the header webhook-timestamp is not there")
        }
        guard let seconds = WebhookSignature.number(self.timestamp) else {
            throw .unsigned("the header webhook-timestamp is not a number of seconds since 1970")
        }
        self.seconds = seconds
        var found: [Input] = []
        WebhookSignature.forEachWord(of: signatures) { word in
            let isVersion1 = word.count > 3 && WebhookSignature.begins(word, "v1,")
            found.append(isVersion1 ? Input(rebasing: word[3...]) : word)
        }
        self.signatures = found
    }

    /// Throws when it was not signed with one of the secrets, or too long before or after `now`. `tolerance` in seconds,
    /// negative for any time.
    package func check(
        _ payload: Input, secrets: Input, tolerance: Int64, now: Int64
    ) throws(ResponsesError) {
        let keys = try WebhookSignature.keys(secrets)
        if tolerance >= 0 {
            if seconds < now && now - seconds > tolerance {
                throw .unsigned("the webhook was signed more than \(tolerance) s ago")
            }
            if seconds > now && seconds - now > tolerance {
                throw .unsigned("the webhook was signed more than \(tolerance) s in the future")
            }
        }
        let point = ("." as StaticString).buffer
        // All are looked at, whichever fits: the time says nothing of them.
        var isSigned: UInt8 = 0
        for key in keys {
            let expected = Base64.encode(
                SHA256.authentication([id, point, timestamp, point, payload], key: key))
            for signature in signatures { isSigned |= WebhookSignature.same(expected, signature) }
        }
        if isSigned == 0 { throw .unsigned("no signature of the webhook fits") }
    }

    /// 1 when they are, in a time that does not depend on where they differ.
    private static func same(_ expected: [UInt8], _ given: Input) -> UInt8 {
        if given.count != expected.count { return 0 }
        var difference: UInt8 = 0
        for index in 0..<expected.count { difference |= expected[index] ^ given[index] }
        return difference == 0 ? 1 : 0
    }

    /// Those with the prefix `whsec_` are base64.
    private static func keys(_ secrets: Input) throws(ResponsesError) -> [[UInt8]] {
        var keys: [[UInt8]] = []
        var isMalformed = false
        forEachWord(of: secrets) { word in
            guard word.count > 6, begins(word, "whsec_") else { return keys.append(Array(word)) }
            guard let key = Base64.decode(Input(rebasing: word[6...])) else {
                isMalformed = true
                return
            }
            keys.append(key)
        }
        if isMalformed { throw .invalid("secrets", "expected base64 after \"whsec_\"") }
        if keys.isEmpty {
            throw .invalid(
                "secrets", "has none; expected \"whsec_...\", or several with spaces between them")
        }
        return keys
    }

    // MARK: reading

    private static func begins(_ word: Input, _ start: StaticString) -> Bool {
        guard let base = word.baseAddress else { return false }
        return matches(base, start)
    }

    private static func number(_ text: Input) -> Int64? {
        if text.isEmpty || text.count > 15 { return nil }
        var value: Int64 = 0
        for byte in text {
            guard byte >= 0x30 && byte <= 0x39 else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        return value
    }

    private static func forEachWord(of text: Input, _ body: (Input) -> Void) {
        var start = 0
        while start < text.count {
            while start < text.count && text[start] <= 0x20 { start += 1 }
            var end = start
            while end < text.count && text[end] > 0x20 { end += 1 }
            if end > start { body(Input(rebasing: text[start..<end])) }
            start = end
        }
    }
}

extension ResponsesError {
    fileprivate static func unsigned(_ message: Message) -> ResponsesError {
        ResponsesError(.signature, message)
    }
}
