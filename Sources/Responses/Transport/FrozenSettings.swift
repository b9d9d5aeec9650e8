import Synchronization

/// The options of a client at one time, shared by the calls that were started with them, and what is made of
/// them for every request.
package final class FrozenSettings {
    package let values: Settings
    /// No others have it: a handle of libcurl that was told of these options is known by it.
    let number: UInt64
    private static let count = Atomic<UInt64>(0)

    // Guarded by the engine's lock.
    private var clientHeaders: ClientHeaders?
    private var lastURL: ParsedURL?
    /// What `keyed` made last, of the options that a client was given.
    private var keyed: FrozenSettings?

    package init(_ values: Settings) {
        var values = values
        values.redaction = Redaction(values)
        self.values = values
        number = FrozenSettings.count.wrappingAdd(1, ordering: .relaxed).newValue
    }

    /// Nil when memory is out. The lock is held.
    func headers() -> ClientHeaders? {
        if let clientHeaders { return clientHeaders }
        clientHeaders = ClientHeaders.make(values)
        return clientHeaders
    }

    /// A program mostly asks for one place again and again. The lock is held.
    func parsed(_ url: [UInt8]) -> ParsedURL? {
        if let lastURL, lastURL.text == url { return lastURL }
        lastURL = ParsedURL.make(url)
        return lastURL
    }

    /// The same with another key; one that comes again makes no other object. The lock is held.
    func keyed(by key: Text) -> FrozenSettings {
        if let keyed, keyed.values.hasKey(key) { return keyed }
        var values = self.values
        values.formerKey = keyed?.values.apiKey
        values.apiKey = key.count == 0 ? nil : key
        let made = FrozenSettings(values)
        keyed = made
        return made
    }
}
