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

    private struct Entry {
        let socket: Int32
        /// How often it was ready, and nothing came of it.
        var count: UInt32 = 0
        /// What had come over it when the system was asked first; -1: it was not yet.
        var received: Int64 = -1
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

    /// The socket was ready, and nothing came of it. True when that has gone on for too long.
    mutating func note(_ socket: Int32) -> Bool {
        for index in entries.indices where entries[index].socket == socket {
            entries[index].count &+= 1
            if entries[index].count % IdleBytes.looks != 0 { return false }
            let received = platform_received(socket)
            if entries[index].received < 0 { entries[index].received = received }
            return received &- entries[index].received > IdleBytes.maximum
        }
        entries.append(Entry(socket: socket))
        return false
    }
}

extension Engine {
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
