/// What the code and the type of a failure mean: the HTTP status that it would have had as an answer.
extension ServerFailure {
    /// Codes and types that say that money or a quota has run out: a retry cannot help.
    package var isQuotaExhausted: Bool {
        ServerFailure.quotaNames.contains(code) || ServerFailure.quotaNames.contains(type)
    }

    private static var quotaNames: Words {
        """
        insufficient_quota|credit_balance_exhausted|organization_spend_limit_exceeded|\
        project_spend_limit_exceeded|organization_usage_limit_exceeded|billing_hard_limit_reached
        """
    }

    /// The API takes no more turns over this connection, which is 60 minutes old.
    package var isEndOfConnection: Bool { equal(code, "websocket_connection_limit_reached") }

    /// The HTTP status that the same failure would have had as an answer; 0 when nothing tells.
    package var impliedStatus: Int32 {
        if let status = ServerFailure.status(code) { return status }
        if isQuotaExhausted { return 429 }
        // The code is the more precise of the two.
        for name in [code, type] {
            if let status = ServerFailure.named(name) { return status }
        }
        if statedStatus != 0 { return statedStatus }
        // Who names a time to come back at can be asked again.
        return wait >= 0 ? 429 : 0
    }

    /// The status that a number is, from 400 to 599.
    static func status(_ text: [UInt8]) -> Int32? {
        if text.count != 3 { return nil }
        var value: Int32 = 0
        for byte in text {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int32(byte - 0x30)
        }
        return value >= 400 && value < 600 ? value : nil
    }

    /// Servers write one name in many ways: `rate_limit_error`, `RateLimitError`, `RESOURCE_EXHAUSTED`,
    /// `ThrottlingException`. Letters and digits alone are compared, without the word that says that it is
    /// an error.
    private static func named(_ name: [UInt8]) -> Int32? {
        if name.isEmpty || name.count > 64 { return nil }
        var plain: [UInt8] = []
        for byte in name {
            let letter = lowercased(byte)
            if letter >= 0x61 && letter <= 0x7A || letter >= 0x30 && letter <= 0x39 {
                plain.append(letter)
            }
        }
        for suffix in "error|exception" as Words
        where plain.count > suffix.count && plain.suffix(suffix.count).elementsEqual(suffix) {
            plain.removeLast(suffix.count)
            break
        }
        return status(named: plain)
    }

    private static func status(named name: [UInt8]) -> Int32? {
        func isOne(of names: Words) -> Bool { names.contains(name) }
        if isOne(
            of: """
                invalidrequest|badrequest|invalidargument|contextlengthexceeded
                """)
        {
            return 400
        }
        if isOne(of: "authentication|unauthorized|unauthenticated|invalidapikey") { return 401 }
        if isOne(of: "permission|permissiondenied|forbidden") { return 403 }
        if isOne(of: "notfound|modelnotfound") { return 404 }
        if isOne(of: "requesttimeout") { return 408 }
        if isOne(
            of: """
                ratelimitexceeded|ratelimit|ratelimited|ratelimitreached|\
                toomanyrequests|requests|tokens|throttling|throttled|resourceexhausted|\
                requestlimitexceeded|responsealreadyinflight
                """)
        {
            return 429
        }
        if isOne(
            of: """
                server|internalserver|internal|serverfailure|api|upstream|apiconnection|\
                modelstreamerror
                """)
        {
            return 500
        }
        if isOne(of: "badgateway|upstreamconnection") { return 502 }
        if isOne(
            of: """
                serverisoverloaded|serveroverloaded|overloaded|modeloverloaded|\
                engineoverloaded|modelisoverloaded|slowdown|serviceunavailable|\
                unavailable|temporarilyunavailable|servertemporarilyunavailable|\
                capacityexceeded|nocapacity|modelnotready|serverbusy|\
                websocketconnectionlimitreached
                """)
        {
            return 503
        }
        if isOne(
            of: """
                timeout|apitimeout|gatewaytimeout|upstreamtimeout|servertimeout|\
                deadlineexceeded|timedout|modeltimeout|vectorstoretimeout
                """)
        {
            return 504
        }
        return nil
    }
}
