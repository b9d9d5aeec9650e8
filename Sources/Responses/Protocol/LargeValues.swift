import CPlatform

/// Where the large values of a document end, so that whoever looks for another passes them over.
///
/// Found in one pass, when something inside of a large document is first asked for. What takes long in a lookup is to
/// find the ends of values on the way; of those that are not in here it takes no longer than they are large.
package struct LargeValues: ~Copyable {
    fileprivate struct Span {
        let start: UnsafePointer<UInt8>
        var end: UnsafePointer<UInt8>
    }

    /// `Span` by `Span`, in the order of `start`.
    private var spans = ByteBuffer()
    private var count = 0

    /// A document smaller than this is read again as soon.
    package static let worthwhile = 16 * 1024
    private static let most = 32 * 1024

    package init() {}

    /// Of a document that has been checked. `least`: from which size on a value is large; 0: as it suits.
    package init(of document: JSONValue, least: Int = 0) {
        if !read(document, least > 0 ? least : max(2048, document.count / 4096)) {
            // Nothing is known: every value is read.
            count = 0
        }
    }

    /// False when there are too many, or when memory is out.
    private mutating func read(_ document: JSONValue, _ large: Int) -> Bool {
        // The containers that have not ended: their places in `spans`.
        var open = ByteBuffer()
        let stride = MemoryLayout<Int>.stride
        var p = document.start
        while p < document.end {
            switch p.pointee {
            case 0x22:
                let end = CheckedJSON.stringEnd(p)
                if end - p >= large && !add(Span(start: p, end: end)) { return false }
                p = end - 1
            case 0x7B, 0x5B:
                guard open.extendWithRoom(by: stride), add(Span(start: p, end: p)) else {
                    return false
                }
                UnsafeMutableRawPointer(open.bytes).storeBytes(
                    of: count - 1, toByteOffset: open.count - stride, as: Int.self)
            case 0x7D, 0x5D:
                if open.count < stride { return false }
                let index = UnsafeRawPointer(open.bytes).load(
                    fromByteOffset: open.count - stride, as: Int.self)
                open.truncate(to: open.count - stride)
                close(index, at: p + 1, large)
            default: break
            }
            p += 1
        }
        return true
    }

    private mutating func add(_ span: Span) -> Bool {
        let stride = MemoryLayout<Span>.stride
        guard count < LargeValues.most, spans.extendWithRoom(by: stride) else { return false }
        UnsafeMutableRawPointer(spans.bytes).storeBytes(
            of: span, toByteOffset: count &* stride, as: Span.self)
        count += 1
        return true
    }

    /// A container has ended. One that is small has nothing large in it, so it is the last.
    private mutating func close(_ index: Int, at end: UnsafePointer<UInt8>, _ large: Int) {
        var span = self[index]
        if end - span.start < large {
            count = index
            spans.truncate(to: count &* MemoryLayout<Span>.stride)
            return
        }
        span.end = end
        UnsafeMutableRawPointer(spans.bytes).storeBytes(
            of: span, toByteOffset: index &* MemoryLayout<Span>.stride, as: Span.self)
    }

    private subscript(_ index: Int) -> Span {
        UnsafeRawPointer(spans.bytes).load(
            fromByteOffset: index &* MemoryLayout<Span>.stride, as: Span.self)
    }

    /// Goes along with who reads the values of one container in their order.
    package struct Cursor {
        fileprivate let spans: UnsafePointer<Span>
        fileprivate var left: Int

        /// Where the value that begins there ends; nil when it is not known.
        mutating func end(of start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
            if left == 0 { return nil }
            if spans[count - left].start < start { pass(start) }
            guard left > 0, spans[count - left].start == start else { return nil }
            return spans[count - left].end
        }

        fileprivate let count: Int

        /// Everything inside of what was passed over.
        private mutating func pass(_ start: UnsafePointer<UInt8>) {
            var low = count - left
            var high = count
            while low < high {
                let middle = (low + high) / 2
                if spans[middle].start < start { low = middle + 1 } else { high = middle }
            }
            left = count - low
        }
    }

    /// For the values of any container of the document. Valid for as long as this is.
    package var cursor: Cursor {
        Cursor(
            spans: UnsafeRawPointer(spans.bytes).assumingMemoryBound(to: Span.self), left: count,
            count: count)
    }
}

extension JSONValue {
    /// The member of that name, as `member(_:)` finds it.
    func member(_ name: UnsafeBufferPointer<UInt8>, _ known: borrowing LargeValues) -> JSONValue? {
        guard kind == .object else { return nil }
        var cursor = known.cursor
        var members = JSONMembers(of: self)
        var found: JSONValue?
        while members.next(&cursor) {
            if let candidate = members.name, candidate.isText(name) { found = members.value }
        }
        return found
    }

    func element(_ index: Int, _ known: borrowing LargeValues) -> JSONValue? {
        guard kind == .array else { return nil }
        var cursor = known.cursor
        var elements = JSONMembers(of: self)
        var left = index
        while elements.next(&cursor) {
            if left == 0 { return elements.value }
            left -= 1
        }
        return nil
    }
}
