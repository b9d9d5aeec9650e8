import CCurl
import CPlatform

/// A system call that failed, as an outcome.
package struct EngineFailure {
    /// What could not be done.
    let what: StaticString
    /// As `errno` has it.
    let number: Int32

    package init(what: StaticString, number: Int32) {
        self.what = what
        self.number = number
    }

    package var status: Status { number == ENOMEM ? .noMemory : .network }

    package var message: Message {
        if number == ENOMEM { return "out of memory (\(what))" }
        return "\(what): \(Message(cString: strerror(number)))\(advice)"
    }

    package var error: ResponsesError { ResponsesError(status, message) }

    private var advice: StaticString {
        switch number {
        case EBADF, EINVAL: return "; the program closed a descriptor that belongs to the client"
        case EMFILE: return "; raise RLIMIT_NOFILE (ulimit -n), or close descriptors"
        case ENOSPC: return "; raise /proc/sys/fs/epoll/max_user_watches"
        default: return ""
        }
    }
}

/// What the engine does when the system or libcurl refuse it something. The lock is held.
extension Engine {
    /// Nothing works without what has failed, and it would fail again: every call ends with the reason,
    /// those that wait and those that are begun later. Told here, ended by their owners: libcurl may be in
    /// the middle of something.
    /// `outcome` is -errno.
    func fail(_ what: StaticString, _ outcome: Int32) {
        if failure != nil { return }
        failure = EngineFailure(what: what, number: -outcome)
        for entry in running {
            guard let owner = entry.takeUnretainedValue().owner else { continue }
            tell(owner)
            owner.engineFailed()
        }
        // Those that pause between two requests have no transfer, but a deadline.
        while let entry = deadlines.firstDue(UInt64.max) {
            let waiter = entry.takeUnretainedValue()
            deadlines.set(waiter, 0)
            tell(waiter)
            waiter.engineFailed()
        }
        tellSleepers()
        // The host's descriptor is quiet once the calls have ended; the engine's might be ready for ever.
        hostLoop.detach(set)
    }

    /// The socket of a transfer cannot be watched. libcurl is in the middle of something: the transfer is
    /// ended afterwards.
    func noteUnwatched(_ easy: UnsafeMutableRawPointer?, _ number: Int32) {
        guard let easy, let context = curl_private(easy) else { return }
        Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.unwatched = number }
        hasUnwatched = true
    }

    /// Ends transfers whose sockets are not watched, and those that share one with them.
    func endUnwatched() {
        if !hasUnwatched { return }
        hasUnwatched = false
        for entry in running {
            let number = entry._withUnsafeGuaranteedRef { $0.unwatched }
            let port = entry._withUnsafeGuaranteedRef { $0.localPort }
            if number == 0 || port == 0 { continue }
            for other in running {
                other._withUnsafeGuaranteedRef { if $0.localPort == port { $0.unwatched = number } }
            }
        }
        for entry in running {
            let transfer = entry.takeUnretainedValue()
            if transfer.unwatched == 0 { continue }
            halt(transfer)
            transfer.ended(CURLE_COULDNT_CONNECT)
            if transfer.owner == nil { endDrain(transfer) }
        }
        hasUnwatched = false  // halting may have noted it again
    }

    /// libcurl had no memory to note a socket, which nobody would watch then. Up to at least 7.88 it must
    /// not look at that socket again: its table of those who use it has no room at all, and a place in it
    /// is found by division (lib/hash.c, `Curl_hash_destroy` of a table that stays in use). It keeps that
    /// table for the next socket of the same number. So all transfers are ended, which looks at none, and
    /// libcurl begins anew.
    func endAll() {
        mustNotLook = true
        for entry in running {
            let transfer = entry.takeUnretainedValue()
            halt(transfer, isOver: true)
            transfer.ended(CURLE_OUT_OF_MEMORY)
            if transfer.owner == nil { endDrain(transfer) }
        }
        mustNotLook = false
        isOutOfMemory = false
        isSpoilt = true
        _ = replaceMulti()  // else before the next transfer
    }
}
