/// Counts how often each wish has come true.
final class FaultBook {
    private let serverSpecs: [FaultSpec]
    private var counts: [String: Int] = [:]

    /// - Parameter serverSpecs: what `--fault` asked for; applies to every client.
    init(serverSpecs: [FaultSpec]) { self.serverSpecs = serverSpecs }

    /// The faults of this request, which is counted.
    func faults(header: [String], route: Route.Name) throws -> Faults {
        let specs = try serverSpecs + header.flatMap { try FaultSpec.parseList($0) }
        var faults = Faults()
        for spec in specs where spec.routes.isEmpty || spec.routes.contains(route.rawValue) {
            try count(spec, &faults)
        }
        return faults
    }

    /// The faults of a turn over a WebSocket, which is counted: those of the handshake hold for each
    /// turn, and there are those that are for turns only.
    ///
    /// - Parameters:
    ///   - header: the wishes of the handshake.
    ///   - own: those of the turn itself.
    func turnFaults(handshake: Faults, header: [String], own: [String]) throws -> Faults {
        let turn = Route.Name.turn.rawValue
        let inherited = try serverSpecs + header.flatMap { try FaultSpec.parseList($0) }
        let own = try own.flatMap { try FaultSpec.parseList($0) }
        var faults = handshake
        for spec in inherited where spec.routes.contains(turn) { try count(spec, &faults) }
        for spec in own where spec.routes.isEmpty || spec.routes.contains(turn) {
            try count(spec, &faults)
        }
        return faults
    }

    /// Applies the wish, unless it has come true often enough or not yet.
    private func count(_ spec: FaultSpec, _ faults: inout Faults) throws {
        let count = (counts[spec.countKey] ?? 0) + 1
        counts[spec.countKey] = count
        if count <= spec.skip { return }
        if let times = spec.times, count > spec.skip + times { return }
        for setting in spec.settings { try setting.name.apply(&faults, setting.value) }
    }

    func reset() { counts = [:] }

    /// Starts counting anew for one tag, leaving the others alone.
    func reset(tag: String) {
        counts = counts.filter { !$0.key.hasPrefix("\(tag)|") }
    }
}
