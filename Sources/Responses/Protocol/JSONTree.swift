import CJansson
import CPlatform

/// JSON as a tree of jansson, for callers who have or want one (docs/adr/0010-jansson.md). A tree is made of
/// the range of the server's bytes that was asked for, and written straight into a request. Nothing else in
/// the core knows of jansson.
package enum JSONTree {
    package typealias Tree = UnsafeMutablePointer<json_t>

    // MARK: one jansson

    /// A tree belongs to the copy of jansson that made it. The loader takes all of our functions of it from one
    /// place, or there is a second copy in the way, or a namesake: then none of them is called.
    private static func requireOneJansson() throws(ResponsesError) {
        guard let mixed = MixedJansson.words else { return }
        throw ResponsesError(
            .unsupported,
            "\(Message(cString: mixed)): the functions of jansson come from two libraries; link only "
                + "libjansson.so.4, or pass JSON as text")
    }

    // MARK: out

    /// A tree of the value at a JSON pointer. `words` name what can be asked for its text instead.
    package static func make(
        _ pointer: UnsafeBufferPointer<UInt8>, in json: UnsafeBufferPointer<UInt8>,
        otherwise words: StaticString
    ) throws(ResponsesError) -> Tree {
        guard let start = json.baseAddress,
            let document = JSONValue(checking: start, count: json.count)
        else { throw ResponsesError(.range, "there is no JSON to make a tree of") }
        switch JSONPointer.find(pointer, in: document) {
        case .malformed:
            throw .invalid(
                "json_pointer", "expected \"\" or a path such as \"/output/0\" (RFC 6901)")
        case .noMemory: throw .noMemory()
        case .nothingThere: throw ResponsesError(.range, "there is no value at that JSON pointer")
        case .found(let value): return try make(value, in: document, otherwise: words)
        }
    }

    package static func make(
        _ value: JSONValue, in document: JSONValue, otherwise words: StaticString
    ) throws(ResponsesError) -> Tree {
        try requireOneJansson()
        var error = json_error_t()
        if let tree = load(value.start, value.count, &error) { return tree }
        // Some servers write what no JSON has: null stands for it.
        var finite = ByteBuffer()
        if JSONScanner.hasNotFinite(value) {
            guard JSONWriter.finite(value, into: &finite) else { throw .noMemory() }
            if let tree = load(UnsafePointer(finite.bytes), finite.count, &error) { return tree }
        }
        if jansson_has_no_memory(&error) != 0 { throw .noMemory() }
        // What was read last.
        let read =
            finite.isEmpty
            ? value : JSONValue(start: finite.bytes, end: finite.bytes + finite.count)
        let place = read.start + min(max(0, Int(error.position) - 1), read.count)
        let path =
            JSONPointer.path(to: value.start, in: document) + JSONPointer.path(to: place, in: read)
        throw ResponsesError(
            .protocol,
            "jansson cannot hold the value at \"\(Message(path))\": \(reason(&error)); "
                + "use \(words), which gives it as text")
    }

    private static func load(
        _ text: UnsafePointer<UInt8>, _ count: Int, _ error: inout json_error_t
    ) -> Tree? {
        let found = platform_errno()
        defer { platform_set_errno(found) }
        return jansson_load(
            UnsafeRawPointer(text).assumingMemoryBound(to: CChar.self), count, &error)
    }

    /// jansson's words without what they quote.
    private static func reason(_ error: inout json_error_t) -> Message {
        let words = Message(cString: jansson_reason(&error)).bytes
        let near = bytes(" near '")
        var end = 0
        while end < words.count, !words[end...].starts(with: near) { end += 1 }
        return Message(Array(words[..<end]))
    }

    // MARK: in

    /// The text of a tree, with room for `RequestBody` in front.
    package static func text(_ tree: UnsafePointer<json_t>?, argument: StaticString)
        throws(ResponsesError) -> Text
    {
        guard let tree else {
            throw .invalid(
                Message(argument),
                "must not be NULL; expected a JSON object (did json_pack() fail?)")
        }
        try requireOneJansson()
        if jansson_finds_members(tree) == 0 {
            throw .invalid(
                Message(argument),
                "was made by another copy of jansson, or its first name has a NUL in it; link "
                    + "libjansson.so.4, or pass JSON as text")
        }
        var buffer = ByteBuffer()
        guard RequestBody.begin(&buffer) else { throw .noMemory() }
        var writer = Writer(top: jansson_frame())
        let found = platform_errno()
        platform_set_errno(0)
        let failed = withUnsafeMutablePointer(to: &buffer) { place in
            writer.buffer = place
            return jansson_write(
                tree,
                { bytes, count, context in
                    guard let bytes, let context else { return -1 }
                    return context.assumingMemoryBound(to: Writer.self).pointee.add(bytes, count)
                }, &writer)
        }
        if writer.hasNoMemory || failed != 0 && platform_errno() == ENOMEM { throw .noMemory() }
        platform_set_errno(found)
        if writer.isTooDeep {
            throw .invalid(
                Message(argument), "has more than 1,024 arrays and objects nested in each other")
        }
        if failed != 0 {
            throw .invalid(
                Message(argument),
                "cannot be written as JSON: a value contains itself, or a string is not UTF-8")
        }
        guard let text = RequestBody.end(&buffer) else { throw .noMemory() }
        return text
    }

    private struct Writer {
        var buffer: UnsafeMutablePointer<ByteBuffer>?
        var hasNoMemory = false
        /// Where the stack was before jansson went into the tree.
        let top: UInt
        var isTooDeep = false

        /// What 1,024 levels of a tree take of the stack, 300 KB, and room for other builds of jansson. A tree
        /// may be so deep that all of the stack is not enough, and no server takes one of a tenth.
        static let maximumStack: UInt = 512 * 1024

        init(top: UInt) { self.top = top }

        mutating func add(_ bytes: UnsafePointer<CChar>, _ count: Int) -> Int32 {
            if top &- jansson_frame() > Writer.maximumStack {
                isTooDeep = true
                return -1
            }
            let start = UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self)
            if buffer?.pointee.append(start, count) == true { return 0 }
            hasNoMemory = true
            return -1
        }
    }

    /// Of one that was made here.
    package static func release(_ tree: Tree) { jansson_release(tree) }

    /// Of one that was taken over. What another copy has made stays as it is: that may have another allocator.
    package static func release(taken tree: Tree?) {
        guard let tree, MixedJansson.words == nil, jansson_finds_members(tree) != 0 else { return }
        jansson_release(tree)
    }
}

/// Asked once in the process.
private enum MixedJansson {
    private nonisolated(unsafe) static var isKnown: Int32 = 0
    private nonisolated(unsafe) static var found: UnsafePointer<CChar>?

    static var words: UnsafePointer<CChar>? {
        platform_once(&isKnown) { MixedJansson.found = platform_mixed_imports("json_") }
        return found
    }
}
