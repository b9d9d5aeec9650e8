import CCurl
import CPlatform

/// A handle of libcurl, between transfers or for one.
struct EasyHandle {
    let easy: UnsafeMutableRawPointer
    /// It has bytes of a transfer that used it before.
    var hasLeftovers = false
    /// Of the `FrozenSettings` that it was told and still has; 0: it is in its first state.
    var settingsNumber: UInt64 = 0
    /// It is not used again: libcurl leaves out what it has no memory for when it resets one, without a word, and a
    /// handle whose buffer for uploads has no size sends nothing.
    var isUsedUp = false
}

/// Handles that wait for their next transfer. The lock is held.
extension Engine {
    /// One that was told the same settings before, where there is one; else any, in its first state.
    func takeEasyHandle(for settings: FrozenSettings) -> EasyHandle? {
        for index in idleHandles.indices.reversed()
        where idleHandles[index].settingsNumber == settings.number {
            return idleHandles.remove(at: index)
        }
        guard var handle = idleHandles.popLast() else {
            guard let made = curl_easy_init() else { return nil }
            if shareNames(with: made) { return EasyHandle(easy: made) }
            curl_easy_cleanup(made)
            return nil
        }
        if handle.settingsNumber != 0 {
            curl_easy_reset(handle.easy)
            handle.settingsNumber = 0
        }
        return handle
    }

    /// One with leftovers is used again in any case: libcurl does not free them with the handle.
    func keepEasyHandle(_ handle: EasyHandle) {
        let isTooMany = idleHandles.count >= Engine.maximumIdleHandles
        if !handle.hasLeftovers && (isTooMany || handle.isUsedUp) {
            curl_easy_cleanup(handle.easy)
            return
        }
        if handle.settingsNumber == 0 {
            curl_easy_reset(handle.easy)
            curl_set_manners(handle.easy)  // also for its end
        } else {
            curl_forget_lent(handle.easy)
        }
        idleHandles.append(handle)
    }
}
