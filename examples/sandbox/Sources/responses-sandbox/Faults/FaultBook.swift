/// Counts how often each wish has come true.
final class FaultBook {
    private let serverSpecs: [FaultSpec]
    private var counts: [String: Int] = [:]

    /// - Parameter serverSpecs: what `--fault` asked for; applies to every client.
    init(serverSpecs: [FaultSpec]) { self.serverSpecs = serverSpecs }

    /// The faults of this request, which is counted.
    func faults(header: [String], route: Route.Name) throws -> Faults {
        var faults = Faults()
        let specs = try serverSpecs + header.flatMap { try FaultSpec.parseList($0) }
        for spec in specs where spec.routes.isEmpty || spec.routes.contains(route.rawValue) {
            let count = (counts[spec.countKey] ?? 0) + 1
            counts[spec.countKey] = count
            if count <= spec.skip { continue }
            if let times = spec.times, count > spec.skip + times { continue }
            for setting in spec.settings { try setting.name.apply(&faults, setting.value) }
        }
        return faults
    }

    func reset() { counts = [:] }

    /// Starts counting anew for one tag, leaving the others alone.
    func reset(tag: String) {
        counts = counts.filter { !$0.key.hasPrefix("\(tag)|") }
    }
}
