import CPlatform

/// What a server says about a failure, read from whatever it sent: the documented object, an `error`
/// that is a string, a code that is a number, `detail` of a FastAPI server, a list of errors, HTML, plain
/// text, or nothing.
package struct ServerFailure {
    package var message: [UInt8] = []
    package var type: [UInt8] = []
    package var code: [UInt8] = []
    package var param: [UInt8] = []
    /// A status between 400 and 599 that it names for itself; 0 when it does not.
    package private(set) var statedStatus: Int32 = 0
    /// What its own `headers` say of a wait, in milliseconds; -1 when they do not.
    private var statedWait: Int64 = -1

    package init() {}

    /// The word is in its message, in letters of either case.
    package func mentions(_ word: StaticString) -> Bool {
        let word = word.buffer
        return message.withUnsafeBufferPointer { text in
            for start in 0..<max(0, text.count &- word.count &+ 1) {
                let part = Input(rebasing: text[start..<start &+ word.count])
                if equalIgnoringCase(part, word) { return true }
            }
            return false
        }
    }

    /// Reads the body of an answer that is no success. `text` ends in NUL and has `ByteBuffer.slack`
    /// readable bytes behind.
    package init(body text: UnsafePointer<UInt8>, count: Int) {
        if let document = JSONValue(checking: text, count: count) {
            read(document)
            if isEmpty { message = ServerFailure.excerpt(of: document) }
            return
        }
        if readFirstEvent(text, count) { return }
        let body = UnsafeBufferPointer(start: text, count: count)
        if let told = MarkupText(body) {
            message = told.message
            code = told.code
        } else {
            message = PlainText.firstLine(of: body)
        }
    }

    /// Reads an `error` event, flat or nested, an answer that is one, or the event of a response that
    /// failed.
    package init(event document: JSONValue) {
        if let response = document.member("response"), response.kind == .object {
            // The second is where the realtime API has it, the third is the Assistants API's.
            for name in "error|status_details|last_error" as Words where isEmpty {
                if let told = response.member(name) { read(told) }
            }
            // What stands beside the response may be anything, but for this.
            if isEmpty, let error = document.member("error") { read(error) }
            return
        }
        read(document)
    }

    package var isEmpty: Bool { message.isEmpty && type.isEmpty && code.isEmpty }

    /// Takes from another report of the same failure what this one lacks.
    package mutating func complete(by other: ServerFailure) {
        if message.isEmpty { message = other.message }
        if type.isEmpty { type = other.type }
        if code.isEmpty { code = other.code }
        if param.isEmpty { param = other.param }
        if statedStatus == 0 { statedStatus = other.statedStatus }
        if statedWait < 0 { statedWait = other.statedWait }
    }

    /// How long the server asks to wait, in fields or in words; -1 when it does not.
    package var wait: Int64 { statedWait >= 0 ? statedWait : RetryWish.inWords(message) }

    // MARK: reading

    /// What is nested deeper is no report of an error.
    private static var maximumDepth: Int { 4 }

    private mutating func read(_ value: JSONValue, depth: Int = 0) {
        if depth > ServerFailure.maximumDepth { return }
        switch value.kind {
        case .string: if message.isEmpty { message = value.unescaped() }
        case .object: readObject(value, depth)
        case .array:
            // The first that says something.
            for index in 0..<ServerFailure.maximumDepth {
                guard let element = value.element(index) else { return }
                read(element, depth: depth + 1)
                if !isEmpty { return }
            }
        default: break
        }
    }

    private mutating func readObject(_ object: JSONValue, _ depth: Int) {
        // Each field is looked for in `error` first, then beside it.
        let error = object.member("error") ?? object.member("Error")
        let isWord = error?.kind == .string
        if let error, !isWord { read(error, depth: depth + 1) }
        readFields(object)
        // Where `error` is a code, its description says more (RFC 6749, 5.2).
        readOther(ServerFailure.descriptions, of: object)
        if let error, isWord { readWord(error.unescaped()) }
        if message.isEmpty, let list = object.member("errors") { readNested(list, depth) }
        if message.isEmpty, let detail = object.member("detail") {
            // A list of FastAPI's tells the place of each fault: kept as it is.
            if detail.kind == .array {
                if detail.count > 2 { message = ServerFailure.raw(detail) }
            } else {
                readNested(detail, depth)
            }
        }
        if message.isEmpty, let fault = object.member("fault") { read(fault, depth: depth + 1) }
        readOther(ServerFailure.otherNames, of: object)
    }

    private mutating func readOther(_ names: Words, of object: JSONValue) {
        for name in names where message.isEmpty {
            if let text = object.text(name) { message = text }
        }
    }

    /// A value that may be words, or an object of any shape: then the object itself says more than nothing.
    private mutating func readNested(_ value: JSONValue, _ depth: Int) {
        read(value, depth: depth + 1)
        if message.isEmpty && value.kind == .object && value.count > 2 {
            message = ServerFailure.raw(value)
        }
    }

    /// Names of a message beside `message`, in order of what they are worth: RFC 6749, RFC 9457, and what
    /// gateways and clouds have.
    private static var descriptions: Words {
        "error_description|error_message|errorMessage|error_msg|faultstring"
    }
    private static var otherNames: Words {
        "Message|msg|title|description|reason"
    }

    /// `error` is a string: all that is said, or the code of it (RFC 6749, 5.2), or the name of a status.
    private mutating func readWord(_ word: [UInt8]) {
        if word.isEmpty { return }
        if message.isEmpty {
            message = word
            return
        }
        for (a, b) in zip(message, word) where a != b {
            if code.isEmpty && word.allSatisfy({ $0 > 0x20 }) { code = word }
            return
        }
    }

    private mutating func readFields(_ object: JSONValue) {
        func scalar(_ name: Input) -> [UInt8] {
            guard let value = object.member(name) else { return [] }
            switch value.kind {
            case .string: return value.unescaped()
            case .number: return Array(value.raw.prefix(64))
            default: return []
            }
        }
        if message.isEmpty { message = scalar(("message" as StaticString).buffer) }
        for name in "code|error_code|errorCode|Code" as Words where code.isEmpty {
            code = scalar(name)
        }
        if param.isEmpty { param = scalar(("param" as StaticString).buffer) }
        for name in "type|__type" as Words where type.isEmpty {
            type = scalar(name)
            // The type of the event itself says nothing about the failure.
            if equal(type, "error") || type.withUnsafeBufferPointer({ startsWithResponse($0) }) {
                type = []
            }
        }
        // Google's name of the kind, beside a code that is the HTTP status.
        if type.isEmpty, let status = object.text("status"), !code.isEmpty { type = status }
        for name in "status|status_code|statusCode" as Words where statedStatus == 0 {
            if let status = ServerFailure.status(scalar(name)) { statedStatus = status }
        }
        if statedWait < 0, let headers = object.member("headers") { readHeaders(headers) }
    }

    /// Headers that an `error` event repeats, because its answer's own had gone out before.
    private mutating func readHeaders(_ headers: JSONValue) {
        func value(_ name: StaticString, _ read: (Input) -> Int64?) -> Int64? {
            guard let text = headers.member(name) else { return nil }
            return read(text.kind == .string ? text.rawText : text.raw)
        }
        if let wait = value("retry-after-ms", RetryRule.milliseconds) {
            statedWait = wait
        } else if let wait = value("retry-after", RetryRule.seconds) {
            statedWait = wait
        }
    }

    private func startsWithResponse(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count > 9, let start = text.baseAddress else { return false }
        return matches(start, "response.")
    }

    /// A failure that is told as an event stream: its first data line that says something.
    private mutating func readFirstEvent(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard count > 6, matches(text, "data:") || matches(text, "event:") else { return false }
        var received = ByteBuffer()
        guard received.append(text, count), received.append("\n\n") else { return true }
        var decoder = EventStreamDecoder(maximumEventBytes: count + 2)
        guard decoder.refill(from: &received) else { return true }
        while case .event(let data, let length, _) = decoder.next() {
            guard let document = JSONValue(checking: data, count: length) else {
                if message.isEmpty {
                    message = PlainText.firstLine(
                        of: UnsafeBufferPointer(start: data, count: length))
                }
                continue
            }
            self = ServerFailure(event: document)
            if !isEmpty { break }
        }
        return true
    }

    // MARK: words for what has none

    /// As much of a document of an unknown shape as a message takes, where it says anything.
    private static func excerpt(of document: JSONValue) -> [UInt8] {
        saysSomething(document, depth: 0) ? raw(document) : []
    }

    private static func saysSomething(_ value: JSONValue, depth: Int) -> Bool {
        switch value.kind {
        case .string: return value.count > 2
        case .number: return depth > 0
        case .object, .array:
            var found = false
            if depth <= maximumDepth {
                value.forEach { _, member in
                    found = saysSomething(member, depth: depth + 1)
                    return !found
                }
            }
            return found
        default: return false
        }
    }

    private static func raw(_ value: JSONValue) -> [UInt8] {
        Array(PlainText.cut(value.raw, to: 2000))
    }
}
