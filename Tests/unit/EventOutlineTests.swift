import Testing

@testable import Responses

struct EventOutlineTests {
    /// The outline of JSON with texts of ten bytes and more taken out; nil when it is malformed.
    private func outline(_ json: String, known: [Int: Int] = [:]) -> (String, EventOutline, Text)? {
        let text = held(json)
        let base = UnsafePointer(text.base)
        let outline = EventOutline(of: base)
        let outcome = outline.make(text.count, longText: 10) { known[$0 - base] ?? 0 }
        return outcome == .fine ? (string(outline.text), outline, text) : nil
    }

    @Test func longTextsAreTakenOut() throws {
        let json = #"{"type":"short","a":["0123456789",1],"b":{"c":"\"\u00e4 and so on"},"d":""}"#
        let (text, outline, whole) = try #require(self.outline(json))
        #expect(text == #"{"type":"short","a":["",1],"b":{"c":""},"d":""}"#)
        let value = try #require(outline.value)
        #expect(string(outline.whole(value).raw) == json)
        for (name, expected) in [
            ("type", #""short""#), ("a", #"["0123456789",1]"#),
            ("b", #"{"c":"\"\u00e4 and so on"}"#), ("d", #""""#),
        ] {
            let member = try #require(withInput(name) { value.member($0) })
            #expect(outline.contains(member))
            #expect(string(outline.whole(member).raw) == expected)
        }
        let inner = try #require(value.member("a")?.element(0))
        #expect(string(outline.whole(inner).rawText) == "0123456789")
        _ = whole
    }

    @Test func theTextsOfAValueAreThoseInIt() throws {
        let json = #"{"a":"first text","b":["second text","third text"],"c":"fourth text"}"#
        let (_, outline, whole) = try #require(self.outline(json))
        func texts(of value: JSONValue?) -> [String] {
            var found: [String] = []
            guard let value else { return found }
            _ = outline.forEachText(of: value) { place, text in
                found.append("\(place) \(string(text))")
                return true
            }
            return found
        }
        let value = try #require(outline.value)
        #expect(texts(of: value.member("b")) == ["2 second text", "5 third text"])
        #expect(texts(of: value.member("c")) == ["1 fourth text"])
        #expect(texts(of: value).count == 4)
        _ = whole
    }

    @Test func namesStay() throws {
        let (text, _, _) = try #require(self.outline(#"{"a long name" : "a long text"}"#))
        #expect(text == #"{"a long name" : ""}"#)
    }

    @Test func stringsAreChecked() {
        #expect(outline(#"{"a":"no end"#) == nil)
        #expect(outline(#"{"a":"no \x escape"}"#) == nil)
        #expect(outline("{\"a\":\"a line\nthat is broken\"}") == nil)
    }

    /// What was compared with text that has been checked is passed over.
    @Test func whatIsKnownIsNotReadAgain() throws {
        let json = #"{"a":"0123456789","b":1}"#
        let (text, _, _) = try #require(self.outline(json, known: [6: 10]))
        #expect(text == #"{"a":"","b":1}"#)
        let (longer, outline, whole) = try #require(self.outline(json, known: [6: 4]))
        #expect(longer == text)
        #expect(outline.value.map { string(outline.whole($0).raw) } == json)
        _ = whole
    }
}
