/// Turns events into the bytes of an event stream, in the one way of the API or in the ways that
/// other servers have.
struct EventFraming {
    let faults: Faults
    /// Nil sends no obfuscation.
    let obfuscationSeed: UInt64?

    private static let defaultBigEvent = 4

    /// Appends the frame of the event that stands at this place in the answer.
    func write(_ event: StreamEvent, index: Int, to bytes: inout Bytes) {
        if index == 0, faults.startsWithByteOrderMark {
            bytes.append(contentsOf: [0xEF, 0xBB, 0xBF])
        }
        if let every = faults.commentEvery, index % every == 0 {
            writeLine(": \(faults.comment)", to: &bytes)
            endEvent(&bytes)
        }
        guard isPlain else { return writeUnusual(event, index: index, to: &bytes) }
        // The usual frame is written straight into the answer: this is the fast path.
        bytes.append(text: "event: ")
        bytes.append(text: event.type)
        bytes.append(text: "\ndata: ")
        event.write(to: &bytes, obfuscationSeed: obfuscationSeed)
        bytes.append(text: "\n\n")
    }

    func writeDone(to bytes: inout Bytes) {
        writeLine("data:\(space)[DONE]", to: &bytes)
        endEvent(&bytes)
    }

    private var isPlain: Bool {
        faults.lineEnding == "\n" && !faults.hidesEventLines && !faults.putsDataFirst
            && !faults.splitsData && !faults.omitsSpace && !faults.hidesSequence
            && !faults.addsIdLines && faults.brokenJSONEvents.isEmpty
            && faults.brokenUTF8Events.isEmpty && faults.bigEventBytes == nil
    }

    private var space: String { faults.omitsSpace ? "" : " " }

    private func writeUnusual(_ event: StreamEvent, index: Int, to bytes: inout Bytes) {
        let eventLine = "event:\(space)\(event.type)"
        if faults.addsIdLines {
            writeLine("id:\(space)\(event.sequence)", to: &bytes)
            writeLine("retry:\(space)1000", to: &bytes)
        }
        if !faults.hidesEventLines, !faults.putsDataFirst { writeLine(eventLine, to: &bytes) }
        for line in dataLines(event, index: index) {
            bytes.append(text: "data:")
            bytes.append(text: space)
            bytes.append(contentsOf: line)
            bytes.append(text: faults.lineEnding)
        }
        if !faults.hidesEventLines, faults.putsDataFirst { writeLine(eventLine, to: &bytes) }
        endEvent(&bytes)
    }

    private func dataLines(_ event: StreamEvent, index: Int) -> [Bytes] {
        let json = json(event, index: index)
        return faults.splitsData ? split(json) : [json]
    }

    /// What the event says, with the faults that belong to that.
    ///
    /// - Parameter lane: the lane of a WebSocket that the event belongs to.
    func json(_ event: StreamEvent, index: Int, lane: String? = nil) -> Bytes {
        var json = Bytes()
        event.write(
            to: &json, obfuscationSeed: obfuscationSeed, withSequence: !faults.hidesSequence)
        if let lane {
            json.removeLast()
            json.append(text: ",\"stream_id\":")
            json.append(jsonString: lane)
            json.append(UInt8(ascii: "}"))
        }
        if let size = faults.bigEventBytes, index == faults.bigEventAt ?? Self.defaultBigEvent {
            pad(&json, to: size)
        }
        if faults.brokenUTF8Events.contains(index) { breakUTF8(&json) }
        if faults.brokenJSONEvents.contains(index) { json.removeLast(json.count / 2) }
        return json
    }

    /// A member of its own carries the padding, so that the text stays what it was.
    private func pad(_ json: inout Bytes, to size: Int) {
        let frame = Bytes(text: ",\"padding\":\"\"}")
        json.removeLast()
        let missing = max(0, size - json.count - frame.count)
        json.append(contentsOf: frame.dropLast(2))
        json.append(contentsOf: repeatElement(UInt8(ascii: "x"), count: missing))
        json.append(contentsOf: frame.suffix(2))
    }

    private func breakUTF8(_ json: inout Bytes) {
        json.removeLast()
        json.append(contentsOf: Bytes(text: ",\"broken\":\"") + [0xC3, 0x28, 0xFF])
        json.append(contentsOf: Bytes(text: "\"}"))
    }

    /// Line breaks where JSON allows white space: after the first two commas outside of strings.
    private func split(_ json: Bytes) -> [Bytes] {
        var lines: [Bytes] = [[]]
        var isInString = false
        var isEscaped = false
        for byte in json {
            lines[lines.count - 1].append(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = isInString
            } else if byte == UInt8(ascii: "\"") {
                isInString.toggle()
            } else if byte == UInt8(ascii: ","), !isInString, lines.count < 3 {
                lines.append([])
            }
        }
        return lines
    }

    private func writeLine(_ line: String, to bytes: inout Bytes) {
        bytes.append(text: line)
        bytes.append(text: faults.lineEnding)
    }

    private func endEvent(_ bytes: inout Bytes) { bytes.append(text: faults.lineEnding) }
}
