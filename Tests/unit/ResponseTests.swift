import Testing

@testable import Responses

/// What is read of an answer.
struct ResponseTests {
    private func response(_ json: String) -> Response {
        var body = ByteBuffer()
        let text = held(json)
        _ = withExtendedLifetime(text) { body.append(text.buffer) }
        return Response(body: body, headers: nil, attempts: 1, history: nil)
    }

    private func text(_ output: String) -> String {
        response("{\"output\":\(output),\"id\":\"r\"}").text().map { string($0.buffer) }
            ?? "(no memory)"
    }

    private func value(_ json: String, _ pointer: String) -> String? {
        let answer = response(json)
        let pointer = held(pointer)
        return withExtendedLifetime((answer, pointer)) {
            guard case .found(_, let found) = answer.find(pointer.buffer) else { return nil }
            return string(found)
        }
    }

    @Test(arguments: [
        (#"[]"#, ""), (#"{}"#, ""), (#"null"#, ""), (#""x""#, ""), (#"[1,null,"x",[]]"#, ""),
        (#"[{"type":"message","content":[{"type":"output_text","text":"a"}]}]"#, "a"),
        (
            #"[ { "type" : "message" , "content" : [ { "type" : "output_text" , "text" : "a" } ] } ]"#,
            "a"
        ),
        // In another order.
        (#"[{"content":[{"text":"a","type":"output_text"}],"type":"message"}]"#, "a"),
        // Several, with others between them.
        (
            #"[{"type":"reasoning","content":[{"type":"output_text","text":"no"}]},5,"#
                + #"{"type":"message","content":[3,{"type":"refusal","refusal":"no"},"#
                + #"{"type":"output_text","text":"a\n"},{"type":"output_text","text":"\u00e4"}]},"#
                + #"{"type":"message","role":"x","content":[{"type":"output_text","text":"c"}],"id":"m"}]"#,
            "a\nä" + "c"
        ),
        // Twice: the last counts.
        (
            #"[{"type":"message","content":[{"type":"output_text","text":"a"}],"#
                + #""content":[{"type":"output_text","text":"b"}]}]"#, "b"
        ),
        (#"[{"type":"message","content":[{"type":"output_text","text":"a"}],"type":"other"}]"#, ""),
        (
            #"[{"type":"other","content":[{"type":"output_text","text":"a"}],"type":"message"}]"#,
            "a"
        ),
        (#"[{"type":"message","content":[{"type":"output_text","text":"a"}],"content":1}]"#, ""),
        (#"[{"type":"message","content":[{"type":"output_text","text":"a","text":"b"}]}]"#, "b"),
        (#"[{"type":"message","content":[{"type":"output_text","text":"a","text":1}]}]"#, ""),
        // Of another kind than expected.
        (
            #"[{"type":"message","content":"a"},{"type":"message","content":{"type":"output_text","text":"x"}}]"#,
            ""
        ),
        (#"[{"type":"message","content":[{"type":"output_text"}]},{"content":[]},{"type":1}]"#, ""),
        // Names with escapes.
        (
            #"[{"\u0074ype":"mess\u0061ge","c\u006fntent":[{"type":"output_text","te\u0078t":"a"}]}]"#,
            "a"
        ),
    ])
    func itsTextIsThatOfItsMessages(_ output: String, _ expected: String) {
        #expect(text(output) == expected)
    }

    @Test func itsMembersAreFoundHoweverMany() {
        for count in [0, 1, 47, 48, 49, 127, 128, 129, 1000] {
            var json = "{\"first\":1"
            for number in 0..<count { json += ",\"m\(number)\":{\"n\":\(number)}" }
            json += ",\"last\":2,\"first\":3} "
            #expect(value(json, "/first") == "3")
            #expect(value(json, "/last") == "2")
            #expect(value(json, "/m\(count)") == nil)
            if count > 0 { #expect(value(json, "/m\(count - 1)/n") == "\(count - 1)") }
        }
    }

    @Test func namesAreFoundAsTheyAreMeant() {
        let json = #"{"a":1,"a\u0062":2,"":3,"~/":4,"id":"x","i\u0064":"y","lon\u0067":5,"long":6}"#
        #expect(value(json, "/a") == "1")
        #expect(value(json, "/ab") == "2")
        #expect(value(json, "/") == "3")
        #expect(value(json, "/~0~1") == "4")
        #expect(value(json, "/long") == "6")
        #expect(value(json, "/lon") == nil)
        let answer = response(json)
        #expect(string(answer.id) == "y")
        #expect(answer.status == nil)
    }

    @Test func whatIsNoObjectHasNoMembers() {
        #expect(value(" [1,{\"a\":2}] ", "/1/a") == "2")
        #expect(value("[1]", "") == "[1]")
        #expect(value(" 17 ", "") == "17")
        #expect(value(" 17 ", "/a") == nil)
        #expect(value("", "") == nil)
        #expect(response("").text().map { $0.count } == 0)
    }
}
