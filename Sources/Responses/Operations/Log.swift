/// Where the log goes: a function of the host's, up to a level.
package struct Log {
    package typealias Function =
        @convention(c) (
            Int32, UnsafePointer<CChar>?, Int, UnsafeMutableRawPointer?
        ) -> Void

    package enum Level: Int32 {
        case none = 0
        case error = 1
        case warning = 2
        case info = 3
        case debug = 4
    }

    private let function: Function?
    private let userData: UnsafeMutableRawPointer?
    private let level: Int32
    /// What no line may have in it.
    private var redaction: Redaction?

    package static let none = Log(level: 0, nil, nil)

    package init(level: Int32, _ function: Function?, _ userData: UnsafeMutableRawPointer?) {
        self.level = level
        self.function = function
        self.userData = userData
    }

    /// For a call: the secrets of its client are kept out, should a server repeat one.
    func redacting(_ redaction: Redaction?) -> Log {
        var log = self
        log.redaction = redaction
        return log
    }

    // The line is only made when somebody reads it.
    package func error(_ line: @autoclosure () -> Message) { write(.error, line) }
    package func warning(_ line: @autoclosure () -> Message) { write(.warning, line) }
    package func info(_ line: @autoclosure () -> Message) { write(.info, line) }
    package func debug(_ line: @autoclosure () -> Message) { write(.debug, line) }

    private func write(_ level: Level, _ line: () -> Message) {
        guard let function, level.rawValue <= self.level else { return }
        let bytes = line().bytes
        let shown =
            redaction?.readable(bytes, limit: ReadableText.longest) ?? ReadableText.clean(bytes)
        guard let text = Text(shown) else { return }
        function(level.rawValue, text.cString, text.count, userData)
    }
}

extension Call {
    func logOutcome(_ outcome: Outcome) {
        switch outcome {
        case .done: log.info("done: \(whatWasDone)")
        case .failed(let error):
            log.error("failed with status \(error.status.rawValue): \(whatWasDone)")
        }
    }

    private var whatWasDone: Message {
        "\(operation.turn == nil ? request.method.name : "turn") after \(journal.attempts) attempt(s), \(deliveredEvents) event(s)"
    }
}
