/// Everything that is rarely seen, and must not surprise a client.
extension ScriptBuilder {
    mutating func toolSearch(_ tools: [JSON]) {
        let callID = ids.nextCall()
        hosted(
            [
                "type": "tool_search_call", "call_id": .string(callID), "execution": "server",
                "arguments": ["query": "weather"],
            ], prefix: "tsc_", statuses: [])
        let found = tools.first { $0["type"]?.string == "function" } ?? Self.defaultFunction
        hosted(
            [
                "type": "tool_search_output", "call_id": .string(callID), "execution": "server",
                "tools": [found],
            ], prefix: "tso_", statuses: [])
    }

    mutating func program() {
        guard !isOver else { return }
        let callID = ids.nextCall()
        let (index, outputIndex) = (takeIndex(), takeIndex())
        let program: JSON = [
            "id": .string(ids.next("prog_")), "type": "program", "call_id": .string(callID),
            "code": "return 6 * 7", "fingerprint": "fp_sandbox",
        ]
        open(index, program)
        close(index, program)
        let output: JSON = [
            "id": .string(ids.next("progo_")), "type": "program_output",
            "call_id": .string(callID), "result": "42", "status": "completed",
        ]
        open(outputIndex, output)
        close(outputIndex, output)
    }

    mutating func compaction() {
        guard !isOver else { return }
        let (id, index) = (ids.next("cmp_"), takeIndex())
        let item: JSON = [
            "id": .string(id), "type": "compaction",
            "encrypted_content": .string(Opaque.text(for: id, seed: seed)),
        ]
        open(index, item)
        event(
            "response.compaction.compacting",
            ["item_id": .string(id), "output_index": .integer(index)])
        close(index, item)
    }

    mutating func audio() {
        guard !isOver else { return }
        for piece in ["UklGRiQAAABXQVZF", "Zm10IBAAAAABAAEA"] {
            event("response.audio.delta", ["delta": .string(piece)])
        }
        for word in ["Hello", ", sandbox"] {
            event("response.audio.transcript.delta", ["delta": .string(word)])
        }
        event("response.audio.transcript.done", [:])
        event("response.audio.done", [:])
    }

    /// What a client of today cannot know, and must pass through.
    mutating func unknownEvents() {
        guard !isOver else { return }
        event(
            "response.telepathy.delta",
            ["item_id": "tp_1", "output_index": .integer(0), "delta": "…", "clarity": .number(0.5)])
        event("response.metadata", ["headers": [:]])
        event("response.telepathy.done", ["item_id": "tp_1", "nested": ["deep": [1, 2, [3]]]])
    }

    mutating func annotatedMessage() {
        message(
            "See the page, the file, the container and the path.",
            annotations: [
                [
                    "type": "url_citation", "start_index": 4, "end_index": 12,
                    "url": "https://example.com/sandbox", "title": "The sandbox",
                ],
                [
                    "type": "file_citation", "index": 14, "file_id": "file-sandbox0001",
                    "filename": "sandbox.txt",
                ],
                [
                    "type": "container_file_citation", "start_index": 24, "end_index": 37,
                    "container_id": "cntr_sandbox", "file_id": "cfile-sandbox0001",
                    "filename": "plot.png",
                ],
                ["type": "file_path", "index": 42, "file_id": "file-sandbox0002"],
            ])
    }
}

/// A PNG of one pixel.
enum TinyImage {
    static let base64 =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
        + "rkJggg=="
}
