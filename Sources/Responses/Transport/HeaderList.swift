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

    consuming func take() -> UnsafeMutablePointer<curl_slist>? {
        let taken = isComplete ? list : nil
        if isComplete { list = nil }
        return taken
    }
}
