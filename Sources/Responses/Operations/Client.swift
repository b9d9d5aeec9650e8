import CPlatform

/// Options, and the engine that carries out the calls. Any number of threads may use it.
package final class Client {
    package let engine: Engine
    // Guarded by the engine's lock.
    private var settings: Settings
    /// What calls share until an option changes.
    private var frozen: FrozenSettings?
    private var log = Log.none
    /// The calls of blocking functions that are under way.
    private var blocking: [Unmanaged<Call>] = []
    private var isFreed = false

    private init(_ settings: Settings, _ engine: Engine) {
        self.settings = settings
        self.engine = engine
    }

    /// With the defaults of the environment. Not an initialiser: Embedded Swift leaks an object whose
    /// initialiser throws.
    package static func make() throws(ResponsesError) -> Client {
        let settings = try Settings.fromEnvironment()
        return Client(settings, try Engine.make())
    }

    /// The same engine with options of its own.
    private init(sharing other: Client) {
        engine = other.engine
        settings = other.currentSettings
        settings.redaction = nil  // holds the other's key
        log = other.engine.locked { other.log }
    }

    package func derive() -> Client { Client(sharing: self) }

    package var currentSettings: Settings { frozenSettings.values }

    private var frozenSettings: FrozenSettings {
        engine.locked {
            if let frozen { return frozen }
            let made = FrozenSettings(settings)
            frozen = made
            return made
        }
    }

    package func set(_ name: Input, _ value: Input?) throws(ResponsesError) {
        guard let option = Option.named(name) else {
            // Not the name that was given: it may be the value.
            throw .invalid("name", "no option has this name; the options are \(Option.allNames)")
        }
        if let value, option == .recordFile || option == .replayFile {
            // Files are opened and read while others may go on.
            let file = try RecordFile.open(option, value)
            return try change { settings throws(ResponsesError) in try settings.use(file) }
        }
        try change { settings throws(ResponsesError) in try settings.set(option, value) }
        if option == .tlsVerify { warnIfUnverified() }
    }

    package func setHeader(_ name: Input, _ value: Input?) throws(ResponsesError) {
        try change { settings throws(ResponsesError) in
            try settings.setHeader(name, value, argument: "name or value")
        }
    }

    /// Under the lock as a whole, so that two threads that change different options both do. A change
    /// that throws changes nothing.
    private func change(_ body: (inout Settings) throws(ResponsesError) -> Void)
        throws(ResponsesError)
    {
        let failure: ResponsesError? = engine.locked {
            do throws(ResponsesError) {
                try body(&settings)
                frozen = nil
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// Nil: the key is the option's again.
    package func setKeySource(_ source: KeySource?) {
        engine.locked {
            settings.keySource = source
            frozen = nil
        }
    }

    /// Nil: nobody is told of attempts.
    package func setObserver(_ observer: AttemptObserver?) {
        engine.locked {
            settings.observer = observer
            frozen = nil
        }
    }

    /// Nil: the name stands for nothing.
    package func attach(_ name: Input, _ source: ByteSource?) throws(ResponsesError) {
        if !Attachment.isName(name) {
            throw .invalid("name", "expected 1 to 64 of A-Z a-z 0-9 _ . -")
        }
        let name = Array(name)
        engine.locked {
            settings.attachments.removeAll { $0.name == name }
            if let source { settings.attachments.append(Attachment(name: name, source: source)) }
            frozen = nil
        }
    }

    package func setImageSink(_ sink: ImageSink?) {
        engine.locked {
            settings.imageSink = sink
            frozen = nil
        }
    }

    package func setLog(_ log: Log) {
        engine.locked { self.log = log }
        warnIfUnverified()
    }

    /// Whoever listens finds out, in whatever order things are set.
    private func warnIfUnverified() {
        if currentSettings.verifiesTLS { return }
        currentLog.warning(
            "tls_verify is 0: certificates are not checked, so others may read the key")
    }

    private var currentLog: Log { engine.locked { log } }

    /// A call that a blocking function carries out on this thread; `leave` when it is over. It ends when
    /// the client is freed.
    package func enter(_ call: Call) throws(ResponsesError) {
        call.blockingThread = platform_this_thread()
        let isLate = engine.locked {
            if isFreed { return true }
            call.blockingIndex = blocking.count
            blocking.append(Unmanaged.passUnretained(call))
            return false
        }
        if isLate { throw ResponsesError(.cancelled, "the client was freed") }
    }

    package func leave(_ call: Call) {
        engine.locked {
            guard let last = blocking.popLast() else { return }
            if call.blockingIndex < blocking.count {
                blocking[call.blockingIndex] = last
                last._withUnsafeGuaranteedRef { $0.blockingIndex = call.blockingIndex }
            }
        }
    }

    /// The handle is freed: the blocking functions of other threads come out. One of this thread's own
    /// has called back, and comes out when it wants to.
    package func free() {
        let thread = platform_this_thread()
        engine.locked {
            isFreed = true
            for entry in blocking {
                entry._withUnsafeGuaranteedRef { if $0.blockingThread != thread { $0.orphan() } }
            }
        }
    }

    /// Checks the arguments and makes a call of them; nothing is sent yet.
    package func prepare(_ make: (FrozenSettings) throws(ResponsesError) -> Operation)
        throws(ResponsesError)
        -> Call
    {
        let frozen = frozenSettings
        return try prepare(try make(frozen), frozen)
    }

    @inline(never)
    private func prepare(_ operation: Operation, _ frozen: FrozenSettings) throws(ResponsesError)
        -> Call
    {
        try Client.checkKey(frozen)
        try operation.attach(frozen.values.attachments)
        for other in frozen.values.fallbackBaseURLs
        where other.isSecure != frozen.values.baseURL.isSecure {
            throw .invalid(
                "fallback_base_urls", "all must be https, or all http, as base_url is")
        }
        return Call(operation, frozen, engine, currentLog.redacting(frozen.values.redaction))
    }

    /// The options and the log that something has which is made now.
    func checkedSettings() throws(ResponsesError) -> (FrozenSettings, Log) {
        let frozen = frozenSettings
        try Client.checkKey(frozen)
        return (frozen, currentLog.redacting(frozen.values.redaction))
    }

    private static func checkKey(_ frozen: FrozenSettings) throws(ResponsesError) {
        if frozen.values.lacksKey {
            throw .invalid(
                "api_key",
                "no key is set; set OPENAI_API_KEY or the option api_key, or base_url to another server"
            )
        }
    }
}
