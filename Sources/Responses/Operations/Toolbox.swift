import CPlatform

/// The function of the host's that a tool is.
package final class ToolFunction {
    private let hand: (ToolCall) -> Bool

    /// `hand` gives the call to the function; false when there is no memory for that.
    package init(_ hand: @escaping (ToolCall) -> Bool) { self.hand = hand }

    /// Runs code of the host: no lock is held.
    func call(_ call: ToolCall) -> Bool { hand(call) }
}

/// A tool as the API is told of it, and what is called for it.
package struct Tool {
    let name: Text
    let definition: Text
    /// Its input is text, and not JSON.
    let isCustom: Bool
    /// Nil: its calls are the caller's.
    let function: ToolFunction?

    var schema: JSONValue? {
        JSONValue(checking: definition.base, count: definition.count)?.member("parameters")
    }
}

/// The tools of a run: what is behind a `responses_tools`.
package final class Toolbox {
    package private(set) var tools: [Tool] = []

    package init() {}

    /// `parameters`: nil for none.
    package func add(
        _ name: Input, _ description: Input?, _ parameters: Input?, _ function: ToolFunction?
    ) throws(ResponsesError) {
        var json = ByteBuffer()
        guard json.append("{\"type\":\"function\",\"name\":"), JSONEscape.encode(name, into: &json)
        else { throw .noMemory() }
        if let description {
            try Toolbox.checkText(description, "description")
            guard json.append(",\"description\":"), JSONEscape.encode(description, into: &json)
            else { throw .noMemory() }
        }
        guard json.append(",\"parameters\":") else { throw .noMemory() }
        if let parameters {
            guard let copy = Text(copying: parameters.baseAddress, count: parameters.count) else {
                throw .noMemory()
            }
            let schema = try RequestBody.checkObject(copy, argument: "parameters_json")
            try Toolbox.checkSchema(schema, "parameters_json")
            guard json.append(schema.raw) else { throw .noMemory() }
        } else if !json.append("{\"type\":\"object\",\"properties\":{}}") {
            throw .noMemory()
        }
        guard json.append(0x7D), let definition = json.copy() else { throw .noMemory() }
        try add(definition, name, isCustom: false, function)
    }

    /// All that the API documents of a tool.
    package func add(_ json: Input, _ function: ToolFunction?) throws(ResponsesError) {
        guard let definition = Text(copying: json.baseAddress, count: json.count) else {
            throw .noMemory()
        }
        let object = try RequestBody.checkObject(definition, argument: "json")
        let isCustom = object.member("type")?.isText("custom") == true
        guard isCustom || object.member("type")?.isText("function") == true else {
            throw .invalid("json", "must have the \"type\" \"function\" or \"custom\"")
        }
        guard let name = object.member("name"), name.kind == .string else {
            throw .invalid("json", "has no \"name\"")
        }
        if !isCustom, let schema = object.member("parameters"), schema.kind != .null {
            try Toolbox.checkSchema(schema, "json")
        }
        let text = name.unescaped()
        let failure: ResponsesError? = text.withUnsafeBufferPointer { name in
            do throws(ResponsesError) {
                try add(definition, name, isCustom: isCustom, function)
                return nil
            } catch { return error }
        }
        if let failure { throw failure }
    }

    private func add(
        _ definition: Text, _ name: Input, isCustom: Bool, _ function: ToolFunction?
    ) throws(ResponsesError) {
        guard Toolbox.isName(name) else {
            throw .invalid("name", "expected 1 to 128 of the characters A-Z a-z 0-9 _ -")
        }
        guard tools.first(where: { equal($0.name.buffer, name) }) == nil else {
            throw .invalid("name", "another tool has this name")
        }
        guard let name = Text(copying: name.baseAddress, count: name.count) else {
            throw .noMemory()
        }
        tools.append(
            Tool(name: name, definition: definition, isCustom: isCustom, function: function))
    }

    private static func checkSchema(_ schema: JSONValue, _ argument: Message)
        throws(ResponsesError)
    {
        guard schema.kind == .object else {
            throw .invalid(
                argument, "\"parameters\" must be a JSON schema, {\"type\":\"object\",...}")
        }
        if let type = schema.member("type"), !type.isText("object") {
            throw .invalid(argument, "the schema of parameters must have the \"type\" \"object\"")
        }
    }

    static func checkText(_ text: Input, _ argument: Message) throws(ResponsesError) {
        guard let start = text.baseAddress else { return }
        guard UTF8Check.isText(start, text.count) else {
            throw .invalid(argument, "is not UTF-8")
        }
    }

    private static func isName(_ name: Input) -> Bool {
        if name.isEmpty || name.count > 128 { return false }
        for byte in name {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: continue
            default: return false
            }
        }
        return true
    }
}
