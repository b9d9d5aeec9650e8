import Testing

@testable import Responses

struct JSONScannerTests {
    private func isJSON(_ text: String) -> Bool { isJSON(Array(text.utf8)) }

    private func isJSON(_ bytes: [UInt8]) -> Bool {
        guard let text = Text(bytes) else { return false }
        let value = JSONValue(checking: text.base, count: text.count)
        // With an index of its members it is the same document.
        let index = MemberIndex(checking: text.base, count: text.count)
        #expect(index.document?.start == value?.start)
        #expect(index.document?.end == value?.end)
        // Whoever reads what was checked finds the same ends.
        if let value {
            #expect(CheckedJSON.valueEnd(value.start) == value.end)
            value.forEach { _, member in
                #expect(JSONScanner.valueEnd(member.start) == member.end)
                return true
            }
        }
        return value != nil
    }

    @Test(arguments: [
        "{}", "[]", " [ ] ", "null", "true", "false", "0", "-0", "10", "1.5", "1e9", "1E-2",
        "-1.25e+3",
        "\"\"", "\"a\"", #""\"\\\/\b\f\n\r\t""#, #""\u00e4\ud83d\ude00""#, #""\ud800""#, "\"ä€😀\"",
        #"{"a":{"b":[1,{"c":[]}]},"d":""}"#,
        #"{"a\"b":"]}\\\"[{","c":"\\","d":[-1.5e3 ,"\\\\" , {"]":"}"} ]}"#, "[1,2 , 3]",
        "\t\n\r {\"a\" : 1 , \"b\":2}\n",
        "NaN", "Infinity", "-Infinity", "[NaN,-Infinity , Infinity]", "{\"a\":NaN}",
    ])
    func accepts(_ text: String) { #expect(isJSON(text)) }

    @Test(arguments: [
        "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}", "{'a':1}", "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "nul", "nulll", "True",
        "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\n\"", "\"\t\"", "1 2",
        "{} {}",
        "[1]]", "{\"a\":1}}", "[}", "{]", "[\"a\":1]", "{1:2}", "//", "nan", "Na",
        "NaNN", "nAN", "-NaN", "+Infinity", "infinity", "Infinit", "-Inf", "-I", "I", "N", "[NaN",
        "--Infinity",
    ])
    func refuses(_ text: String) { #expect(!isJSON(text)) }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0x00], [0xC3, 0x28],
        ] as [[UInt8]])
    func refusesWhatIsNotUTF8(_ bytes: [UInt8]) {
        #expect(!isJSON([0x22] + bytes + [0x22]))
        // Also where the fast path would load it in the middle of a block.
        #expect(!isJSON([0x22] + Array(repeating: 0x61, count: 15) + bytes + [0x22]))
    }

    @Test func depthHasALimit() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        for depth in [1, 63, 64, 65, 127, 128, 129, 1000] { #expect(isJSON(nested(depth))) }
        for depth in [1025, 1026, 5000, 100_000] { #expect(!isJSON(nested(depth))) }
        func member(_ depth: Int) -> String { "{\"a\":\(nested(depth - 1)),\"b\":1}" }
        for depth in [2, 63, 64, 65, 128, 129, 1000, 1024] { #expect(isJSON(member(depth))) }
        for depth in [1025, 1026, 5000] { #expect(!isJSON(member(depth))) }
        #expect(!isJSON(String(repeating: "{\"a\":", count: 100_000)))
        #expect(
            isJSON(
                String(repeating: "{\"a\":[", count: 400) + "1"
                    + String(repeating: "]}", count: 400)))
    }

    @Test func everyCutOfADocumentIsRefused() {
        let document = Array(
            #"{"a":[1.5e2,"ä\u00e4\\",{"b":null,"c":true}],"d":"0123456789012345678"}"#.utf8)
        #expect(isJSON(document))
        for count in 0..<document.count { #expect(!isJSON(Array(document[..<count]))) }
    }

    @Test func integersDoNotOverflow() {
        func integer(_ text: String) -> Int64? {
            let text = held(text)
            return JSONScanner.integer(text.base)
        }
        #expect(integer("0") == 0)
        #expect(integer("-12") == -12)
        #expect(integer("9223372036854775807") == Int64.max)
        #expect(integer("9223372036854775808") == nil)
        #expect(integer("99999999999999999999999999") == nil)
        #expect(integer("1.0") == nil)
        #expect(integer("1e3") == nil)
        #expect(integer("x") == nil)
    }
}

struct EventFieldsTests {
    private func scan(_ text: String) -> EventFields? {
        let text = held(text)
        var fields = EventFields()
        // The slices point into `text`; only their presence and numbers are looked at afterwards.
        return withExtendedLifetime(text) { fields.scan(text.base, text.count) ? fields : nil }
    }

    @Test func readsWhatEventsHave() {
        let text = held(
            #"{ "delta" : "a\n", "sequence_number":17,"item_id":"m","type":"t","output_index":2,"#
                + #""summary_index":3,"logprobs":[{"x":[]}],"obfuscation":"zz"}"#)
        var fields = EventFields()
        let isRead = fields.scan(text.base, text.count)
        #expect(isRead)
        #expect(string(fields.type.raw) == "t")
        #expect(string(fields.delta.raw) == #"a\n"#)
        #expect(fields.delta.hasEscapes)
        #expect(string(fields.itemID.raw) == "m")
        #expect(fields.sequence == 17)
        #expect(fields.outputIndex == 2)
        #expect(fields.contentIndex == 3)
    }

    @Test func toleratesOddities() {
        #expect(scan("{}") != nil)
        let odd = scan(
            #"{"type":1,"delta":{"stdout":"x"},"sequence_number":"5","output_index":1.5,"content_index":-1}"#
        )
        #expect(odd?.type.start == nil)
        #expect(odd?.delta.start == nil)
        #expect(odd?.sequence == -1)
        #expect(odd?.outputIndex == -1)
        #expect(odd?.contentIndex == -1)
        #expect(scan(#"{"output_index":99999999999}"#)?.outputIndex == -1)
        #expect(scan(#"{"logprob":-Infinity,"sequence_number":NaN}"#)?.sequence == -1)
    }

    @Test(arguments: [
        ("999999999999999999", 999_999_999_999_999_999), ("9223372036854775807", Int64.max),
        ("9223372036854775808", -1), ("9999999999999999999", -1), ("18446744073709551616", -1),
        ("18446744073709551617", -1), ("184467440737095516160", -1), ("1.0", -1), ("1e3", -1),
        ("-1", -1), ("0", 0),
    ])
    func readsEverySequenceNumber(_ text: String, _ number: Int64) {
        let fields = scan("{\"sequence_number\":\(text)}")
        #expect(fields?.sequence == number)
    }

    @Test(arguments: [
        "", "1", "[]", "null", "{", "{\"a\"", "{\"a\":1,}", "{\"a\":1}x", "{\"a\":01}", "{,}",
    ])
    func refuses(_ text: String) { #expect(scan(text) == nil) }

    @Test func agreesWithTheGeneralReader() {
        let document = #"{"type":"x","a":[1,{"b":"c"}],"delta":"ä\u00e4","sequence_number":1e5}"#
        let bytes = Array(document.utf8)
        for position in bytes.indices {
            for byte in [0x22, 0x2C, 0x5C, 0x7B, 0x7D, 0x30, 0x20, 0xC3] as [UInt8] {
                var changed = bytes
                changed[position] = byte
                guard let text = Text(changed) else { continue }
                var fields = EventFields()
                let value = JSONValue(checking: text.base, count: text.count)
                let isRead = fields.scan(text.base, text.count)
                #expect(isRead == (value?.kind == .object))
            }
        }
    }
}
