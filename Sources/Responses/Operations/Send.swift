/// Any endpoint below the base URL.
extension Operation {
    package static func send(
        _ method: Input, _ path: Input, _ json: GivenJSON?, _ settings: FrozenSettings
    )
        throws(ResponsesError) -> Operation
    {
        guard let known = HTTPRequest.Method(method) else {
            throw .invalid("method", "expected GET, POST, PUT, PATCH or DELETE")
        }
        let text = try Operation.path(path)
        var body: Text?
        if let json {
            if known == .get { throw .invalid("json", "a GET request has no body; pass NULL") }
            body = try RequestBody.prepare(json, stream: nil)
        }
        var operation = Operation(
            .document, HTTPRequest(known, at: "{path}", url: settings.url(text), body: body))
        operation.acceptsEmptyBody = true
        operation.isKnown = false
        return operation
    }

    /// A path of the caller's that stays below the base URL.
    static func path(_ path: Input) throws(ResponsesError) -> [UInt8] {
        let expected: Message = "expected a percent-encoded path such as \"/conversations\""
        let text = Array(path)
        guard text.first == 0x2F, HeaderText.isQuery(text), !text.contains(0x5C) else {
            throw .invalid("path", expected)
        }
        if PathText.hasDotSegment(Array(text.prefix { $0 != 0x3F })) {
            throw .invalid(
                "path", "must not have \".\" or \"..\" as a segment, in any encoding")
        }
        return text
    }
}

extension HTTPRequest.Method {
    fileprivate init?(_ name: Input) {
        for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete] {
            let other = method.name
            if name.count == other.utf8CodeUnitCount, let start = name.baseAddress,
                matches(start, other)
            {
                self = method
                return
            }
        }
        return nil
    }
}
