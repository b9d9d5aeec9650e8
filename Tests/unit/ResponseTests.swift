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

/// Where large values end is known, and what is found is the same.
struct LargeValuesTests {
    private let document: String = {
        let text = String(repeating: "x", count: 300)
        let part = #"{"type":"output_text","text":"\#(text)","annotations":[{"a":1},[2,"]"]]}"#
        let item =
            #"{"content":[\#(part),\#(part),{"small":"}"}],"id":"m","id":"the last","n":[[[]]]}"#
        return
            #"{"a":[],"output":[\#(item),{"id":"second"},\#(item)],"~/":{"b":"\#(text)\"end"},"z":1}"#
    }()

    @Test func lookupsFindTheSame() throws {
        let text = held(document)
        let value = try #require(JSONValue(checking: text.base, count: text.count))
        for least in [2, 8, 64, 256, 1000, 1 << 20] {
            let known = LargeValues(of: value, least: least)
            for (pointer, expected) in [
                ("/output/0/id", #""the last""#), ("/output/1/id", #""second""#),
                ("/output/2/id", #""the last""#), ("/output/2/content/2/small", #""}""#),
                ("/output/2/content/1/annotations/1/1", #""]""#), ("/output/0/n/0/0", "[]"),
                ("/output/0/content/1/annotations/0", #"{"a":1}"#), ("/z", "1"), ("/a", "[]"),
                ("/output/3", ""), ("/output/1/content", ""), ("/a/0", ""), ("/z/0", ""),
            ] {
                let found: String? = withInput(pointer) { pointer in
                    let members = MemberIndex(of: value)
                    if case .found(let found) = JSONPointer.find(pointer, in: value, members, known)
                    {
                        return string(found.raw)
                    }
                    return nil
                }
                #expect(found == (expected.isEmpty ? nil : expected), "\(pointer), \(least)")
            }
            let long = withInput("/~0~1/b") {
                if case .found(let found) = JSONPointer.find(
                    $0, in: value, MemberIndex(of: value), known)
                {
                    return found.count
                }
                return 0
            }
            #expect(long == 307)
        }
    }

    @Test func aResponseIsAskedDeeply() {
        let filling = String(repeating: #"{"n":[1,2,{"m":"y"}]},"#, count: 2000)
        let json = #"{"output":[\#(filling)\#(document)]}"#
        var body = ByteBuffer()
        let text = held(json)
        _ = withExtendedLifetime(text) { body.append(text.buffer) }
        let response = Response(body: body, headers: nil, attempts: 1, history: nil)
        for (pointer, expected) in [
            ("/output/1999/n/2/m", "y"), ("/output/2000/output/0/id", "the last"),
            ("/output/2000/output/2/content/2/small", "}"), ("/output/0/n/1", "2"),
        ] {
            let found: String? = withInput(pointer) {
                if case .found(_, let text) = response.find($0) { return string(text) }
                return nil
            }
            #expect(found == expected)
        }
    }
}
