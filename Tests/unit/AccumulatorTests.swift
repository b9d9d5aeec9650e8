import Testing

@testable import Responses

struct AccumulatorTests {
    private let created =
        #"{"type":"response.created","response":{"id":"resp_1","status":"in_progress","background":true,"n":1.50,"output":[]}}"#

    private func added(_ index: Int, _ item: String) -> String {
        #"{"type":"response.output_item.added","output_index":\#(index),"item":\#(item)}"#
    }

    private func delta(_ index: Int, _ text: String, content: Int = 0) -> String {
        #"{"type":"response.output_text.delta","output_index":\#(index),"content_index":\#(content),"delta":"\#(text)"}"#
    }

    @Test func textGrowsByDeltas() {
        let accumulator = accumulate([
            created, added(0, #"{"id":"m","type":"message","role":"assistant","content":[]}"#),
            delta(0, "Hel"), delta(0, #"lo\n\u00e4"#),
        ])
        #expect(value("/output/0/content/0/text", of: accumulator.json()) == #""Hello\n\u00e4""#)
        #expect(value("/output/0/role", of: accumulator.json()) == #""assistant""#)
        #expect(value("/n", of: accumulator.json()) == "1.50")
        #expect(string(accumulator.responseID) == "resp_1")
        #expect(accumulator.isBackground)
    }

    @Test func nothingIsNeededBeforeADelta() {
        let accumulator = accumulate([delta(0, "a"), delta(2, "b"), delta(0, "c", content: 1)])
        #expect(value("/output/0/content/0/text", of: accumulator.json()) == #""a""#)
        #expect(value("/output/0/content/1/text", of: accumulator.json()) == #""c""#)
        #expect(value("/output/1/content/0/text", of: accumulator.json()) == #""b""#)
        #expect(value("/output/0/type", of: accumulator.json()) == #""message""#)
    }

    @Test func theLaterSourceIsRight() {
        let accumulator = accumulate([
            created, added(0, #"{"id":"m","type":"message","content":[]}"#), delta(0, "wrong"),
            #"{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"right"}"#,
        ])
        #expect(value("/output/0/content/0/text", of: accumulator.json()) == #""right""#)
        let item = #"{"id":"m","type":"message","content":[{"type":"output_text","text":"whole"}]}"#
        _ = feed(
            #"{"type":"response.output_item.done","output_index":0,"item":\#(item)}"#,
            to: accumulator)
        #expect(value("/output/0", of: accumulator.json()) == item)
        #expect(accumulator.allItemsAreDone)
        _ = feed(
            #"{"type":"response.completed","response":{"id":"resp_1","output":[{"last":1}]}}"#,
            to: accumulator)
        #expect(string(accumulator.json()) == #"{"id":"resp_1","output":[{"last":1}]}"#)
    }

    @Test func aTerminalEventWithoutItemsGetsThemBack() {
        let accumulator = accumulate([
            created, delta(0, "kept"),
            #"{"type":"response.completed","response":{"id":"resp_1","output":[]}}"#,
        ])
        #expect(value("/output/0/content/0/text", of: accumulator.json()) == #""kept""#)
    }

    @Test func functionArgumentsAndSummaries() {
        let accumulator = accumulate([
            added(0, #"{"id":"rs","type":"reasoning","summary":[]}"#),
            #"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}"#,
            #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"why"}"#,
            added(1, #"{"id":"fc","type":"function_call","name":"f","arguments":""}"#),
            #"{"type":"response.function_call_arguments.delta","output_index":1,"delta":"{\"a\""}"#,
            #"{"type":"response.function_call_arguments.delta","output_index":1,"delta":":1}"}"#,
        ])
        #expect(value("/output/0/summary/0/text", of: accumulator.json()) == #""why""#)
        #expect(value("/output/1/arguments", of: accumulator.json()) == #""{\"a\":1}""#)
        #expect(value("/output/1/name", of: accumulator.json()) == #""f""#)
    }

    @Test func itemsWithoutAnIndexAreFoundByID() {
        let accumulator = accumulate([
            #"{"type":"response.output_item.added","item":{"id":"a","type":"message"}}"#,
            #"{"type":"response.output_item.added","item":{"id":"b","type":"message"}}"#,
            #"{"type":"response.output_text.delta","item_id":"a","delta":"one"}"#,
            #"{"type":"response.output_text.delta","item_id":"b","delta":"two"}"#,
            #"{"type":"response.output_text.delta","item_id":"a","delta":"!"}"#,
        ])
        #expect(value("/output/0/content/0/text", of: accumulator.json()) == #""one!""#)
        #expect(value("/output/1/content/0/text", of: accumulator.json()) == #""two""#)
    }

    @Test func annotationsAreKept() {
        let accumulator = accumulate([
            delta(0, "x"),
            #"{"type":"response.output_text.annotation.added","output_index":0,"content_index":0,"annotation":{"type":"url_citation"}}"#,
            #"{"type":"response.output_text.annotation.added","output_index":0,"content_index":0,"annotation":{"n":2}}"#,
        ])
        #expect(
            value("/output/0/content/0/annotations", of: accumulator.json())
                == #"[{"type":"url_citation"},{"n":2}]"#)
    }

    @Test func thereIsALimit() {
        // An item and a part count too, so that many empty ones do not come for nothing.
        let accumulator = Accumulator(maximumBytes: 2 * HeldBytes.object + 10)
        #expect(feed(delta(0, "12345"), to: accumulator) == .fine)
        #expect(feed(delta(0, "67890"), to: accumulator) == .fine)
        #expect(feed(delta(0, "1"), to: accumulator) == .tooLarge)
        let many = Accumulator(maximumBytes: 1 << 30)
        var taken = 0
        while taken <= Accumulator.maximumItems, feed(delta(taken, "a"), to: many) == .fine {
            taken += 1
        }
        #expect(taken == Accumulator.maximumItems)
    }

    @Test func lifecycleEventsWithoutAResponseChangeNothing() {
        let accumulator = accumulate([created, #"{"type":"response.in_progress"}"#])
        #expect(value("/id", of: accumulator.json()) == #""resp_1""#)
    }
}
