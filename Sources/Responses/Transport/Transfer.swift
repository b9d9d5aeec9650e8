import CCurl
import CPlatform

/// One HTTP exchange: a request on its way and what has come back of the answer.
///
/// Made by the call's thread, then guarded by the engine's lock until it has ended.
final class Transfer {
    /// How the answer's body is to be read.
    enum Mode {
        case undecided
        /// An event stream: bytes are taken out as they come, and a slow reader pauses the transfer.
        case events
        /// One document: kept whole.
        case body
        /// Anything: bytes are taken out as they come, as those of events are.
        case bytes
        /// Nobody reads it any more; it may end so that its connection can be used again.
        case discarded
    }

    let easy: UnsafeMutableRawPointer
    /// Told when something arrives. The owner outlives the transfer or takes this back.
    var owner: Waiter? {
        get { ownerReference?.takeUnretainedValue() }
        set { ownerReference = newValue.map { Unmanaged.passUnretained($0) } }
    }
    private(set) var ownerReference: Unmanaged<Waiter>?
    var mode = Mode.undecided
    /// Of an event stream over HTTP/1.1 whose chunks are taken apart here.
    var chunks: ChunkDecoder?
    /// What it is the connection of; nearly always nil.
    var webSocket: WebSocket? { socketReference?.takeUnretainedValue() }
    private(set) var socketReference: Unmanaged<WebSocket>?
    private var hasGivenUpHandle = false
    let headers = ResponseHeaders()
    /// What has arrived and was not taken over by the owner yet.
    var inbox = ByteBuffer()
    /// Of a document in the inbox that has been checked.
    var members = MemberIndex()
    /// A document is handed over as it comes, too.
    var handsOverDocument = false
    /// See `setUpBody`.
    var outbox = Outbox()
    /// Where the request has headers of its own.
    private var ownList: UnsafeMutablePointer<curl_slist>?
    var lastArrival: UInt64 = 0
    var isPaused = false
    /// The owner took bytes out since the limits of time were last looked at.
    var wasTakenFrom = false
    /// The server closed a kept connection after the request had gone out on it.
    private(set) var isCutAfterSending = false
    private var sentBeforeRequest = -1
    /// libcurl had to begin anew, on another connection.
    private var wasSentAgain = false
    /// `connect_timeout_ms` as libcurl wants it; told it before it connects: see `ConnectLimit`.
    let connectLimit: Int
    /// When the connection must have been made; 0: no limit, or the request has gone out.
    var connectBy: UInt64 = 0
    var connectLimitIsTold = false
    /// The port of this side of the connection that the request went out on first; 0 when it did not.
    private(set) var requestPort = 0
    /// Bytes that were read from its connection, where it was new and the request was sent over TLS; else -1.
    private(set) var readInHandshake: Int64 = -1
    var isOverLimit = false
    /// What of the answer's head was more than is taken; nil: nothing was.
    var excess: StaticString?
    var hasNoMemory = false

    /// HTTP/2 may be spoken, and the connection be shared: see `SharedConnections`.
    let maySpeakHTTP2: Bool
    /// Over TLS, libcurl does not notice that the server took leave of a connection that is kept.
    let mayLeaveFarewells: Bool
    var sharedIndex = -1
    var isHoldingTooMuch = false
    /// The handle still has bytes of the transfer that used it before, or of this one.
    var hasLeftovers = false
    var pausedSince: UInt64 = 0
    /// Of the bytes that were received, those that libcurl does not keep for later.
    var bytesTaken: Int64 = 0
    var bytesReceivedAtPause: Int64 = 0

    /// Its place among those that libcurl has; -1 when it is not among them.
    var runningIndex = -1
    private(set) var hasEnded = false
    private(set) var result = CURLE_OK
    /// libcurl waits for bytes of the other side: before a request is sent it does so in the handshake, and
    /// some of its versions have no time for the connection before that is over.
    var isListening = false
    /// The `errno` with which the system refused to watch its socket; 0: it did not.
    var unwatched: Int32 = 0
    /// The `errno` of a connection that failed, 0 where the system was not the reason.
    private(set) var systemError = 0
    /// The server refused this client by an alert of TLS, and the end of the connection was found before it:
    /// "in" the handshake or "after" it.
    private(set) var refusedUnread: StaticString?
    /// What a proxy answered when it was asked for a tunnel, 0 when it was not.
    private(set) var proxyStatus: Int32 = 0

    /// What is recorded of it, and what it is in a replay; mostly nil.
    var recording: Recording?
    private(set) var playback: Playback?

    let request: HTTPRequest
    let settings: FrozenSettings
    /// What no message may have in it.
    var redaction: Redaction? { settings.values.redaction }
    let clientHeaders: ClientHeaders
    private let url: ParsedURL?
    /// The handle was told the same settings for the transfer before, and still has them.
    private let isSetUp: Bool
    /// The settings as the handle has them are all that the next transfer would tell it.
    private var keepsSettings = false
    /// Addresses that libcurl is not to look for; nearly always nil.
    private var resolveList: UnsafeMutablePointer<curl_slist>?
    private let lent: UnsafeMutablePointer<curl_lent>
    var errorText: UnsafeMutablePointer<CChar> { curl_error_text(lent) }
    let maximumQueueBytes: Int
    let maximumBodyBytes: Int
    let maximumErrorBytes: Int
    /// The owner is told of the head, and documents stay as they are.
    let isRaw: Bool
    /// The engine's clock, read once for all that arrives at a time.
    unowned(unsafe) let engine: Engine

    /// Nil when memory is out; everything is had before the object is made (see `Text`).
    convenience init?(
        _ request: HTTPRequest, _ settings: FrozenSettings, _ engine: Engine, _ owner: Waiter
    ) {
        guard let parts = engine.locked({ Parts.take(request, settings, engine) }) else {
            return nil
        }
        self.init(parts, request, settings, engine, owner)
    }

    /// For the connection of a WebSocket. The lock is held.
    convenience init?(
        upgrading request: HTTPRequest, _ settings: FrozenSettings, _ engine: Engine,
        _ socket: WebSocket
    ) {
        guard let parts = Parts.take(request, settings, engine) else { return nil }
        self.init(parts, request, settings, engine, socket)
        socketReference = Unmanaged.passUnretained(socket)
    }

    /// What a transfer is made of; all of it has been had.
    private struct Parts {
        let handle: EasyHandle
        let lent: UnsafeMutableRawPointer
        let headers: ClientHeaders
        let url: ParsedURL?

        /// The lock is held.
        static func take(_ request: HTTPRequest, _ settings: FrozenSettings, _ engine: Engine)
            -> Parts?
        {
            let url = settings.parsed(request.url)
            guard let headers = settings.headers(),
                let handle = engine.takeEasyHandle(for: settings)
            else { return nil }
            guard let lent = calloc(1, MemoryLayout<curl_lent>.stride) else {
                engine.keepEasyHandle(handle)
                return nil
            }
            return Parts(handle: handle, lent: lent, headers: headers, url: url)
        }
    }

    private init(
        _ parts: Parts, _ request: HTTPRequest, _ settings: FrozenSettings, _ engine: Engine,
        _ owner: Waiter
    ) {
        easy = parts.handle.easy
        hasLeftovers = parts.handle.hasLeftovers
        isSetUp = parts.handle.settingsNumber == settings.number
        lent = parts.lent.assumingMemoryBound(to: curl_lent.self)
        clientHeaders = parts.headers
        url = parts.url
        self.request = request
        self.settings = settings
        self.headers.redaction = settings.values.redaction
        self.engine = engine
        ownerReference = Unmanaged.passUnretained(owner)
        maySpeakHTTP2 = settings.values.usesHTTP2 && !request.isUpgrade
        mayLeaveFarewells =
            request.isSecure && !maySpeakHTTP2 && CurlLibrary.announcesRequests
        // For libcurl, 0 is its own default and not "no limit".
        let connectTimeout = settings.values.connectTimeout
        connectLimit = connectTimeout == 0 ? Int(Int32.max) : Int(connectTimeout)
        maximumQueueBytes = settings.values.maximumQueueBytes
        maximumBodyBytes = settings.values.maximumResponseBytes
        maximumErrorBytes = settings.values.maximumErrorBytes
        isRaw = settings.values.isRaw && !request.isUpgrade
    }

    deinit {
        if socketReference != nil && !hasGivenUpHandle { curl_easy_cleanup(easy) }
        curl_slist_free_all(resolveList)
        if ownList != nil { curl_free_secret_list(ownList) }
        free(lent)
    }

    // MARK: what libcurl is told

    /// False when libcurl has no memory for it.
    func setUp() -> Bool {
        let me = Unmanaged.passUnretained(self).toOpaque()
        curl_set_pointer(easy, CURLOPT_PRIVATE, me)
        curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
        takeBody()
        curl_set_header_callback(
            easy,
            { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                return Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef {
                    $0.headerArrived(bytes, size &* count)
                }
            }, me)
        curl_set_before_request(
            easy,
            { context, _, _, _, localPort in
                guard let context else { return 0 }
                return Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef {
                    if $0.mayLeaveFarewells { platform_sockets_use($0.engine.sockets, localPort) }
                    return $0.maySend(Int(localPort)) ? 0 : 1
                }
            }, me)
        return request.apply(to: easy) && applyHeaders() && applySettings()
            && (request.stream.map { setUpBody($0) } ?? true)
            && (url.map {
                curl_set_pointer(easy, CURLOPT_CURLU, UnsafeRawPointer($0.handle)) == CURLE_OK
            }
                ?? true)
    }

    private func applyHeaders() -> Bool {
        if request.isUpgrade {
            request.upgradeKey.withUnsafeBufferPointer {
                curl_lend_header(lent, "Sec-WebSocket-Key: ", $0.baseAddress, $0.count)
            }
        } else if clientHeaders.takesIdempotencyKey {
            request.idempotencyKey.withUnsafeBufferPointer {
                curl_lend_header(lent, "Idempotency-Key: ", $0.baseAddress, $0.count)
            }
        }
        var list = clientHeaders.list(for: request)
        if !request.ownHeaders.isEmpty {
            guard let made = HeaderList.make(of: list, with: request.ownHeaders) else {
                return false
            }
            ownList = made
            list = made
        }
        let size = request.stream == nil ? request.body?.count ?? 0 : Int.max
        return curl_set_headers(easy, lent, size, list) == CURLE_OK
    }

    /// What the handle was told for the transfer before need not be told again, while the environment names
    /// no proxy.
    private func applySettings() -> Bool {
        let proxy = settings.values.proxyOfEnvironment
        keepsSettings = proxy == nil && request.stream == nil
        if isSetUp && proxy == nil { return true }
        curl_set_manners(easy)
        curl_set_socket_hooks(easy, engine.socketHooks)
        if !settings.values.apply(to: easy, proxy) { return false }
        if !settings.values.usesSOCKS(proxy) { return true }
        keepsSettings = false
        return resolveLocalhost()
    }

    /// What is kept of it when it is over.
    var handle: EasyHandle {
        EasyHandle(
            easy: easy, hasLeftovers: hasLeftovers,
            settingsNumber: leavesHandleSetUp ? settings.number : 0,
            isUsedUp: request.stream != nil)
    }

    /// For the next transfer of these settings the handle can stay as it is. Not when something went wrong:
    /// libcurl counts some failures for each handle.
    private var leavesHandleSetUp: Bool {
        keepsSettings && hasEnded && result == CURLE_OK && headers.isComplete && !hasLeftovers
            && !wasSentAgain && CurlLibrary.announcesRequests
    }

    /// SOCKS proxies are told one address (but for socks5h): for "localhost" libcurl since 8.0 names `::1`, and
    /// most servers listen at 127.0.0.1 alone.
    private func resolveLocalhost() -> Bool {
        guard
            let entry = request.url.withUnsafeBufferPointer({
                platform_localhost_entry($0.baseAddress)
            })
        else { return true }
        resolveList = curl_slist_append(nil, entry)
        free(entry)
        return resolveList != nil
            && curl_set_pointer(easy, CURLOPT_RESOLVE, resolveList) == CURLE_OK
    }

    func takeBody() {
        if recording != nil { return takeRecordedBody() }
        curl_set_body_callback(
            easy,
            { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                return Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef {
                    $0.bodyArrived(bytes, size &* count)
                }
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    // MARK: what libcurl tells, with the lock held

    /// When a kept connection breaks before an answer, libcurl sends the request again by itself. One
    /// that changes something is sent again by `Call` alone, which counts it and knows the limits.
    private func maySend(_ port: Int) -> Bool {
        connectBy = 0
        webSocket?.requestGoesOut()
        var sent = 0
        curl_get_long(easy, CURLINFO_REQUEST_SIZE, &sent)
        if sentBeforeRequest < 0 {
            // What went to a proxy to get a tunnel counts too.
            sentBeforeRequest = sent
            requestPort = port
            if request.isSecure && isOnNewConnection {
                readInHandshake = platform_sockets_read(
                    engine.sockets, Int32(truncatingIfNeeded: port))
            }
            return true
        }
        wasSentAgain = true
        // A proxy has said how it wants to be told the password, and the server has not seen the request.
        if headers.status == 407 && !request.isSecure {
            headers.beginAnew()
            return true
        }
        isCutAfterSending = sent > sentBeforeRequest && request.method != .get
        return !isCutAfterSending
    }

    /// A proxy was asked for a tunnel, and the request did not go out yet.
    var isInProxyHead: Bool {
        var sent = 0
        curl_get_long(easy, CURLINFO_REQUEST_SIZE, &sent)
        return CurlLibrary.announcesRequests && sentBeforeRequest < 0 && sent > 0
    }

    /// libcurl is done with it.
    func ended(_ code: CURLcode) {
        curl_get_long(easy, CURLINFO_OS_ERRNO, &systemError)
        var status = 0
        curl_get_long(easy, CURLINFO_HTTP_CONNECTCODE, &status)
        proxyStatus = Int32(truncatingIfNeeded: status)
        result = code
        if unwatched != 0 {
            result = unwatched == ENOMEM ? CURLE_OUT_OF_MEMORY : CURLE_COULDNT_CONNECT
            systemError = Int(unwatched)
            hasEnded = true
            tellOfEnd()
            return
        }
        refusedUnread = code != CURLE_OK ? unreadRefusal(code) : nil
        if refusedUnread != nil || isTLSAlert(code) {
            result = CURLE_SSL_CONNECT_ERROR
            systemError = 0
        }
        if code != CURLE_OK { judgeHead(code) }
        // No server has a part in it. Older ones do not mind (7.88), or have this code for it.
        if isWithoutSocket { result = CURLE_COULDNT_CONNECT }
        // Nothing was sent, and nothing will be.
        if code != CURLE_OK && lacksUsableProxy { result = CURLE_URL_MALFORMAT }
        hasEnded = true
        skipByteOrderMark()
        tellOfEnd()
    }

    // MARK: replaying

    /// The answer comes from there, and libcurl has no part in it.
    func play(_ recorded: Playback.Recorded, keepsPace: Bool) {
        playback = Playback(recorded, for: self, keepsPace: keepsPace)
    }

    /// What was recorded has come to its end.
    func endedInReplay(_ code: CURLcode, isCut: Bool) {
        result = code
        isCutAfterSending = isCut
        proxyStatus = playback?.failure?.proxyStatus ?? 0
        hasEnded = true
        skipByteOrderMark()
        tellOfEnd()
    }

    private func tellOfEnd() {
        if let owner { engine.tell(owner) }
        webSocket?.transferEnded()
    }

    private var hasTrailerBytes: Bool { chunks.map { $0.trailerBytes > 0 } ?? false }

    /// See `IdleBytes`.
    func noteFlood() {
        excess = "the server sent more than 16777216 bytes that are not part of an answer"
    }

    /// libcurl has limits of its own, and tells of them as of a network or a memory that fails.
    private func judgeHead(_ code: CURLcode) {
        if headers.hasTrailers || hasTrailerBytes || isTrailerTooLong || isWholeDocument {
            // The body was whole before its trailers.
            result = CURLE_OK
        } else if excess == nil && mode == .undecided && !headers.isComplete {
            if isHeadTooLarge {
                excess = "the answer's headers are larger than 307200 bytes"
            } else if isHeadTooLong {
                excess = "the answer has more than 5000 headers"
            } else if isHTTP2HeadTooLarge {
                excess = "the answer's headers are larger than 131072 bytes, the limit with HTTP/2"
            } else if isHeadLineTooLong(code) {
                excess = "a line of the answer's headers is longer than libcurl accepts"
            }
        }
    }

    // MARK: for the owner, with the lock held

    /// Lets the transfer go on after its inbox was emptied. libcurl may deliver more bytes before this
    /// returns, so it comes last.
    func resumeIfPaused() {
        if isPaused {
            isPaused = false
            if let playback { return playback.goOn() }
            if !changePause(CURLPAUSE_CONT) && maySpeakHTTP2 { hasLeftovers = true }
            if engine.isOutOfMemory { return engine.endAll() }
            // What was held may have been the end: no socket has anything more to tell, and libcurl looks by itself.
            engine.armTimer()
        }
    }

    /// Where no pool takes it. To be called before libcurl's `multi` and what handles share go.
    func giveUpHandle(_ multi: UnsafeMutableRawPointer?) {
        if hasGivenUpHandle { return }
        hasGivenUpHandle = true
        if let multi { curl_multi_remove_handle(multi, easy) }
        curl_easy_cleanup(easy)
    }

    func discard() {
        mode = .discarded
        owner = nil
        inbox.reset(keeping: 0)
        resumeIfPaused()
    }
}
