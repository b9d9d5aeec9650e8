import CPlatform

/// Joins the text of every `output_text` part of every message, going through the output once.
///
/// A text can be large: it is put where it stays, in a block that has room for it from the start.
struct OutputText: ~Copyable {
    private var joined = ByteBuffer()
    private var isOutOfMemory = false

    /// Nil when memory is out.
    static func join(_ output: JSONValue) -> Text? {
        var text = OutputText()
        // No text is longer than the JSON around it, and room that is not written to takes no memory. Where
        // there is no such room, it grows with the text.
        _ = text.joined.reserveExactly(output.count)
        if output.kind == .array { _ = text.takeAll(output.start, areParts: false) }
        return text.isOutOfMemory ? nil : text.joined.takeText()
    }

    /// Takes the items of the output, or the parts of an item's content; returns where they end.
    @inline(never)
    private mutating func takeAll(_ list: UnsafePointer<UInt8>, areParts: Bool)
        -> UnsafePointer<UInt8>?
    {
        var elements = JSONMembers(at: list)
        while let start = elements.begin() {
            if start.pointee == 0x7B {
                guard let end = areParts ? takePart(start) : takeItem(start) else { return nil }
                elements.end(at: end)
            } else {
                elements.skip(start)
            }
        }
        return elements.behind
    }

    /// Takes the texts of one item and returns where it ends.
    private mutating func takeItem(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
        let before = joined.count
        var members = JSONMembers(at: start)
        var isMessage = false
        var types = 0
        var contents = 0
        var isTaken = false
        while let value = members.begin() {
            if let name = members.name, name.isText("content") {
                contents += 1
                if isMessage && value.pointee == 0x5B {
                    isTaken = true
                    guard let end = takeAll(value, areParts: true) else { return nil }
                    members.end(at: end)
                    continue
                }
            }
            members.skip(value)
            if let name = members.name, name.isText("type") {
                types += 1
                isMessage = members.value.isText("message")
            }
        }
        guard let end = members.behind else { return nil }
        // Members in another order than servers send them, or twice: the last of a name counts.
        if types > 1 || contents > 1 || isMessage && contents == 1 && !isTaken {
            joined.truncate(to: before)
            takeSlowly(JSONValue(start: start, end: end))
        }
        return end
    }

    private mutating func takePart(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
        var members = JSONMembers(at: start)
        var isText = false
        var text: JSONValue?
        while members.next() {
            guard let name = members.name else { return nil }
            if name.isText("type") {
                isText = members.value.isText("output_text")
            } else if name.isText("text") {
                text = members.value
            }
        }
        if isText, let text, text.kind == .string {
            isOutOfMemory = isOutOfMemory || !JSONEscape.decode(text.rawText, into: &joined)
        }
        return members.behind
    }

    private mutating func takeSlowly(_ item: JSONValue) {
        guard let type = item.member("type"), type.isText("message"),
            let content = item.member("content"), content.kind == .array
        else { return }
        _ = takeAll(content.start, areParts: true)
    }
}
