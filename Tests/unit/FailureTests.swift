import Testing

@testable import Responses

struct ServerFailureTests {
    private func read(_ body: String) -> ServerFailure {
        let text = held(body)
        return ServerFailure(body: text.base, count: text.count)
    }

    private func show(_ failure: ServerFailure) -> [String] {
        [failure.message, failure.type, failure.code, failure.param].map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    @Test(arguments: [
        (#"{"error":{"message":"m","type":"t","code":"c","param":"p"}}"#, ["m", "t", "c", "p"]),
        (#"{"error":{"message":"m","type":null,"code":404,"param":null}}"#, ["m", "", "404", ""]),
        (#"{"error":"Unauthorized","success":false}"#, ["Unauthorized", "", "", ""]),
        (#"{"detail":"Store must be set to false"}"#, ["Store must be set to false", "", "", ""]),
        (
            #"{"detail":[{"loc":["body"],"msg":"x"}]}"#,
            [#"[{"loc":["body"],"msg":"x"}]"#, "", "", ""]
        ),
        (#"{"message":"flat","type":"error","code":"c"}"#, ["flat", "", "c", ""]),
        (
            #"{"type":"error","error":{"type":"server_error","message":"n"}}"#,
            ["n", "server_error", "", ""]
        ),
        (#""just text""#, ["just text", "", "", ""]),
        ("<html>502</html>", ["502", "", "", ""]), ("", ["", "", "", ""]),
        ("[]", ["", "", "", ""]),
        (#"{"error":{"message":"#, [#"{"error":{"message":"#, "", "", ""]),
        (#"[{"error":{"message":"m","code":5}}]"#, ["m", "", "5", ""]),
        (#"{"errors":[{"message":"m","code":"c"}]}"#, ["m", "", "c", ""]),
        (#"{"errors":["first","second"]}"#, ["first", "", "", ""]),
        (#"{"errors":{"model":["is unknown"]}}"#, [#"{"model":["is unknown"]}"#, "", "", ""]),
        (#"{"detail":{"error":{"message":"m","code":"c"}}}"#, ["m", "", "c", ""]),
        (
            #"{"error":"invalid_token","error_description":"It expired."}"#,
            ["It expired.", "", "invalid_token", ""]
        ),
        (#"{"error":"No such place","description":"d"}"#, ["No such place", "", "", ""]),
        (#"{"Error":{"Message":"m","Code":"c"}}"#, ["m", "", "c", ""]),
        (
            #"{"error":"Forbidden","message":"no access","statusCode":403}"#,
            ["no access", "", "Forbidden", ""]
        ),
        (
            #"{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}"#,
            ["m", "RESOURCE_EXHAUSTED", "429", ""]
        ),
        (
            #"{"__type":"ThrottlingException","Message":"slow"}"#,
            ["slow", "ThrottlingException", "", ""]
        ),
        (
            #"{"type":"about:blank","title":"t","status":503,"detail":"d"}"#,
            ["d", "about:blank", "", ""]
        ),
        (#"{"what":"ever"}"#, [#"{"what":"ever"}"#, "", "", ""]),
        (#"{"error":null,"list":[]}"#, ["", "", "", ""]),
        ("plain text\r\nand more", ["plain text", "", "", ""]),
        ("\n\n  no healthy upstream  \n", ["no healthy upstream", "", "", ""]),
        ("\u{1}\u{2}", ["", "", "", ""]),
        (
            "event: error\ndata: {\"error\":{\"message\":\"in a stream\"}}\n\n",
            ["in a stream", "", "", ""]
        ),
        (
            "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"server_error\",\"message\":\"f\"}}}",
            ["f", "", "server_error", ""]
        ),
        (
            "data: {\"type\":\"response.failed\",\"response\":{\"error\":null,\"status_details\":{\"error\":{\"message\":\"f\"}}}}",
            ["f", "", "", ""]
        ),
        (
            "data: {\"type\":\"response.failed\",\"response\":{\"last_error\":{\"code\":\"c\",\"message\":\"f\"}}}",
            ["f", "", "c", ""]
        ),
        (
            "data: {\"type\":\"response.failed\",\"response\":{\"id\":\"r\"},\"error\":{\"message\":\"f\"}}",
            ["f", "", "", ""]
        ),
        ("data: [{\"error\":{\"message\":\"f\",\"code\":5}}]", ["f", "", "5", ""]),
    ])
    func everyShape(_ body: String, _ expected: [String]) { #expect(show(read(body)) == expected) }

    @Test(arguments: [
        (#"{"error":{"code":"rate_limit_exceeded"}}"#, 429),
        (#"{"error":{"type":"server_error"}}"#, 500),
        (#"{"error":{"code":503}}"#, 503), (#"{"error":{"type":"invalid_request_error"}}"#, 400),
        (#"{"error":{"type":"overloaded_error"}}"#, 503), (#"{"error":{"code":"whatever"}}"#, 0),
        (#"{"error":{"code":"insufficient_quota"}}"#, 429),
    ])
    func theStatusItWouldHaveHad(_ body: String, _ expected: Int) {
        #expect(read(body).impliedStatus == Int32(expected))
    }
}

struct RetryRuleTests {
    private func isRetryable(_ status: Int32, code: String = "", shouldRetry: Bool? = nil) -> Bool {
        var failure = ServerFailure()
        failure.code = Array(code.utf8)
        return RetryRule.isRetryable(httpStatus: status, failure: failure, shouldRetry: shouldRetry)
    }

    @Test func theTable() {
        for status in [408, 409, 429, 500, 502, 503, 504, 529, 599] as [Int32] {
            #expect(isRetryable(status))
        }
        for status in [400, 401, 403, 404, 413, 422, 0] as [Int32] { #expect(!isRetryable(status)) }
        #expect(!isRetryable(429, code: "insufficient_quota"))
        #expect(!isRetryable(429, code: "insufficient_quota", shouldRetry: true))
        #expect(isRetryable(400, shouldRetry: true))
        #expect(!isRetryable(503, shouldRetry: false))
    }

    @Test func thePauseGrowsAndVaries() {
        for (retry, longest) in [
            (0, 500), (1, 1000), (2, 2000), (3, 4000), (4, 8000), (5, 8000), (1000, 8000),
        ] {
            for _ in 0..<50 {
                let pause = RetryRule.Backoff().milliseconds(retry: retry)
                #expect(pause <= Int64(longest))
                #expect(pause >= Int64(longest) * 3 / 4)
            }
        }
    }

    @Test func wishesOfServers() {
        func seconds(_ text: String) -> Int64? { withInput(text) { RetryRule.seconds($0) } }
        func milliseconds(_ text: String) -> Int64? {
            withInput(text) { RetryRule.milliseconds($0) }
        }
        #expect(seconds("1") == 1000)
        #expect(seconds("0.25") == 250)
        #expect(seconds("1.0001") == 1001)
        #expect(milliseconds("1500") == 1500)
        #expect(milliseconds("0.5") == 1)
        #expect(seconds("") == nil)
        #expect(seconds("soon") == nil)
        #expect(seconds("-1") == nil)
        #expect(seconds("1.2.3") == nil)
        #expect((seconds("999999999999999999999999999") ?? 0) > 1_000_000_000)
        #expect((seconds("9223372036854775807") ?? 0) > 1_000_000_000)
        #expect(seconds("1.00000000000000000000000000000001") == 1000)
    }
}
