/// Which calls have something to read, for hosts with an event loop.
extension Engine {
    /// The handle of a call that has something to read. It comes up again until it was read empty; nil
    /// when there is none, and the host's descriptor is quiet then.
    package func nextReady() -> OpaquePointer? {
        var wasNamed = true
        while let waiter = locked({ hostLoop.takeNext(afterNaming: wasNamed) }) {
            // safe: only calls are visible to a host.
            let call = unsafeDowncast(waiter, to: Call.self)
            if call.isReadyToRead() { return call.hostHandle }
            wasNamed = false
        }
        return nil
    }
}
