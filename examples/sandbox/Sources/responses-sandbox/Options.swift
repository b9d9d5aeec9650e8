/// The command line.
struct Options {
    var port = 8080
    var key: String?
    var speed = 0.0
    var backgroundSpeed = 100.0
    var queueMilliseconds = 50
    /// How long a WebSocket may last.
    var sessionMilliseconds = 60 * 60 * 1000
    var seed: UInt64 = 1
    var faults: [FaultSpec] = []
    var showsHelp = false

    struct Failure: Error {
        var message: String
    }

    init(arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            // `--port=0` and `--port 0` are the same.
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            let hasValue = argument.hasPrefix("--") && parts.count == 2
            let name = hasValue ? parts[0] : argument
            func value() throws -> String {
                if hasValue { return parts[1] }
                guard let next = rest.popFirst() else {
                    throw Failure(message: "\(name) needs a value")
                }
                return next
            }
            switch name {
            case "--help", "-h": showsHelp = true
            case "--port": port = try Self.number(value(), name, in: 0...65535)
            case "--key": key = try value()
            case "--speed": speed = try Self.speed(value(), name)
            case "--background-speed": backgroundSpeed = try Self.speed(value(), name)
            case "--queue-ms":
                queueMilliseconds = try Self.number(value(), name, in: 0...86_400_000)
            case "--session-ms":
                sessionMilliseconds = try Self.number(value(), name, in: 1...86_400_000)
            case "--seed":
                seed = UInt64(try Self.number(value(), name, in: 0...Int.max))
            case "--fault": faults += try Self.faults(value())
            default: throw Failure(message: "unknown option '\(argument)'")
            }
        }
    }

    private static func number(_ text: String, _ name: String, in range: ClosedRange<Int>) throws
        -> Int
    {
        guard let value = Int(text), range.contains(value) else {
            throw Failure(
                message: "\(name) takes a number from \(range.lowerBound) to \(range.upperBound), "
                    + "not '\(text)'")
        }
        return value
    }

    private static func speed(_ text: String, _ name: String) throws -> Double {
        guard let value = Double(text), value >= 0, value <= 1e6 else {
            throw Failure(message: "\(name) takes events a second, or 0, not '\(text)'")
        }
        return value
    }

    private static func faults(_ text: String) throws -> [FaultSpec] {
        do {
            return try FaultSpec.parseList(text)
        } catch let error as FaultSyntaxError {
            throw Failure(message: "--fault: \(error.message)")
        }
    }

    static var help: String {
        let faults = FaultName.all.map { fault in
            fault.argument.isEmpty
                ? row(fault.name, fault.summary)
                : row("\(fault.name)=\(fault.argument)", fault.summary)
        }
        return usage + faults.joined() + "\n" + modelHelp
    }

    /// A line in two columns, or two lines where the first column is too long.
    private static func row(_ name: String, _ summary: String) -> String {
        let column = 36
        let indent = String(repeating: " ", count: column)
        guard name.count < column - 3 else { return "  \(name)\n\(indent)\(summary)\n" }
        return "  \(name)\(indent.dropFirst(name.count + 2))\(summary)\n"
    }

    private static let usage = """
        responses-sandbox: a local server for the Responses API, for trying and testing offline.

        usage: responses-sandbox [options]

        The first line on stdout is the base URL; every request is a line on stderr; SIGTERM or
        SIGINT stops the server.

          --port N              listen on 127.0.0.1:N; 0 takes any free port (8080)
          --key K               accept only this API key; without it any key will do, none is 401
          --speed N             events a second of each response; 0 is as fast as possible (0)
          --background-speed N  the same for background responses (100)
          --queue-ms N          how long background responses stay queued (50)
          --session-ms N        how long a WebSocket lasts before its limit is reached (3600000)
          --seed S              number that ids, obfuscation and generated values follow from (1)
          --fault SPEC          misbehave as SPEC says, towards every client; may be repeated
          --help                this text

        A request may carry headers of its own:

          X-Sandbox-Fault: SPEC  misbehave with this request
          X-Sandbox-Speed: N     events a second of the response it creates
          X-Sandbox-Tag: T       a name to find the request by in GET /sandbox/requests?tag=T

        The handshake of a WebSocket may say them in its query, a turn over it in its metadata:
        sandbox_fault, sandbox_speed, sandbox_tag.

        SPEC is a list of faults, `name=value; name=value; ...`; several SPECs are separated by
        commas. Beside the faults it may say

          times=K               apply to K requests, then be well again
          skip=K                let K requests pass first
          on=ROUTE[+ROUTE]      only for: create get resume delete cancel input_items
                                input_tokens compact conversations models websocket turn
          tag=T                 count apart from others with the same SPEC

        as in `X-Sandbox-Fault: cut-after-events=5; how=rst; times=2; tag=abc`. The faults:


        """

    private static var modelHelp: String {
        let lines = Behaviour.allCases.map { row($0.rawValue, $0.summary) }
        return """
            Model `sandbox` answers `You said: ` and the last message. What else it shall do is
            said in the input by `#word` or `#word=N`, or by the model's name, `sandbox-word`:


            """ + lines.joined()
    }
}
