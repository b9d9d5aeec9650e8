/// Which calls have something to read, for hosts with an event loop.
extension Engine {
    /// The handle of a call that has something to read. It comes up again until it was read empty; nil
    /// when there is none, and the host's descriptor is quiet then.
    package func nextReady() -> OpaquePointer? {
        var wasNamed = true
        while true {
            var isUnused = false
            let listed: Call? = locked {
                guard let waiter = hostLoop.takeNext(afterNaming: wasNamed) else { return nil }
                // safe: only calls are visible to a host.
                let call = unsafeDowncast(waiter, to: Call.self)
                isUnused = call.beginLook()
                return call
            }
            guard let call = listed else { return nil }
            if isUnused && call.endLook() { return call.hostHandle }
            wasNamed = false
        }
    }
}
