import Testing

@testable import Responses

/// What goes out over a session, and what its messages mean to it.
struct SessionTests {
    private func create(_ json: String) -> String {
        do throws(ResponsesError) {
            let body = try withInput(json) { input throws(ResponsesError) in
                try SessionBody.create(.text(input))
            }
            let lane = String(decoding: body.lane, as: UTF8.self)
            return string(body.head) + string(body.rest) + (lane.isEmpty ? "" : " in \(lane)")
        } catch {
            return "(\(string(error.message)))"
        }
    }

    @Test(arguments: [
        (#"{"model":"m"}"#, #"{"type":"response.create","model":"m"}"#),
        ("{}", #"{"type":"response.create"}"#),
        (" { } ", #"{"type":"response.create" } "#),
        (#"{"type":"response.create","a":1}"#, #"{"type":"response.create","a":1}"#),
        // What is left out is space, with a comma beside it.
        (#"{"stream":true,"a":1}"#, #"{"type":"response.create",              "a":1}"#),
        (#"{"a":1,"stream":true}"#, #"{"type":"response.create","a":1              }"#),
        (
            #"{"stream":true,"background":false,"stream":false}"#,
            "{\"type\":\"response.create\"" + String(repeating: " ", count: 47) + "}"
        ),
        (#"{"x":{"stream":true}}"#, #"{"type":"response.create","x":{"stream":true}}"#),
        (
            #"{"stream_id":"a.b-C_9"}"#,
            #"{"type":"response.create","stream_id":"a.b-C_9"} in a.b-C_9"#
        ),
        (#"{"stream_id":null}"#, #"{"type":"response.create","stream_id":null}"#),
    ])
    func turnsAreCreates(_ json: String, _ expected: String) {
        #expect(create(json) == expected)
    }

    @Test(arguments: [
        #"{"type":"response.steer"}"#, #"{"background":true}"#, #"{"stream_id":""}"#,
        #"{"stream_id":"a b"}"#, #"{"stream_id":7}"#, "[]", "{", #"{"a":NaN}"#,
        #"{"stream_id":"\#(String(repeating: "x", count: 257))"}"#,
    ])
    func otherTurnsAreRefused(_ json: String) {
        #expect(create(json).hasPrefix("(json: "))
    }

    private func event(_ json: String) -> String {
        do throws(ResponsesError) {
            let (body, purpose) = try withInput(json) { input throws(ResponsesError) in
                try SessionBody.event(.text(input))
            }
            let id = String(decoding: body.previousID, as: UTF8.self)
            return "\(purpose) \(id) \(string(body.rest))"
        } catch {
            return "(\(string(error.message)))"
        }
    }

    @Test func otherEventsKeepTheirBytes() {
        let steer = #"{"type":"response.steer","previous_response_id":"resp_1","input":"x"}"#
        #expect(event(steer) == "steer resp_1 \(steer)")
        let other = #" {"type":"new.thing","n":1.50}"#
        #expect(event(other) == "other  \(other)")
        for bad in [
            #"{"type":"response.create"}"#, #"{"type":"response.steer"}"#, "{}", #"{"type":1}"#,
        ] {
            #expect(event(bad).hasPrefix("(json: "))
        }
    }

    @Test func messagesAreKnownByTheirType() {
        var messages = SessionMessages()
        func meaning(_ text: String) -> SessionMessages.Meaning {
            withInput(text) { messages.meaning(of: $0) }
        }
        let delta = #"{"type":"response.output_text.delta","delta":"x"}"#
        for _ in 0..<2 {
            #expect(meaning(delta) == .plain)
            #expect(meaning(#"{"type":"response.completed","response":{}}"#) == .terminal)
            #expect(meaning(#"{"type": "response.incomplete"}"#) == .terminal)
            #expect(meaning(#"{"sequence_number":1,"type":"response.failed"}"#) == .terminal)
            #expect(meaning(#"{"type":"response.created"}"#) == .created)
            #expect(meaning(#"{"type":"error","status":400}"#) == .error)
            #expect(meaning(#"{"type":"response.steer.accepted"}"#) == .steerAccepted)
            #expect(meaning(#"{"type":"response.steer.pending"}"#) == .steerPending)
            #expect(meaning(#"{"type":"response.steer.failed"}"#) == .steerFailed)
            #expect(meaning(#"{"type":"nobody.knows"}"#) == .plain)
            #expect(meaning("") == .plain)
            #expect(meaning("{\"type\":\"") == .plain)
        }
    }

    @Test func marksSayWhoseAMessageIs() {
        let text = #"{"type":"error","stream_id":"a","error":{"code":"c"},"response":{"id":"r"}}"#
        withInput(text) {
            let marks = SessionMarks($0)
            #expect(marks.lane == Array("a".utf8))
            #expect(marks.errorCode == Array("c".utf8))
            #expect(marks.responseID == Array("r".utf8))
        }
        #expect(withInput("nothing") { SessionMarks($0).lane }.isEmpty)
    }

    /// Whatever is escaped, by the server or by the caller, it is the same name.
    @Test func marksAreTextsAndNotTheirSpelling() {
        let text = #"{"stream_id":"\u0061.b","response":{"id":"resp\u005f1"}}"#
        withInput(text) {
            let marks = SessionMarks($0)
            #expect(marks.lane == Array("a.b".utf8))
            #expect(marks.responseID == Array("resp_1".utf8))
        }
        let steer = #"{"type":"response.steer","previous_response_id":"resp\u005f1"}"#
        #expect(event(steer).hasPrefix("steer resp_1 {"))
    }

    /// One that was sent is not sent again; what the server stores is asked for.
    @Test(arguments: [AttemptEnd.streamEnded(inOrder: true), .tooLate, .streamStalled])
    func turnsAreNotSentAgain(_ end: AttemptEnd) {
        var judge = AttemptJudge(hasRetries: true)
        judge.kind = .stream
        judge.isTurn = true
        #expect(judge.verdict(on: end) == .fail)
        judge.isStored = true
        judge.hasID = true
        judge.hasCursor = true
        #expect(judge.verdict(on: end) == .poll)
    }
}
