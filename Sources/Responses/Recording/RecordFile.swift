/// What one of the options `record_file` and `replay_file` was set to.
enum RecordFile {
    case record(Recorder?)
    case replay(Replay?)

    /// Makes or reads the file; "" is none.
    static func open(_ option: Option, _ path: Input) throws(ResponsesError) -> RecordFile {
        let isReplay = option == .replayFile
        if path.isEmpty { return isReplay ? .replay(nil) : .record(nil) }
        if path.contains(0) || path.contains(0x0A) {
            throw .invalid(
                "\(option.name)", "expected the path of a file, not its contents")
        }
        return isReplay
            ? .replay(try Replay.make(Array(path))) : .record(try Recorder.make(Array(path)))
    }
}

extension Settings {
    mutating func use(_ file: RecordFile) throws(ResponsesError) {
        switch file {
        case .record(let recorder):
            if recorder != nil && replay != nil {
                throw .invalid(
                    "record_file", "replay_file is set; set that to \"\" first, or use two clients")
            }
            self.recorder = recorder
        case .replay(let replay):
            if replay != nil && recorder != nil {
                throw .invalid(
                    "replay_file", "record_file is set; set that to \"\" first, or use two clients")
            }
            self.replay = replay
        }
    }
}
