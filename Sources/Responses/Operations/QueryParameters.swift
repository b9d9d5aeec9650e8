/// The query of an operation, made from a JSON object of parameters.
///
/// Arrays go out as `name[]=a&name[]=b`, the brackets percent-encoded, as the official clients send
/// them. Parameters that are not
/// known pass through.
struct QueryParameters {
    private(set) var query: [UInt8] = []
    private(set) var startingAfter: Int64 = -1
    private(set) var after: [UInt8] = []

    static var none: QueryParameters { QueryParameters() }

    private init() {}

    /// `forStream`: the parameters of an event stream are understood, and `starting_after` is kept out
    /// of the query, because it changes with every resume.
    init(_ json: Input?, forStream: Bool = false) throws(ResponsesError) {
        guard let json else { return }
        guard let text = Text(copying: json.baseAddress, count: json.count) else {
            throw .noMemory()
        }
        let object = try RequestBody.checkObject(text, argument: "params_json")
        var failure: ResponsesError?
        object.forEach { name, value in
            guard let name else { return false }
            do throws(ResponsesError) {
                try add(name, value, forStream)
            } catch {
                failure = error
            }
            return failure == nil
        }
        if let failure { throw failure }
    }

    private mutating func add(_ name: JSONValue, _ value: JSONValue, _ forStream: Bool)
        throws(ResponsesError)
    {
        if value.kind == .null || name.isText("stream") { return }
        if name.isText("limit") { try checkLimit(value) }
        if name.isText("order"), !value.isText("asc"), !value.isText("desc") {
            throw .invalid("order", "expected \"asc\" or \"desc\"")
        }
        if name.isText("after") && (value.kind != .string || value.rawText.isEmpty) {
            throw .invalid("after", "expected the id of an item, as a string")
        }
        if name.isText("after") { after = value.unescaped() }
        if name.isText("include_obfuscation") && value.kind != .true && value.kind != .false {
            throw .invalid("include_obfuscation", "expected true or false")
        }
        if name.isText("starting_after") {
            guard let place = value.integer, place >= 0 else {
                throw .invalid(
                    "starting_after", "expected the sequence number of an event, 0 or more")
            }
            if forStream {
                startingAfter = place
                return
            }
        }
        let plainName = name.unescaped()
        if name.isText("include") { return try addInclude(plainName, value) }
        if value.kind == .array { return try addArray(plainName, value) }
        try append(plainName, isArray: false, value)
    }

    private func checkLimit(_ value: JSONValue) throws(ResponsesError) {
        guard let limit = value.integer, limit >= 1, limit <= 100 else {
            throw .invalid("limit", "expected a whole number from 1 to 100")
        }
    }

    private mutating func addInclude(_ name: [UInt8], _ value: JSONValue) throws(ResponsesError) {
        var isFine = value.kind == .string || value.kind == .array
        value.forEach { _, element in
            isFine = isFine && element.kind == .string
            return isFine
        }
        if !isFine { throw .invalid("include", "expected an array of strings") }
        if value.kind == .string { return try append(name, isArray: true, value) }
        try addArray(name, value)
    }

    private mutating func addArray(_ name: [UInt8], _ value: JSONValue) throws(ResponsesError) {
        var failure: ResponsesError?
        value.forEach { _, element in
            do throws(ResponsesError) {
                try append(name, isArray: true, element)
            } catch {
                failure = error
            }
            return failure == nil
        }
        if let failure { throw failure }
    }

    private mutating func append(_ name: [UInt8], isArray: Bool, _ value: JSONValue)
        throws(ResponsesError)
    {
        if !query.isEmpty { query.append(0x26) }
        name.withUnsafeBufferPointer { PercentEncoding.append($0, to: &query) }
        if isArray { query.append(contentsOf: bytes("%5B%5D")) }
        query.append(0x3D)
        switch value.kind {
        case .string:
            let text = value.unescaped()
            text.withUnsafeBufferPointer { PercentEncoding.append($0, to: &query) }
        case .number, .true, .false: query.append(contentsOf: value.raw)
        default:
            throw .invalid(
                "params_json",
                "each member must be a string, a number, true, false or an array of these")
        }
    }
}
