import CPlatform

/// Reading JSON: what is accepted, texts without escapes, pointers into documents.
///
/// Input: a pointer, a line break, a document.
@_cdecl("fuzz_json")
public func fuzzJSON(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    var source = Source(bytes, count)
    let pointer = source.line()
    let document = source.rest()
    let text = makeText(document)
    encodeAndBack(pointer)
    let value = JSONValue(checking: text.base, count: text.count)
    let index = MemberIndex(checking: text.base, count: text.count)
    require(index.document?.start == value?.start, "a document with an index is the same")
    require(index.document?.end == value?.end, "and ends at the same place")
    require((value != nil) == Reference.isJSON(document), "what JSON is")
    guard let value else { return 0 }
    require(CheckedJSON.valueEnd(value.start) == value.end, "what was checked ends there")
    value.forEach { name, member in
        require(JSONScanner.valueEnd(member.start) == member.end, "a member ends there")
        if let name { require(JSONScanner.valueEnd(name.start) == name.end, "a name, too") }
        return true
    }
    if case .found(let found) = pointer.withUnsafeBufferPointer({ JSONPointer.find($0, in: value) })
    {
        require(Reference.isJSON(array(found.raw)), "what a pointer finds is JSON")
    }
    passingOverLargeValues(value, pointer)
    asAnswer(document, value, pointer)
    var budget = 64
    walk(value, in: value, at: [], &budget)
    if value.kind == .string { decodeInPieces(value, UInt8(truncatingIfNeeded: pointer.count)) }
    replace(value)
    return 0
}

/// It makes no difference which values count as large.
private func passingOverLargeValues(_ document: JSONValue, _ pointer: [UInt8]) {
    for least in [1, 4, 16] {
        let known = LargeValues(of: document, least: least)
        pointer.withUnsafeBufferPointer { pointer in
            let found = JSONPointer.find(pointer, in: document, MemberIndex(of: document), known)
            switch (found, JSONPointer.find(pointer, in: document)) {
            case (.found(let value), .found(let other)):
                require(value.start == other.start && value.end == other.end, "the same value")
            case (.nothingThere, .nothingThere), (.malformed, .malformed): break
            default: require(false, "the same outcome")
            }
        }
    }
}

/// An answer finds what a pointer finds in its document, and has the texts that are in it.
private func asAnswer(_ document: [UInt8], _ value: JSONValue, _ pointer: [UInt8]) {
    var body = ByteBuffer()
    require(document.withUnsafeBufferPointer { body.append($0) }, "memory")
    let answer = Response(body: body, headers: nil, attempts: 1, history: nil)
    let found = pointer.withUnsafeBufferPointer { JSONPointer.find($0, in: value) }
    switch (pointer.withUnsafeBufferPointer { answer.find($0) }, found) {
    case (.malformed, .malformed), (.nothingThere, .nothingThere): break
    case (.found(let kind, _), .found(let other)): require(kind == other.kind, "a kind")
    default: require(false, "an answer finds what is there")
    }
    var joined: [UInt8] = []
    value.member("output")?.forEach { _, item in
        guard item.member("type")?.isText("message") == true, let list = item.member("content"),
            list.kind == .array
        else { return true }
        list.forEach { _, part in
            guard part.member("type")?.isText("output_text") == true,
                let text = part.member("text"), text.kind == .string
            else { return true }
            joined += Reference.unescaped(array(text.raw)) ?? []
            return true
        }
        return true
    }
    require(answer.text().map { same($0.buffer, joined) } ?? false, "the text of an answer")
}

/// A text that comes in pieces, cut anywhere between its characters and escapes, is the same text.
private func decodeInPieces(_ value: JSONValue, _ seed: UInt8) {
    var joined = ByteBuffer()
    var half: UInt32 = 0
    var state = seed
    var p = value.start + 1
    let end = value.end - 1
    while p < end {
        var to = p
        repeat {
            if to.pointee == 0x5C {
                to += to[1] == 0x75 ? 6 : 2
            } else {
                to += 1
                while to < end && to.pointee & 0xC0 == 0x80 { to += 1 }
            }
            state = state &* 5 &+ 1
        } while to < end && state & 0x0C != 0
        let piece = UnsafeBufferPointer(start: p, count: to - p)
        require(JSONEscape.decode(piece, into: &joined, half: &half), "memory")
        p = to
    }
    let replacement: [UInt8] = half == 0 ? [] : [0xEF, 0xBF, 0xBD]
    let text = array(UnsafeBufferPointer(start: joined.bytes, count: joined.count)) + replacement
    require(same(text, Reference.unescaped(array(value.raw)) ?? [0, 0, 0]), "a text in pieces")
}

/// Any bytes as a JSON string and back.
private func encodeAndBack(_ bytes: [UInt8]) {
    var encoded = ByteBuffer()
    require(bytes.withUnsafeBufferPointer { JSONEscape.encode($0, into: &encoded) }, "memory")
    require(encoded.count >= 2, "quotes")
    var decoded = ByteBuffer()
    let inside = UnsafeBufferPointer(start: encoded.bytes + 1, count: encoded.count - 2)
    require(JSONEscape.decode(inside, into: &decoded), "memory")
    require(
        same(UnsafeBufferPointer(start: decoded.bytes, count: decoded.count), bytes),
        "escaped and back")
    let whole = array(UnsafeBufferPointer(start: encoded.bytes, count: encoded.count))
    let value = JSONValue(checking: encoded.bytes, count: encoded.count)
    require((value != nil) == Reference.isJSON(whole), "an escaped text is JSON where it is UTF-8")
}

/// Every value is found again by its pointer, and every string reads as it should.
private func walk(
    _ value: JSONValue, in document: JSONValue, at pointer: [UInt8], _ budget: inout Int
) {
    if budget == 0 { return }
    budget -= 1
    guard
        case .found(let found) = pointer.withUnsafeBufferPointer({
            JSONPointer.find($0, in: document)
        })
    else { return require(false, "a value is where it is") }
    if found.start != value.start {
        require(found.start > value.start, "of several members the last one counts")
        return
    }
    require(found.end == value.end, "the end of a value")
    if value.kind == .string {
        require(
            same(value.unescaped(), Reference.unescaped(array(value.raw)) ?? [0, 0, 0]),
            "a string's text")
    }
    var index: Int64 = 0
    value.forEach { name, element in
        walk(element, in: document, at: pointer + [0x2F] + step(name, index), &budget)
        index += 1
        return true
    }
}

private func step(_ name: JSONValue?, _ index: Int64) -> [UInt8] {
    guard let name else { return decimal(index) }
    var token: [UInt8] = []
    for byte in Reference.unescaped(array(name.raw)) ?? [] {
        switch byte {
        case 0x7E: token += [0x7E, 0x30]
        case 0x2F: token += [0x7E, 0x31]
        default: token.append(byte)
        }
    }
    return token
}

/// An object with a member replaced is an object with that member.
private func replace(_ value: JSONValue) {
    var out = ByteBuffer()
    let object = value.kind == .object ? value : nil
    require(
        JSONWriter.object(object, replacing: "output", into: &out) { $0.append("[1,2]") }, "memory")
    let result = JSONValue(checking: out.bytes, count: out.count)
    require(result != nil, "a replaced member leaves JSON")
    let member = result?.member("output")
    require(member.map { same(array($0.raw), bytes("[1,2]")) } ?? false, "the replaced member")
}
