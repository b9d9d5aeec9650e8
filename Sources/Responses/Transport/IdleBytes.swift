import CCurl
import CPlatform

/// Bytes that a server sends and that bring nothing: chunk extensions without end, frames of HTTP/2 that
/// carry none of an answer, records of TLS that are empty. libcurl reads them and tells nobody. Limits of
/// time end such a call, and this bounds what it costs until then.
///
/// Guarded by the engine's lock. Costs nothing while every readiness of a socket brings something.
struct IdleBytes {
    /// More than any framing is; the largest record of TLS has 16 KiB.
    static let maximum: Int64 = 16 * 1024 * 1024
    /// The system is asked once in so many looks at a socket; libcurl reads up to 1.6 MB at each. More than
    /// it takes to connect.
    private static let looks: UInt32 = 4

    /// Looks at which a socket that says it is readable may show nothing new.
    private static let patience: UInt32 = 256

    private struct Entry {
        let socket: Int32
        /// How often it was ready, and nothing came of it.
        var count: UInt32 = 0
        /// What had come over it when the system was asked first; -1: it was not yet.
        var received: Int64 = -1
        /// What had come at the last look, and at how many looks it was the same.
        var last: Int64 = -1
        var still: UInt32 = 0
    }
    private var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }

    /// Something came of it: the count begins anew.
    mutating func forget(_ socket: Int32) {
        for (index, entry) in entries.enumerated() where entry.socket == socket {
            entries.remove(at: index)
            return
        }
    }

    enum Verdict {
        case fine
        /// More came than any framing is.
        case flood
        /// It is said to be ready again and again, and nothing comes: it is not what it was, or libcurl
        /// does not know it.
        case stuck
    }

    /// The socket was ready, and nothing came of it.
    mutating func note(_ socket: Int32, isReadable: Bool) -> Verdict {
        for index in entries.indices where entries[index].socket == socket {
            entries[index].count &+= 1
            if entries[index].count % IdleBytes.looks != 0 { return .fine }
            let received = platform_received(socket)
            if entries[index].received < 0 { entries[index].received = received }
            if received &- entries[index].received > IdleBytes.maximum { return .flood }
            if !isReadable || received != entries[index].last { entries[index].still = 0 }
            entries[index].last = received
            entries[index].still &+= 1
            return entries[index].still > IdleBytes.patience ? .stuck : .fine
        }
        entries.append(Entry(socket: socket))
        return .fine
    }
}

extension Engine {
    func judge(_ verdict: IdleBytes.Verdict, _ socket: Int32) {
        switch verdict {
        case .fine: break
        case .flood: endFlooded(socket)
        case .stuck:
            idleBytes.forget(socket)
            let outcome = platform_event_set_remove(set, socket)
            // What was closed behind us cannot be taken out of the set, and makes it ready for ever.
            if outcome < 0 || platform_received(socket) < 0 {
                return fail("cannot watch a descriptor", outcome < 0 ? outcome : -EBADF)
            }
            endStuck(socket)
        }
    }

    private func endStuck(_ socket: Int32) {
        let port = Int(platform_local_port(socket))
        for entry in running {
            let transfer = entry.takeUnretainedValue()
            if transfer.localPort == port { transfer.unwatched = EIO }
        }
        hasUnwatched = true
    }

    /// Ends all that use the connection.
    func endFlooded(_ socket: Int32) {
        idleBytes.forget(socket)
        let port = Int(platform_local_port(socket))
        for entry in running {
            let transfer = entry.takeUnretainedValue()
            if transfer.localPort != port { continue }
            transfer.noteFlood()
            halt(transfer)
            transfer.ended(CURLE_ABORTED_BY_CALLBACK)
            if transfer.owner == nil { endDrain(transfer) }
        }
    }
}
