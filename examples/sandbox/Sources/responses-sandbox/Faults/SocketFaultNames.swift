/// The faults of WebSockets by name.
extension FaultName {
    static let sockets: [FaultName] = handshakes + frames + endings

    private static let handshakes: [FaultName] = [
        .init("silent", "[handshake|turn]", "never answer the handshake, or turns (turn)") {
            $0.socket.silence = $1.isEmpty ? .turn : try choice($1)
        },
        .init("accept", "wrong|missing", "Sec-WebSocket-Accept is wrong, or not there") {
            $0.socket.accept = try choice($1)
        },
        .init("without-header", "NAME[+NAME…]", "the 101 lacks these headers") {
            $0.socket.omittedHeaders = Set($1.lowercased().split(separator: "+").map(String.init))
        },
        .init("with-header", "NAME:VALUE", "the 101 has this header") {
            let pair = $1.split(separator: ":", maxSplits: 1).map { trimmed($0) }
            guard pair.count == 2, !pair[0].isEmpty else {
                throw FaultSyntaxError(message: "'\($1)' is not NAME:VALUE")
            }
            $0.socket.addedHeaders.append((pair[0], pair[1]))
        },
    ]

    private static let frames: [FaultName] = [
        .init("fragment", "N", "each message in frames of at most N bytes") {
            $0.socket.fragmentBytes = max(1, try number($1))
        },
        .init("between", "ping|pong", "a control frame between the frames of a message") {
            $0.socket.between = try choice($1)
        },
        .init("empty-frames", "", "a frame of no bytes before and after the others of a message") {
            faults, _ in faults.socket.hasEmptyFrames = true
        },
        .init("ping-flood", "N", "N pings after the handshake and before each event") {
            $0.socket.pingFlood = try number($1)
        },
        .init("ping-every", "MS", "a ping each so often") {
            $0.socket.pingMilliseconds = max(1, try number($1))
        },
        .init("pongs", "N", "N pongs that nobody asked for before each event") {
            $0.socket.unaskedPongs = try number($1)
        },
        .init("no-pong", "", "never answer a ping") { faults, _ in
            faults.socket.hidesPongs = true
        },
        .init(
            "bad-frame", "KIND",
            "a frame that is not allowed; a wrong KIND lists them"
        ) { $0.socket.badFrame = try choice($1) },
        .init("bad-frame-at", "N", "which event that is (0)") {
            $0.socket.badFrameAt = try number($1)
        },
        .init("cut-in-event", "N", "cut in the middle of the frame of event N") {
            $0.socket.cutInEvent = try number($1)
        },
        .init("stall-in-event", "N", "send nothing more after half of the frame of event N") {
            $0.socket.stallInEvent = try number($1)
        },
    ]

    private static let endings: [FaultName] = [
        .init("close-code", "CODE|none", "close with this code, or without one") {
            $0.socket.closing = .init(code: $1 == "none" ? nil : try closeCode($1))
        },
        .init("close-reason", "TEXT", "the reason in that close frame") {
            $0.socket.closeReason = $1
        },
        .init(
            "close-at", "open|start|N|end|limit",
            "when: after the handshake (open), in a turn, at the limit"
        ) { $0.socket.closeAt = try closeAt($1) },
        .init("close-then", "fin|now|rst|stay", "after the close frames (fin), or at once") {
            $0.socket.closeThen = try choice($1)
        },
        .init("ignore-close", "", "never answer the client's close frame") { faults, _ in
            faults.socket.ignoresClose = true
        },
        .init("cut-at-end", "", "cut the connection after the last event of a turn") {
            faults, _ in faults.socket.cutsAtEnd = true
        },
        .init("limit-after-ms", "MS", "the limit of the connection comes after this long") {
            $0.socket.limitMilliseconds = try number($1)
        },
        .init("limit-after-turns", "N", "the limit comes in place of the turn after N") {
            $0.socket.limitTurns = try number($1)
        },
        .init("outlive", "", "responses are made to their end after their connection") {
            faults, _ in faults.socket.outlives = true
        },
        .init("steer-error", "CODE", "every response.steer fails with this code") {
            $0.socket.steerError = $1
        },
    ]

    private static func closeCode(_ text: String) throws -> Int {
        guard let code = Int(text), (0...65535).contains(code) else {
            throw FaultSyntaxError(message: "'\(text)' is neither a number up to 65535 nor none")
        }
        return code
    }

    private static func closeAt(_ text: String) throws -> SocketFaults.CloseAt {
        switch text {
        case "open": return .open
        case "start": return .start
        case "end": return .end
        case "limit": return .limit
        default:
            guard let count = Int(text), count >= 0 else {
                throw FaultSyntaxError(
                    message: "'\(text)' is none of open, start, end, limit and a number of events")
            }
            return .events(count)
        }
    }
}
