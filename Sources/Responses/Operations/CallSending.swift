import CPlatform

/// Bodies that are put together while they are sent: see `OutgoingBody`.
extension Call {
    /// The attempt begins with the first byte. False when that cannot be, and the call has ended.
    func beginBody() -> Bool {
        guard let body = request.stream else { return true }
        do throws(ResponsesError) {
            try body.begin()
            return true
        } catch {
            fail(ending(error))
            return false
        }
    }

    /// The request can be sent once more, as far as its body goes.
    var canSendBodyAgain: Bool { request.stream?.canBeSentAgain ?? true }

    /// libcurl has sent nearly all that it was given. Runs code of the host.
    func giveMoreOfBody() {
        guard let body = request.stream, let transfer else { return }
        var more = ByteBuffer()
        let beginnings: Int = engine.locked {
            swap(&more, &sparePiece)
            return transfer.outbox.beginnings
        }
        do throws(ResponsesError) {
            if beginnings != bodyBeginnings {
                bodyBeginnings = beginnings
                try body.begin()
            }
            try body.read(into: &more)
        } catch {
            if !engine.isOurs { return endInChild() }
            return fail(ending(error))
        }
        // A callback may fork; in the child the lock may be that of a thread that is not there.
        guard engine.isOurs else { return endInChild() }
        let isTaken = engine.locked {
            guard self.transfer === transfer else { return true }
            // It begins anew: what was read is not what comes next.
            if transfer.outbox.beginnings != beginnings { return true }
            if transfer.outbox.bytes.isEmpty {
                swap(&transfer.outbox.bytes, &more)
            } else if !transfer.outbox.bytes.append(UnsafePointer(more.bytes), more.count) {
                return false
            }
            more.removeAll()
            swap(&more, &sparePiece)
            CurlLibrary.guardingSIGPIPE { transfer.bodyGrew(isComplete: body.isAtEnd) }
            return true
        }
        if !isTaken { fail(.noMemory, ResponsesError.noMemoryMessage) }
    }

    /// An error of a source, with what is known of the call.
    private func ending(_ error: ResponsesError) -> ResponsesError {
        var details = makeDetails(nil, ending: error.status)
        details.param = error.details.param
        return ResponsesError(error.status, message: error.message, details)
    }
}
