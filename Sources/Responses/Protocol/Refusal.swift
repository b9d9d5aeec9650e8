/// Recognises errors that look like answers: a document with status 200, or an event without a type.
///
/// A failed response is not such an error: it has an id and a status, and its `error` is a part of it.
package struct Refusal {
    /// Whether a document with a status of success is an error. `isKnown`: the library knows what answers of
    /// the endpoint contain. For other endpoints, only what cannot be anything else counts as an error.
    package static func isError(_ document: JSONValue, endpointIsKnown isKnown: Bool) -> Bool {
        switch document.kind {
        case .array:
            guard let first = document.element(0), first.kind == .object else { return false }
            if !isKnown && document.element(1) != nil { return false }
            return isError(first, endpointIsKnown: isKnown)
        case .object:
            let look = Refusal(document, isKnown, all: false)
            if look.hasAnswer { return false }
            if look.evidence == .none { return isKnown && (look.isBareError || look.isCalledError) }
            if look.hasEmptyList && look.evidence != .error { return false }
            return isKnown || look.evidence == .error && look.hasOnlyErrorFields
        default: return false
        }
    }

    /// It has an `error` that says something.
    @inline(never)
    package static func saysError(_ document: JSONValue) -> Bool {
        document.member("error").map { isSaid($0) } ?? false
    }

    /// The response has failed.
    @inline(never)
    package static func hasFailed(_ response: JSONValue) -> Bool {
        response.member("status")?.isText("failed") == true
    }

    /// The meaning of an event without a type, or of an unknown type.
    package enum EventMeaning {
        case event
        /// An error only if the stream ends without a terminal event.
        case suspect
        case error
    }

    /// `name` is the value of its `event:` line, `type` its own type; both may be empty.
    package static func meaning(of event: JSONValue, type: Input, name: Input) -> EventMeaning {
        // Named so, whatever it says: a type of its own is the failure's.
        if equal(name, "error") { return .error }
        let look = Refusal(event, true, all: true)
        if look.evidence == .none { return .event }
        if type.isEmpty {
            if look.evidence == .error { return look.hasAnswer ? .suspect : .error }
            // Words alone may be anything; it takes a field that says of what kind they are.
            if look.hasAnswer || !name.isEmpty && !equal(name, "message") { return .event }
            return look.hasDetail || look.hasCode ? .error : .suspect
        }
        // An event of this API that is not known yet may tell of one step that failed.
        if let start = type.baseAddress, type.count > 9, matches(start, "response.") {
            return look.evidence == .error ? .suspect : .event
        }
        return look.evidence == .error || endsLikeAnError(type) ? .error : .event
    }

    private static func endsLikeAnError(_ type: Input) -> Bool {
        for suffix in "error|Error|Exception|exception" as Words
        where type.count >= suffix.count
            && equal(UnsafeBufferPointer(rebasing: type.suffix(suffix.count)), suffix)
        {
            return true
        }
        return false
    }

    // MARK: one pass over the members

    private enum Evidence {
        case none
        /// Words, in a field that answers do not have.
        case words
        /// A field that is there for nothing else.
        case error
    }

    private let isKnown: Bool
    /// It has what answers have, and errors do not.
    private var hasAnswer = false
    private var hasOnlyErrorFields = true
    private var hasDetail = false
    private var hasCode = false
    private var hasWords = false
    private var saysError = false
    private var isCalledError = false
    private var errorIsTrue = false
    /// An error without a word of it, in a place where an answer was to be: `{"error": {}}`, `{"status":
    /// 503}`.
    private var isBareError = false
    private var hasEmptyList = false
    private var hasID = false
    private var hasKind = false

    /// Unless `all` is asked for, it ends where an answer shows itself: large ones begin with what tells
    /// them, and the rest need not be read.
    private init(_ object: JSONValue, _ isKnown: Bool, all: Bool) {
        self.isKnown = isKnown
        object.forEach { name, value in
            if let name { take(name, value) }
            return all || !hasAnswer
        }
    }

    private var evidence: Evidence {
        if saysError { return .error }
        if !hasWords { return .none }
        return isCalledError || errorIsTrue ? .error : .words
    }

    private mutating func take(_ name: JSONValue, _ value: JSONValue) {
        if value.kind == .null { return }
        // Most members of an answer begin otherwise. An escape may be any letter.
        let first = name.start[1]
        let mayBeWord =
            first == 0x6D || first == 0x4D || first == 0x64 || first == 0x65 || first == 0x5C
        if mayBeWord && name.isOne(of: Refusal.wordNames) {
            hasWords = hasWords || Refusal.isSaid(value)
            if name.isText("detail") { hasDetail = hasDetail || Refusal.isSaid(value) }
            return
        }
        if name.isOne(of: "error|Error") {
            saysError = saysError || Refusal.isSaid(value)
            errorIsTrue = errorIsTrue || value.kind == .true
            isBareError = isBareError || Refusal.isBare(value)
        } else if name.isOne(of: "errors|fault") {
            saysError = saysError || Refusal.isSaid(value)
        } else if name.isText("object") {
            if value.isText("error") { saysError = true } else { hasKind = value.kind == .string }
        } else if name.isText("type") {
            isCalledError = isCalledError || value.isText("error")
        } else if name.isOne(of: "success|ok") {
            if value.kind == .false { isCalledError = true } else { hasOnlyErrorFields = false }
        } else {
            takeOther(name, value)
        }
        hasAnswer = hasAnswer || hasID && hasKind
    }

    private mutating func takeOther(_ name: JSONValue, _ value: JSONValue) {
        if name.isText("id") {
            // Gateways give errors an id as well, but no kind.
            hasID = value.kind == .string || value.kind == .number
            hasAnswer = hasAnswer || hasID && !isKnown
        } else if name.isText("status") {
            hasAnswer = hasAnswer || value.isOne(of: Refusal.states)
            hasCode = true
            isBareError =
                isBareError || value.isText("error") || Refusal.isErrorStatus(value)
        } else if name.isOne(of: "output|choices") {
            hasAnswer = hasAnswer || value.kind == .array
            hasOnlyErrorFields = false
        } else if name.isText("data") {
            // A list without anything on it may stand beside an error.
            let isEmpty = value.kind == .array && value.element(0) == nil
            hasEmptyList = hasEmptyList || isEmpty
            hasAnswer = hasAnswer || value.kind == .array && !isEmpty
            hasOnlyErrorFields = false
        } else if name.isOne(of: "deleted|input_tokens") {
            hasAnswer = hasAnswer || value.kind == .true || value.kind == .number
            hasOnlyErrorFields = false
        } else {
            if name.isOne(of: Refusal.codeNames) {
                hasCode = true
                isBareError = isBareError || Refusal.isErrorStatus(value)
            } else if !name.isOne(of: Refusal.otherNames) {
                hasOnlyErrorFields = false
            }
        }
    }

    /// A value that has something in it: not null, false, empty, or an object of such alone.
    private static func isSaid(_ value: JSONValue) -> Bool {
        switch value.kind {
        case .string: return value.count > 2
        case .object, .array:
            var found = false
            value.forEach { _, member in
                switch member.kind {
                case .null, .false: break
                case .string, .object, .array: found = member.count > 2
                default: found = true
                }
                return !found
            }
            return found
        default: return false
        }
    }

    /// An `error` without a word: true, a number, or an object that is empty.
    private static func isBare(_ value: JSONValue) -> Bool {
        switch value.kind {
        case .true, .object: return true
        case .number: return value.integer != 0
        default: return false
        }
    }

    /// A number from 400 to 599.
    private static func isErrorStatus(_ value: JSONValue) -> Bool {
        value.kind == .number && ServerFailure.status(Array(value.raw)) != nil
    }

    private static var states: Words {
        "completed|in_progress|queued|incomplete|failed|cancelled"
    }

    private static var wordNames: Words {
        "message|Message|detail|error_description|error_message|errorMessage|error_msg|msg"
    }

    private static var codeNames: Words { "code|error_code|errorCode|status_code|statusCode" }

    /// What else stands beside an error.
    private static var otherNames: Words {
        """
        param|messages|request_id|requestId|trace_id|timestamp|path|metadata|user_id|title
        """
    }
}
