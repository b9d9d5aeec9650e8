/// The JSON of a request as it goes out: the caller's bytes, with `stream` set as the operation wants.
enum RequestBody {
    /// Checks that it is a JSON object and copies it. `stream`: nil leaves that member alone.
    static func prepare(_ json: Input?, stream: Bool?) throws(ResponsesError) -> Text {
        guard let json else { throw .invalid("json", "must not be NULL; expected a JSON object") }
        guard let copy = Text(copying: json.baseAddress, count: json.count) else {
            throw .noMemory()
        }
        let object = try checkObject(copy, argument: "json")
        guard let stream else { return copy }
        var places: [JSONValue] = []
        var isThere = false
        object.forEach { name, value in
            if let name, name.isText("stream") {
                isThere = true
                if (value.kind == .true) != stream || value.kind != .true && value.kind != .false {
                    places.append(value)
                }
            }
            return true
        }
        if places.isEmpty && (isThere || !stream) { return copy }
        return try rewrite(object, places, stream, adding: !isThere)
    }

    /// The object of text that is JSON; the message says where it is not.
    static func checkObject(_ text: Text, argument: String) throws(ResponsesError) -> JSONValue {
        guard let value = JSONValue(checking: text.base, count: text.count) else {
            throw .invalid(argument, "is not JSON; expected one JSON object in UTF-8")
        }
        if value.kind != .object { throw .invalid(argument, "is JSON but not an object") }
        if JSONScanner.hasNotFinite(value) {
            throw .invalid(argument, "is not JSON, which has no NaN and no Infinity; use null")
        }
        return value
    }

    /// Replaces values in their places, or adds the member in front.
    private static func rewrite(
        _ object: JSONValue, _ places: [JSONValue], _ stream: Bool, adding: Bool
    ) throws(ResponsesError) -> Text {
        var out = ByteBuffer()
        var isFine = out.reserveExactly(object.count + 16)
        var from = object.start
        if adding {
            let isEmpty = JSONScanner.skipSpace(object.start + 1).pointee == 0x7D
            isFine = isFine && out.append(isEmpty ? "{\"stream\":true" : "{\"stream\":true,")
            from = object.start + 1
        }
        for place in places {
            isFine = isFine && out.append(from, place.start - from)
            isFine = isFine && out.append(stream ? "true" : "false")
            from = place.end
        }
        isFine = isFine && out.append(from, object.end - from)
        guard isFine, let text = out.copy() else { throw .noMemory() }
        return text
    }

    /// `"background": true` is in it.
    static func asksForBackground(_ body: Text) -> Bool {
        JSONValue(checking: body.base, count: body.count)?.member("background")?.kind == .true
    }
}
