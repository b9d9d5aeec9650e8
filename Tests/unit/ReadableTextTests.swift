import Testing

@testable import Responses

struct ReadableTextTests {
    private func clean(_ text: String, limit: Int = 4000) -> String {
        String(decoding: ReadableText.clean(Array(text.utf8), limit: limit), as: UTF8.self)
    }

    @Test(arguments: [
        "", "plain", "über Größe", "日本語", "👩‍👩‍👧 ❤️", "שלום", "a  b", "\u{10FFFD}",
    ])
    func goodTextStaysAsItIs(_ text: String) {
        #expect(clean(text) == text)
        #expect(Array(text.utf8).withUnsafeBufferPointer { ReadableText.isClean($0) })
    }

    @Test(arguments: [
        ("a\nb", "a b"), ("a\r\n\tb", "a b"), ("a\u{0}b", "a b"), ("\u{1B}[31mred", " [31mred"),
        ("a\u{7F}b", "a b"), ("a\u{85}b", "a b"), ("\u{9B}31m", " 31m"),
        ("a\u{2028}b\u{2029}c", "a b c"),
        ("a \n b", "a  b"), ("a\u{202E}b\u{202C}c", "abc"), ("a\u{2066}b\u{2069}", "ab"),
        ("\u{200E}\u{200F}\u{61C}x", "x"), ("\u{FEFF}x", "x"), ("x\u{E0041}\u{E007F}", "x"),
        ("x\u{200B}y", "xy"), ("x\u{FFFE}y", "xy"), ("\u{202E}", ""),
    ])
    func whatActsOnATerminalIsTakenOut(_ text: String, _ expected: String) {
        #expect(clean(text) == expected)
        #expect(!Array(text.utf8).withUnsafeBufferPointer { ReadableText.isClean($0) })
    }

    @Test(arguments: [
        ([0x80], 1), ([0x9B, 0x33], 1), ([0xFF, 0xFE], 2), ([0xC0, 0x9B], 2), ([0xC2], 1),
        ([0xE2, 0x80], 1), ([0xE0, 0x80, 0x9B], 3), ([0xED, 0xA0, 0x80], 3),
        ([0xF0, 0x82, 0x82, 0xAC], 4), ([0xF4, 0x90, 0x80, 0x80], 4), ([0xF5, 0x41], 1),
        ([0xE2, 0x80, 0x41], 1),
    ])
    func whatIsNoUTF8IsMarked(_ text: [UInt8], _ marks: Int) {
        let cleaned = ReadableText.clean(text)
        let string = String(decoding: cleaned, as: UTF8.self)
        #expect(string.unicodeScalars.filter { $0 == "\u{FFFD}" }.count == marks)
        #expect(Array(string.utf8) == cleaned)
        // The standard library decides in the same way what a maximal subpart is.
        #expect(string == String(decoding: text, as: UTF8.self))
    }

    @Test func longTextIsCutAtACharacter() {
        #expect(clean("abcdefghij", limit: 10) == "abcdefghij")
        #expect(clean("abcdefghijk", limit: 10) == "abcdefg…")
        #expect(clean("äääääk", limit: 10) == "äää…")
        #expect(clean("ab👩👩👩", limit: 10) == "ab👩…")
        #expect(clean(clean("abcdefghijk", limit: 10), limit: 10) == "abcdefg…")
        // What is left out does not count.
        #expect(clean("abc" + String(repeating: "\u{202E}", count: 100), limit: 10) == "abc")
    }
}

struct ErrorTextTests {
    private let harmful = "a\u{9B}31m\nb\u{202E}"

    @Test func everyErrorIsReadable() {
        var details = ResponsesError.Details()
        details.type = held(harmful)
        details.code = held(harmful)
        details.param = held(harmful)
        details.requestID = held(harmful)
        details.responseID = held(harmful)
        details.body = held(harmful)
        let error = ResponsesError(.api, "HTTP 400: \(held(harmful))", details)
        #expect(string(error.message) == "HTTP 400: a 31m b")
        for field in [
            error.details.type, error.details.code, error.details.param, error.details.requestID,
        ] {
            #expect(string(field) == "a 31m b")
        }
        #expect(error.details.responseID == nil)
        #expect(string(error.details.body) == harmful)
    }

    @Test func anIDThatMeansAnotherPlaceIsNone() {
        for id in ["..", ".", "", "%2e%2e", "..;x"] {
            var details = ResponsesError.Details()
            details.responseID = held(id)
            #expect(ResponsesError(.truncated, "x", details).details.responseID == nil)
        }
    }
}

struct RedactionTests {
    private func redaction() throws -> Redaction {
        var settings = Settings()
        let values: [(Option, String)] = [
            (.apiKey, "sk-secret-0123"), (.proxy, "http://me:pass%40word@proxy.test:3128"),
            (
                .baseURL,
                "http://h.test/v1/0123456789abcdef?key=query-secret&api-version=2025-04-01-preview"
            ),
            (.defaultQuery, "token=default-secret&a=1"), (.clientKey, "sk-in-the-wrong-place"),
            (.caFile, "/etc/ssl/ca.pem"),
        ]
        for (option, value) in values {
            try withInput(value) { value throws(ResponsesError) in try settings.set(option, value) }
        }
        try withInput("X-Auth") { name throws(ResponsesError) in
            try withInput("Token header-secret") { value throws(ResponsesError) in
                try settings.setHeader(name, value, argument: "name")
            }
        }
        return Redaction(settings)
    }

    @Test(arguments: [
        ("key sk-secret-0123!", "key ***!"), ("sk-secret-0123", "***"),
        ("Token header-secret", "***"), ("=header-secret=", "=***="),
        ("?key=query-secret&", "?key=***&"), ("default-secret", "***"),
        ("user me:pass%40word, pass%40word", "user ***, ***"),
        ("/v1/0123456789abcdef/responses", "/v1/***/responses"),
        (
            "2025-04-01-preview, a=1, v1, sk-secret-012",
            "2025-04-01-preview, a=1, v1, sk-secret-012"
        ),
    ])
    func secretsAreTakenOut(_ text: String, _ expected: String) throws {
        let redacted = try redaction().redact(Array(text.utf8))
        #expect(String(decoding: redacted, as: UTF8.self) == expected)
    }

    @Test func aKeyIsFoundBehindWhatHidesAndBeforeACut() throws {
        let hidden = Array("key: sk-se\u{200B}cret-\u{202E}0123".utf8)
        #expect(try redaction().readable(hidden, limit: 100) == Array("key: ***".utf8))
        let long = Array("a long word, sk-secret-0123 and more".utf8)
        #expect(try redaction().readable(long, limit: 20) == Array("a long word, *** …".utf8))
    }

    @Test(arguments: [
        ("Could not resolve proxy: proxy.test", "Could not resolve the proxy (option proxy)"),
        (
            "Failed to connect to proxy.test port 3128 after 1 ms: No",
            "Failed to connect to the proxy (option proxy) after 1 ms: No"
        ),
        ("Could not resolve host: h.test", "Could not resolve host: h.test"),
        (
            "unable to set private key file: 'sk-in-the-wrong-place' type PEM",
            "unable to set private key file: 'client_key' type PEM"
        ),
        ("cut short: sk-in-the-wro", "cut short: client_key"),
        ("error in /etc/ssl/ca.pem", "error in /etc/ssl/ca.pem"),
    ])
    func libcurlsWordsAreKeptWithoutValues(_ text: String, _ expected: String) throws {
        let shown = try redaction().withoutValues(Array(text.utf8))
        #expect(String(decoding: shown, as: UTF8.self) == expected)
    }
}
