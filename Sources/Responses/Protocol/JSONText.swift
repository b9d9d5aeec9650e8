/// JSON that is text of a caller's, who has no reader or writer of JSON.
///
/// The scanner works on text that ends in zeros, which the caller's need not do: it reads a copy.
package enum JSONText {
    /// The value at a JSON pointer in a copy of the text, which must stay while the value is in use; or what
    /// is in the way.
    @inline(never)
    package static func find(_ json: Input?, _ pointer: Input?, _ copy: inout Text?)
        -> (value: JSONValue?, status: Status)
    {
        guard let json, let pointer else { return (nil, .invalid) }
        copy = Text(copying: json.baseAddress, count: json.count)
        guard let copy else { return (nil, .noMemory) }
        guard let document = JSONValue(checking: copy.base, count: copy.count) else {
            return (nil, .invalid)
        }
        switch JSONPointer.find(pointer, in: document) {
        case .noMemory: return (nil, .noMemory)
        case .malformed: return (nil, .invalid)
        case .nothingThere: return (nil, .range)
        case .found(let value): return (value, .ok)
        }
    }

    /// The text of a string. Nil when memory is out.
    package static func text(_ string: JSONValue) -> Text? {
        var text = ByteBuffer()
        return JSONEscape.decode(string.rawText, into: &text) ? text.takeText() : nil
    }

    /// Text as a JSON string. `.invalid` when it is not UTF-8, and so no JSON.
    package static func quote(_ text: Input) -> (json: Text?, status: Status) {
        var json = ByteBuffer()
        guard text.count < Int.max / 8, JSONEscape.encode(text, into: &json) else {
            return (nil, .noMemory)
        }
        let isJSON = JSONValue(checking: json.bytes, count: json.count) != nil
        return isJSON ? (json.takeText(), .noMemory) : (nil, .invalid)
    }
}
