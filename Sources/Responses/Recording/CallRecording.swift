import CCurl
import CPlatform

/// Recording and replaying, as calls see them.
extension Call {
    /// In a replay, what is played in place of sending the request. False: there is no recording of it, and the
    /// call has ended.
    func findRecording(_ recorded: inout Playback.Recorded?) -> Bool {
        guard let replay = settings.replay else { return true }
        let (index, reason) = engine.locked { replay.take(request) }
        guard let index else {
            var error = makeDetails(nil)
            error.param = Text("replay_file")
            fail(ResponsesError(.invalid, "replay_file: \(reason)", error))
            return false
        }
        recorded = replay.recorded(index)
        if recorded == nil {
            fail(
                .invalid,
                "replay_file: /log/entries/\(index)/response/content/text is not base64, or memory is out"
            )
        }
        return recorded != nil
    }

    /// Writes what was recorded of an attempt that is over. No lock is held.
    func write(_ attempt: RecordedAttempt?) {
        guard let attempt, let recorder = settings.recorder, engine.isOurs else { return }
        recorder.write(attempt, log)
    }

    /// See `limitWasReached`. The lock is held.
    func reachLimit() -> Bool {
        guard limits.bringForward() else { return false }
        hasExpired = true
        engine.tell(self)
        return true
    }
}

extension Engine {
    /// In place of `start`: no part of it is libcurl's. The lock is held.
    func start(_ playback: Playback) -> Bool {
        now = platform_now()
        playback.begin(now)
        return failure == nil
    }
}
