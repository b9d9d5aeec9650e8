import CCurl
import CPlatform

/// A header list as libcurl wants it, in which the caller's own headers win.
struct HeaderList: ~Copyable {
    private var list: UnsafeMutablePointer<curl_slist>?
    private var isComplete = true
    private let overrides: [Settings.Header]
    /// Where lines are made. Wiped after each, because the key may be in it.
    private var line = ByteBuffer()

    init(overriddenBy headers: [Settings.Header]) {
        overrides = headers
        for header in headers {
            header.name.withUnsafeBufferPointer { append($0, prefix: "", header.value?.buffer) }
        }
    }

    deinit { curl_free_secret_list(list) }

    /// Keeps libcurl from sending a header of its own.
    mutating func remove(_ name: StaticString) { add(name.buffer, prefix: "", nil) }

    /// Adds a header unless the caller has one of that name.
    mutating func add(_ name: StaticString, _ value: StaticString) {
        add(name.buffer, prefix: "", value.buffer)
    }

    mutating func add(_ name: StaticString, _ value: [UInt8]) {
        value.withUnsafeBufferPointer { add(name.buffer, prefix: "", $0) }
    }

    /// Adds a header whose value is made of a prefix and a text that may be secret.
    mutating func add(_ name: Input, prefix: StaticString, _ value: Input?) {
        for header in overrides where header.hasName(name) { return }
        append(name, prefix: prefix, value)
    }

    private mutating func append(_ name: Input, prefix: StaticString, _ value: Input?) {
        let isEmpty = value?.isEmpty ?? true
        // "Name;" is how libcurl is told to send a header without a value; "Name:" takes one out.
        var isFine = line.append(name)
        if let value, !isEmpty {
            isFine = isFine && line.append(": ")
            if prefix.utf8CodeUnitCount > 0 { isFine = isFine && line.append(prefix) }
            isFine = isFine && line.append(value)
        } else {
            isFine = isFine && line.append(value == nil ? ":" : ";")
        }
        // Behind its content the buffer is zero.
        let grown = isFine ? curl_slist_append(list, line.cString) : nil
        if let grown { list = grown } else { isComplete = false }
        line.wipe()
    }

    /// A list of its own: these lines, and of another list those that they do not take the place of. Nil when memory is
    /// out.
    static func make(of others: UnsafeMutablePointer<curl_slist>, with lines: [[UInt8]])
        -> UnsafeMutablePointer<curl_slist>?
    {
        var list: UnsafeMutablePointer<curl_slist>?
        func add(_ line: UnsafePointer<CChar>) -> Bool {
            guard let grown = curl_slist_append(list, line) else { return false }
            list = grown
            return true
        }
        var isFine = true
        for line in lines where isFine {
            isFine = (line + [0]).withUnsafeBufferPointer { line in
                line.baseAddress.map {
                    add(UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
                } ?? false
            }
        }
        var node: UnsafeMutablePointer<curl_slist>? = others
        while let here = node, isFine {
            node = here.pointee.next
            guard let text = here.pointee.data else { continue }
            let start = UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self)
            let name = Input(start: start, count: strcspn(text, ":;"))
            let isReplaced = lines.contains { line in
                line.withUnsafeBufferPointer {
                    $0.count > name.count && $0[name.count] == 0x3A
                        && equalIgnoringCase(Input(rebasing: $0[..<name.count]), name)
                }
            }
            if !isReplaced { isFine = add(text) }
        }
        if isFine { return list }
        curl_free_secret_list(list)
        return nil
    }

    consuming func take() -> UnsafeMutablePointer<curl_slist>? {
        let taken = isComplete ? list : nil
        if isComplete { list = nil }
        return taken
    }
}
