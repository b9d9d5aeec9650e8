import CCurl
import CPlatform
import Synchronization

/// A file on its way: what was handed over, and by what the file is known again.
final class Download {
    /// As it was sent first; asking for the rest is the same with a Range.
    let request: HTTPRequest
    /// What has arrived, and is handed over next or has just been.
    var piece = ByteBuffer()
    var isLent = false
    /// Where the next byte that is handed over is.
    var position: Int64 = 0
    /// Of the whole file; -1 where that is not known.
    var total: Int64 = -1
    var mark: FileMark?

    // Of the attempt.
    var isJudged = false
    /// Bytes of it that were handed over before.
    var skipped: Int64 = 0

    init(_ request: HTTPRequest) { self.request = request }

    func giveBack() {
        if !isLent { return }
        isLent = false
        piece.removeAll()
    }

    func attemptBegins() {
        giveBack()
        isJudged = false
        skipped = 0
    }

    /// False: there is something that was not read yet. The lock is held.
    func take(from inbox: inout ByteBuffer) -> Bool {
        if !piece.isEmpty { return false }
        swap(&piece, &inbox)
        return true
    }

    /// What every download asks for: bytes as they are, so that they can be counted.
    static func headers(_ settings: Settings) -> [[UInt8]] {
        var lines = [bytes("Accept-Encoding: identity")]
        let hasAccept = settings.extraHeaders.contains {
            $0.hasName(("Accept" as StaticString).buffer)
        }
        if !hasAccept { lines.append(bytes("Accept: */*")) }
        return lines
    }
}

extension Call {
    package var isDownload: Bool { operation.kind == .bytes }

    /// As `nextBytes`, for a download.
    func nextPiece() -> BytesStep {
        download?.giveBack()
        reading.hasLentEvent = false
        wasRead.store(true, ordering: .relaxed)
        while head == .awaited && outcome == nil && download?.piece.isEmpty == true && collectNews()
        {
        }
        if head == .here && !hasBeenCancelled { return handOverHead() }
        switch next() {
        case .event:
            download?.isLent = true
            guard let start = download?.piece.bytes, let count = download?.piece.count else {
                return .step(.again)
            }
            return .bytes(Input(start: start, count: count))
        case .done where head == .here:
            putBackEnd()
            return handOverHead()
        case let step: return .step(step)
        }
    }

    /// What has arrived is part of the file, and not handed over yet. Judges the answer that it came with.
    var hasPiece: Bool {
        download?.giveBack()
        guard download?.piece.isEmpty == false, let transfer else { return false }
        if download?.isJudged == false && !judgeBytes(of: transfer) {
            download?.piece.removeAll()
            return false
        }
        skipKnownBytes()
        let count = Int64(download?.piece.count ?? 0)
        if count == 0 { return false }
        let total = download?.total ?? -1
        // 2^63 bytes do not arrive.
        let position = (download?.position ?? 0) &+ count
        if total >= 0 && position > total {
            failBytes(.protocol, "the server sent more than the \(total) bytes that it announced")
            return false
        }
        download?.position = position
        stream.takenEvents &+= 1
        return true
    }

    private func skipKnownBytes() {
        let skipped = download?.skipped ?? 0
        if skipped == 0 { return }
        let count = min(skipped, Int64(download?.piece.count ?? 0))
        download?.piece.consume(Int(clamping: count))
        if download?.piece.isEmpty == true { download?.piece.removeAll() }
        download?.skipped = skipped &- count
    }

    /// Whether what an answer has is what was asked for. False: the call or the attempt has ended.
    private func judgeBytes(of transfer: Transfer) -> Bool {
        download?.isJudged = true
        let headers = transfer.headers
        let position = download?.position ?? 0
        let range = FileRange(headers.value("content-range"))
        if position == 0 {
            if headers.status == 206 {
                failBytes(
                    .protocol, "the server sent a part of the file, and was asked for the whole")
                return false
            }
            let isPlain = headers.value("content-encoding").map { equal($0, "identity") } ?? true
            download?.total = isPlain ? transfer.contentLength : -1
            download?.mark = isPlain ? FileMark(headers) : nil
            answer = headers
            return true
        }
        let isOther = download?.mark?.compare(headers) ?? .unknown
        if isOther == .other { return endChanged() }
        if headers.status == 206 {
            let total = download?.total ?? -1
            guard let range, range.first == position,
                range.total < 0 || total < 0 || range.total == total
            else {
                failBytes(
                    .protocol,
                    "the server was asked for the file from byte \(position) on, and sent another part"
                )
                return false
            }
            if total < 0 { download?.total = range.total }
            return true
        }
        // The whole file once more. Only the same one can be read up to the place.
        if isOther == .unknown || headers.status != 200 { return endChanged() }
        let length = transfer.contentLength
        let total = download?.total ?? -1
        if length >= 0 && (length < position || total >= 0 && length != total) {
            return endChanged()
        }
        if total < 0 { download?.total = length }
        download?.skipped = position
        log.info("the server sends the file from its beginning: \(position) bytes are left out")
        return true
    }

    private func endChanged() -> Bool {
        let position = download?.position ?? 0
        failBytes(
            .truncated,
            "the connection broke after \(position) bytes, and the file at the server is another one by now"
        )
        return false
    }

    private func failBytes(_ status: Status, _ message: Message) {
        attemptFailed("download")
        fail(status, message)
    }

    /// The transfer is over, and all that came was read. False: it is an error, as of any call.
    func downloadEnded(_ transfer: Transfer) -> Bool {
        let status = transfer.headers.status
        let position = download?.position ?? 0
        if status == 416 && position > 0 {
            // Asked for what is behind the last byte: the end had been lost alone.
            let range = FileRange(transfer.headers.value("content-range"))
            if let range, range.first < 0, range.total == position,
                download?.mark?.compare(transfer.headers) != .other
            {
                finishDownload()
            } else {
                _ = endChanged()
            }
            return true
        }
        if status >= 300 { return false }
        if transfer.hasNoMemory || transfer.result == CURLE_OUT_OF_MEMORY { return false }
        if transfer.result == CURLE_OK && transfer.headers.isComplete && status >= 200 {
            // One without a body has not been judged.
            if download?.isJudged == false && !judgeBytes(of: transfer) { return true }
            if download?.skipped == 0 && (download?.total ?? -1) <= (download?.position ?? 0) {
                finishDownload()
                return true
            }
        } else if position == 0 {
            return false
        }
        let message: Message =
            transfer.result == CURLE_OK
            ? "the answer ended after \(position) bytes of the file"
            : "the connection broke after \(position) bytes of the file: \(transfer.errorMessage)"
        attemptEnded(
            .streamEnded(inOrder: transfer.result == CURLE_OK), noted: "truncated",
            else: Failing(.truncated, message, nil, isRetryable: true))
        return true
    }

    private func finishDownload() {
        let headers = answer
        attemptSucceeded()
        succeed(
            Response(
                body: ByteBuffer(), headers: headers ?? transfer?.headers,
                attempts: journal.attempts, history: journal.json()))
    }

    /// Asks for what is behind the last byte that was handed over.
    func resumeDownload(_ reason: Text?, _ wish: Int64, _ now: UInt64) {
        let position = download?.position ?? 0
        guard let first = download?.request else { return }
        func giveUp(_ why: Message) {
            var message = reason.map { Message($0.array) } ?? ""
            message += why
            fail(ResponsesError(.truncated, message, makeDetails(nil, isRetryable: true)))
        }
        guard let mark = download?.mark else {
            return giveUp(
                "; the rest cannot be asked for: the server gives the file no ETag that is strong and no time of its last change"
            )
        }
        guard
            var pause = resumption.begin(
                after: position, limit: settings.resumeAttempts, settings.backoff, now)
        else { return giveUp("") }
        pause = max(pause, min(wish, RetryRule.longestWish))
        let rest = HTTPRequest(.get, at: first.place, url: Array(first.url.dropLast()))
        rest.wantsBytes = true
        rest.ownHeaders =
            first.ownHeaders + [
                bytes("Range: bytes=") + decimal(position) + [0x2D], mark.condition,
            ]
        request = placed(rest)
        log.warning("asking for the file from byte \(position) on in \(pause) ms")
        journal.pauseBegins(pause)
        if pause == 0 { startAttempt() } else { sleep(pause) }
    }
}

extension Transfer {
    /// -1 where it was not said.
    var contentLength: Int64 {
        var length: curl_off_t = -1
        curl_get_offset(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length)
        return Int64(length)
    }
}
