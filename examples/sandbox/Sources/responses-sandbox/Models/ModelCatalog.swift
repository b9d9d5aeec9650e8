/// The models there are: `sandbox`, and one for each behaviour.
enum ModelCatalog {
    private static let snapshotDate = "2026-01-15"
    private static let createdAt = 1_768_435_200

    private static var ids: [String] {
        ["sandbox"] + Behaviour.allCases.map { "sandbox-\($0.rawValue)" }
    }

    /// The dated name that responses carry.
    static func snapshotName(_ id: String) -> String {
        id.hasSuffix(snapshotDate) ? id : "\(id)-\(snapshotDate)"
    }

    /// The behaviour of a model, nil for the plain one; throws for a name that is none.
    static func behaviour(of name: String) throws -> Behaviour? {
        let id = baseName(name)
        guard ids.contains(id) || isWellKnown(id) else { throw APIError.modelNotFound(name) }
        return Behaviour(rawValue: String(id.dropFirst("sandbox-".count)))
    }

    /// `gpt-5`, `gpt-4o-mini`, `o3`: the names that programs are written with answer like `sandbox`, so
    /// that a program can be tried as it is.
    private static func isWellKnown(_ id: String) -> Bool {
        for prefix in ["gpt-", "o"] where id.hasPrefix(prefix) {
            if id.dropFirst(prefix.count).first?.isNumber == true { return true }
        }
        return false
    }

    /// Steering came with GPT-6: `gpt-5.6` and `o3` do not know it, `gpt-6-astra` and `sandbox` do.
    static func canBeSteered(_ name: String) -> Bool {
        guard isWellKnown(name) else { return true }
        let number = name.dropFirst("gpt-".count).prefix { $0.isNumber }
        return name.hasPrefix("gpt-") && Int(number) ?? 0 >= 6
    }

    private static func baseName(_ name: String) -> String {
        let suffix = "-\(snapshotDate)"
        return name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
    }

    static var list: JSON { ["object": "list", "data": .array(ids.map(json))] }

    static func model(_ name: String) throws -> JSON {
        guard ids.contains(baseName(name)) || isWellKnown(name) else {
            throw APIError.invalid(
                "The model '\(name)' does not exist", param: "model", code: "model_not_found",
                status: 404)
        }
        return json(name)
    }

    private static func json(_ id: String) -> JSON {
        [
            "id": .string(id), "object": "model", "created": .integer(createdAt),
            "owned_by": "sandbox",
        ]
    }
}
