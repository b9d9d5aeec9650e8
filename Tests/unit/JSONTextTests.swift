import Testing

@testable import Responses

struct JSONEscapeTests {
    private func decode(_ raw: String) -> String {
        var buffer = ByteBuffer()
        let ok = withInput(raw) { JSONEscape.decode($0, into: &buffer) }
        return ok
            ? string(UnsafeBufferPointer(start: buffer.bytes, count: buffer.count)) : "(failed)"
    }

    private func encode(_ text: String) -> String {
        var buffer = ByteBuffer()
        let ok = withInput(text) { JSONEscape.encode($0, into: &buffer) }
        return ok
            ? string(UnsafeBufferPointer(start: buffer.bytes, count: buffer.count)) : "(failed)"
    }

    @Test func escapesGoBothWays() {
        #expect(decode(#"a\"b\\c\/d\n\t\r\b\f"#) == "a\"b\\c/d\n\t\r\u{8}\u{C}")
        #expect(decode(#"\u00e4\u20AC\ud83d\ude00"#) == "ä€😀")
        #expect(decode(#"\ud800x\udc00"#) == "\u{FFFD}x\u{FFFD}")
        #expect(decode(#"\ud800\ud83d\ude00"#) == "\u{FFFD}😀")
        #expect(decode("") == "")
        #expect(encode("a\"b\\\n\u{1}ä") == #""a\"b\\\n\u0001ä""#)
        #expect(encode("\u{8}\u{C}\u{B}\u{1F}/") == #""\b\f\u000b\u001f/""#)
        #expect(encode("") == #""""#)
    }

    @Test func whatIsEncodedIsDecoded() {
        for text in ["", "plain", "\"\\\"", "tab\tline\nreturn\r", "ä€😀", "\u{0}\u{1F}\u{7F}"] {
            #expect(decode(String(encode(text).dropFirst().dropLast())) == text)
        }
    }
}

struct JSONPointerTests {
    private let document = held(
        #"{"a":{"b":[10,{"c":"d"}]},"":1,"x/y":2,"m~n":3,"0":4,"twice":1,"twice":2,"\u0061b":5}"#)

    @Test(arguments: [
        ("/a/b/0", "10"), ("/a/b/1/c", "\"d\""), ("/", "1"), ("/x~1y", "2"), ("/m~0n", "3"),
        ("/0", "4"),
        ("/twice", "2"), ("/ab", "5"), ("/a/b/2", "(nothing)"), ("/a/b/-", "(nothing)"),
        ("/a/b/00", "(nothing)"), ("/a/b/01", "(nothing)"), ("/a/b/9999999999", "(nothing)"),
        ("/a/b/c", "(nothing)"), ("/no", "(nothing)"), ("/a/b/0/x", "(nothing)"),
        ("a", "(malformed)"),
        ("/a~", "(malformed)"), ("/a~2", "(malformed)"), ("/no/~", "(malformed)"),
    ])
    func finds(_ pointer: String, _ expected: String) {
        #expect(value(pointer, of: document) == expected)
    }

    @Test func longNamesWithEscapesCountToTheirEnd() {
        let rest = String(repeating: "b", count: JSONValue.maximumText + 100)
        let long = held(#"{"\u0061\#(rest)":1}"#)
        #expect(value("/a" + rest, of: long) == "1")
        #expect(value("/a" + rest.dropLast(106), of: long) == "(nothing)")
    }
}

struct JSONWriterTests {
    private func replace(_ object: String?) -> String {
        let text = object.map { held($0) }
        let document = text.flatMap { JSONValue(checking: $0.base, count: $0.count) }
        var out = ByteBuffer()
        _ = JSONWriter.object(document, replacing: "output", into: &out) { $0.append("[1]") }
        return string(UnsafeBufferPointer(start: out.bytes, count: out.count))
    }

    @Test func leavesTheRestAsItIs() {
        #expect(
            replace(#"{"n":1.50,"output":[],"e":"\u00e4"}"#)
                == #"{"n":1.50,"output":[1],"e":"\u00e4"}"#)
        #expect(replace(#"{"n":1}"#) == #"{"n":1,"output":[1]}"#)
        #expect(replace("{}") == #"{"output":[1]}"#)
        #expect(replace(nil) == #"{"output":[1]}"#)
    }
}
