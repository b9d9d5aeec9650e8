/// Which calls have something to read, for hosts with an event loop.
extension Engine {
    /// The handle of a call that has something to read. It comes up again until it was read empty; nil
    /// when there is none, and the host's descriptor is quiet then.
    package func nextReady() -> OpaquePointer? {
        // The call that was named last comes up again behind the others, unless it was read empty.
        locked { hostLoop.relistLast() }
        while let waiter = locked({ hostLoop.takeFirst() }) {
            // safe: only calls are visible to a host.
            let call = unsafeDowncast(waiter, to: Call.self)
            guard call.isReadyToRead() else { continue }
            locked { hostLoop.noteNamed(waiter) }
            return call.hostHandle
        }
        return nil
    }
}
