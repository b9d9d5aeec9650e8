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
    require((value != nil) == Reference.isJSON(document), "what JSON is")
    guard let value else { return 0 }
    if case .found(let found) = pointer.withUnsafeBufferPointer({ JSONPointer.find($0, in: value) })
    {
        require(Reference.isJSON(array(found.raw)), "what a pointer finds is JSON")
    }
    var scratch = ByteBuffer()
    _ = pointer.withUnsafeBufferPointer {
        Lookup.find(
            $0, in: UnsafeBufferPointer(start: text.base, count: text.count), into: &scratch)
    }
    var budget = 64
    walk(value, in: value, at: [], &budget)
    replace(value)
    return 0
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
