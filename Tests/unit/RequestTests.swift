import Testing

@testable import Responses

struct RequestBodyTests {
    private func prepare(_ json: String, stream: Bool?) -> String {
        do throws(ResponsesError) {
            let text = try withInput(json) { input throws(ResponsesError) in
                try RequestBody.prepare(.text(input), stream: stream)
            }
            return string(text)
        } catch {
            return "(\(string(error.message)))"
        }
    }

    @Test(arguments: [
        (#"{"a":1}"#, true, #"{"stream":true,"a":1}"#), ("{}", true, #"{"stream":true}"#),
        (#"{"a":1}"#, false, #"{"a":1}"#), (#"{"stream":true}"#, true, #"{"stream":true}"#),
        // What is left of a value that shrinks is space.
        (#"{"stream" : false , "b":2}"#, true, #"{"stream" : true  , "b":2}"#),
        (#"{"a":1,"stream":"later","b":2}"#, true, #"{"a":1,"stream":true   ,"b":2}"#),
        (#"{"a":1,"stream":{},"b":2}"#, false, #"{"a":1,"stream":false,"b":2}"#),
        (
            #"{"stream":1,"a":[2],"stream":[true],"stream":0}"#, true,
            #"{"stream":true,"a":[2],"stream":true  ,"stream":true}"#
        ),
        (" \t\n                     {\"a\":1} ", true, "{\"stream\":true,\"a\":1} "),
        (#"{"a":1,"stream":true}"#, false, #"{"a":1,"stream":false}"#),
        (#"{"stream":null}"#, true, #"{"stream":true}"#),
        (#"{"stream":false,"stream":true}"#, true, #"{"stream":true ,"stream":true}"#),
        (#"{"x":{"stream":false}}"#, false, #"{"x":{"stream":false}}"#),
        (#"{"\u0073tream":false}"#, true, #"{"\u0073tream":true }"#),
        (#"  {"n":1.50}  "#, false, #"  {"n":1.50}  "#),
    ])
    func streamIsSet(_ json: String, _ stream: Bool, _ expected: String) {
        #expect(prepare(json, stream: stream) == expected)
    }

    @Test func streamIsSetHoweverOften() {
        for times in [15, 16, 17, 100, 1000] {
            func object(_ value: String) -> String {
                "{\"a\":0"
                    + String(repeating: ",\"stream\":\(value),\"b\":[1]", count: times) + "}"
            }
            #expect(prepare(object("0"), stream: true) == object("true"))
            #expect(prepare(object("[]"), stream: false) == object("false"))
        }
    }

    @Test func whatIsNoObjectIsRefused() {
        #expect(prepare("[]", stream: nil) == "(json: is JSON, but not an object; expected {...})")
        #expect(
            prepare("{", stream: nil) == "(json: is not JSON; expected one JSON object in UTF-8)")
    }
}

struct QueryParametersTests {
    private func query(_ json: String, forStream: Bool = false) -> String {
        do throws(ResponsesError) {
            let parameters = try withInput(json) { input throws(ResponsesError) in
                try QueryParameters(input, forStream: forStream)
            }
            let place = parameters.startingAfter >= 0 ? " after \(parameters.startingAfter)" : ""
            return String(decoding: parameters.query, as: UTF8.self) + place
        } catch {
            return "(\(string(error.message)))"
        }
    }

    @Test(arguments: [
        ("{}", ""), (#"{"include":["a.b","c d"]}"#, "include%5B%5D=a.b&include%5B%5D=c%20d"),
        (#"{"include":"x"}"#, "include%5B%5D=x"),
        (#"{"limit":5,"order":"asc","after":"ä"}"#, "limit=5&order=asc&after=%C3%A4"),
        (
            #"{"new":true,"n":1.5,"list":[1,"b"],"none":null,"stream":true}"#,
            "new=true&n=1.5&list%5B%5D=1&list%5B%5D=b"
        ),
        (#"{"a&b":"c=d"}"#, "a%26b=c%3Dd"),
    ])
    func isEncoded(_ json: String, _ expected: String) { #expect(query(json) == expected) }

    @Test func aStreamsPlaceIsKeptApart() {
        #expect(
            query(#"{"starting_after":7,"include_obfuscation":false}"#, forStream: true)
                == "include_obfuscation=false after 7")
    }

    @Test(arguments: [
        (#"{"limit":0}"#, "limit"), (#"{"limit":101}"#, "limit"), (#"{"limit":"5"}"#, "limit"),
        (#"{"limit":1.5}"#, "limit"), (#"{"order":"up"}"#, "order"), (#"{"after":""}"#, "after"),
        (#"{"include":[1]}"#, "include"), (#"{"include":5}"#, "include"),
        (#"{"starting_after":-1}"#, "starting_after"),
        (#"{"x":{}}"#, "params_json"), ("[]", "params_json"), ("nonsense", "params_json"),
        (#"{"include_obfuscation":1}"#, "include_obfuscation"),
    ])
    func whatIsWrongIsNamed(_ json: String, _ argument: String) {
        #expect(query(json).hasPrefix("(\(argument): "))
    }
}

struct URLTests {
    private func url(
        _ base: String, _ path: String = "/responses", query: String = "", defaults: String = ""
    ) -> String {
        do throws(ResponsesError) {
            let base = try BaseURL(Array(base.utf8))
            return String(
                decoding: base.url(
                    path: Array(path.utf8), query: Array(query.utf8), defaults: Array(defaults.utf8)
                ),
                as: UTF8.self)
        } catch {
            return "(refused)"
        }
    }

    @Test func partsAreJoined() {
        #expect(url("http://h/v1") == "http://h/v1/responses")
        #expect(url("http://h/v1/") == "http://h/v1/responses")
        #expect(url("HTTPS://h") == "HTTPS://h/responses")
        #expect(url("http://h/v1?api-version=1") == "http://h/v1/responses?api-version=1")
        #expect(
            url("http://h/v1/?a=1", query: "c=3", defaults: "b=2")
                == "http://h/v1/responses?a=1&b=2&c=3")
        #expect(url("http://h", "/models?limit=5", query: "x=1") == "http://h/models?limit=5&x=1")
        #expect(url("http://[::1]:8080/v1") == "http://[::1]:8080/v1/responses")
    }

    @Test(arguments: [
        "", "h/v1", "ftp://h", "file:///etc/passwd", "http://", "http:///v1", "http://?x",
        "http://h/#f", "http://a b/",
        "http://h\r\nX: 1", "http://user:pass@h/v1", "http://h:99999/", "http://ä/",
    ])
    func whatIsNoURLIsRefused(_ text: String) { #expect(url(text) == "(refused)") }

    @Test func idsAreEncoded() throws {
        func path(_ id: String) -> String {
            do throws(ResponsesError) {
                return try withInput(id) { id throws(ResponsesError) in
                    String(decoding: try Path.fill("/responses/{id}/cancel", id), as: UTF8.self)
                }
            } catch {
                return "(\(string(error.message)))"
            }
        }
        #expect(path("resp_1") == "/responses/resp_1/cancel")
        #expect(path("a/b?c#d e%\r\n") == "/responses/a%2Fb%3Fc%23d%20e%25%0D%0A/cancel")
        #expect(path("..").hasPrefix("(id: "))
        #expect(path("").hasPrefix("(id: "))
        #expect(path("...") == "/responses/.../cancel")
        #expect(path("a/../b") == "/responses/a%2F..%2Fb/cancel")
    }

    @Test(arguments: [
        "/.", "/..", "/a/../b", "/a/..", "/../a?b", "/%2e%2e/a", "/%2E%2e", "/.%2e/a", "/a/%2e./b",
        "/a/%2e/b", "/a%2f..%2fb", "/a%2F%2e%2e%2Fb", "/%252e%252e/a", "/a/..%5cb", "/..;/a",
        "/..;x=1/a", "/%2e%2e%3b/a", "/a/..%00/b", "/..%20/a", "/%c0%ae%c0%ae/a", "/..%c0%afa",
        "/%25252525252525252525252e", "//..//a", "/./a", "/a/.;/b",
    ])
    func dotSegmentsAreFound(_ path: String) {
        #expect(PathText.hasDotSegment(Array(path.utf8.prefix { $0 != 0x3F })))
    }

    @Test(arguments: [
        "/", "/a", "//a", "/a.b", "/...", "/.a", "/a..", "/..a/b", "/org%2Fmodel-1.5", "/a%20b",
        "/100%25", "/%", "/a%2", "/;a", "/a;..", "/%e2%80%a6",
    ])
    func otherPathsAreNot(_ path: String) { #expect(!PathText.hasDotSegment(Array(path.utf8))) }
}

struct SettingsTests {
    private func message(_ option: Option, _ value: String) -> String {
        var settings = Settings()
        do throws(ResponsesError) {
            try withInput(value) { value throws(ResponsesError) in try settings.set(option, value) }
            return ""
        } catch {
            return string(error.message)
        }
    }

    @Test func everyOptionIsFoundByItsName() {
        var index = 0
        while let option = Option.at(index) {
            withInput("\(option.name)") { #expect(Option.named($0) == option) }
            index += 1
        }
        #expect(index == 42)
        withInput("api_ke") { #expect(Option.named($0) == nil) }
    }

    @Test func aKeyIsNeverInAMessage() {
        #expect(!message(.apiKey, "sk-secret\r\nX: y").contains("secret"))
        #expect(!message(.apiKey, "sk-secret\r\nX: y").isEmpty)
    }

    @Test func limitsOfNumbers() {
        #expect(message(.timeout, "0") == "")
        #expect(message(.timeout, "18446744073709551616").contains("timeout_ms"))
        #expect(message(.maximumQueueBytes, "1023").contains("1024"))
        #expect(message(.maximumRetries, "100") == "")
        #expect(message(.maximumRetries, "1e1").contains("max_retries"))
    }

    @Test(arguments: [
        "http://u:p4ss@host:99999", "http://u:p4 ss@host", "u:p4/ss@host:1", "ftp://u:p4ss@host",
        "http://u:p4#ss@host", "http://u:p4?ss@host:1", "u:p4ss@", "http://u:p4ss",
        "http//u:p4ss@h",
        "[p4ss", "http://u:p4ss@h:x", "socks9://u:p4ss@h", "://p4ss", "http://u:p4\ns@h", "http://",
        "http://h/p4ss", "http://u:p4ss@h/x", "socks5://localhost/p4ss@h",
    ])
    func aMalformedProxyIsRefusedWithoutItsValue(_ proxy: String) {
        let refusal = message(.proxy, proxy)
        #expect(refusal.hasPrefix("proxy: expected http://host:port"))
        #expect(!refusal.contains("p4"))
    }

    @Test(arguments: [
        "", "host", "host:3128", "http://host:3128/", "https://u:p%40ss@host:1", "u:p@host",
        "SOCKS5h://h:1080", "socks4a://h", "socks://h", "http://[::1]:3128",
        "socks5h://localhost/run/tor/socks",
    ])
    func aProxyIsWhatLibcurlTakes(_ proxy: String) { #expect(message(.proxy, proxy) == "") }

    @Test func aFileIsNamedByItsPath() {
        let pem = "-----BEGIN PRIVATE KEY-----\nMIIE\n"
        #expect(
            message(.clientKey, pem)
                == message(.caFile, "").replacing("ca_file", with: "client_key"))
    }

    @Test(arguments: [
        "Host", "content-length", "Transfer-Encoding", "connection", "Keep-Alive",
        "Proxy-Connection",
        "TE", "Trailer", "UPGRADE", "Expect", "HTTP2-Settings",
    ])
    func headersOfTheConnectionAreRefused(_ name: String) {
        var settings = Settings()
        let isRefused = refusesHeader(name, "x", &settings)
        #expect(isRefused)
        #expect(message(.authHeader, name).hasPrefix("auth_header: "))
    }

    private func refusesHeader(_ name: String, _ value: String, _ settings: inout Settings) -> Bool
    {
        withInput(name) { name in
            withInput(value) { value in
                do throws(ResponsesError) {
                    try settings.setHeader(name, value, argument: "header")
                    return false
                } catch {
                    return error.status == .invalid
                }
            }
        }
    }

    @Test func headersCannotBeSmuggledIn() {
        for value in ["a\r\nb: c", "a\nb", "a\u{0}b", "\u{7F}"] {
            for option in [Option.apiKey, .organization, .project, .userAgent] {
                #expect(!message(option, value).isEmpty)
            }
            var settings = Settings()
            let isValueRefused = refusesHeader("X", value, &settings)
            #expect(isValueRefused)
            let isNameRefused = refusesHeader(value, "v", &settings)
            #expect(isNameRefused)
            let isGoodOneRefused = refusesHeader("X", "v", &settings)
            #expect(!isGoodOneRefused)
        }
    }
}
