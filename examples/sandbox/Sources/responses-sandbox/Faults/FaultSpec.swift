/// One wish for misbehaviour: some faults, when they apply, and how often.
///
/// `cut-after-events=5; how=rst; times=2; tag=abc`; several wishes are separated by commas.
struct FaultSpec {
    /// The faults, with their values, as `FaultName` knows them.
    let settings: [Setting]
    /// Applies to this many requests; nil to all.
    let times: Int?
    /// Lets this many requests pass unharmed first.
    let skip: Int
    /// Only requests to these routes count; empty means every route.
    let routes: Set<String>
    /// Keeps the counts of two clients with the same wish apart.
    let tag: String
    private let text: String

    struct Setting {
        var name: FaultName
        var value: String
    }

    /// What the requests that this wish applied to are counted under.
    var countKey: String { "\(tag)|\(text)" }

    static func parseList(_ text: String) throws -> [FaultSpec] {
        try text.split(separator: ",").map { try FaultSpec(String($0)) }
    }

    private init(_ text: String) throws {
        var settings: [Setting] = []
        var times: Int?
        var skip = 0
        var routes: Set<String> = []
        var tag = ""
        var probe = Faults()
        for part in text.split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1).map { trimmed($0) }
            guard let name = pair.first, !name.isEmpty else { continue }
            let value = pair.count > 1 ? pair[1] : ""
            switch name {
            case "times": times = try Self.count(value)
            case "skip": skip = try Self.count(value)
            case "tag": tag = value
            case "on": routes = try Self.routes(value)
            default:
                guard let fault = FaultName.named(name) else {
                    throw FaultSyntaxError(message: "Unknown fault '\(name)'.")
                }
                do {
                    try fault.apply(&probe, value)
                } catch let error as FaultSyntaxError {
                    throw FaultSyntaxError(message: "Fault '\(name)': \(error.message).")
                }
                settings.append(Setting(name: fault, value: value))
            }
        }
        self.settings = settings
        self.times = times
        self.skip = skip
        self.routes = routes
        self.tag = tag
        self.text = text.filter { $0 != " " }
    }

    private static func count(_ text: String) throws -> Int {
        guard let value = Int(text), value >= 0 else {
            throw FaultSyntaxError(message: "'\(text)' is not a count.")
        }
        return value
    }

    private static func routes(_ text: String) throws -> Set<String> {
        let names = text.split(separator: "+").map(String.init)
        for name in names where Route.Name(rawValue: name) == nil {
            let known = Route.Name.allCases.map(\.rawValue).joined(separator: ", ")
            throw FaultSyntaxError(message: "'on=\(name)' is none of \(known).")
        }
        return Set(names)
    }
}
