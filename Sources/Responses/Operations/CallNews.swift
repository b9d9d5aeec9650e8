import CPlatform
import Synchronization

/// What has happened to a call since it was last read: bytes, an end, a key, a limit of time.
extension Call {
    /// Looks what has changed and acts on it. False when nothing has.
    @inline(never)
    func collectNews() -> Bool {
        if _slowPath(images != nil) && endsWithImage() { return true }
        if operation.isFed { return takeFed() }
        // Without the lock: a loop may ask often, and mostly in vain.
        if !hasNews && !progress.bringsLimitForward { return false }
        let found = platform_errno()
        defer { platform_set_errno(found) }
        let news = engine.locked { takeNews() }
        if !remarks.isEmpty { logRemarks() }
        switch news {
        case .nothing: return false
        case .bytes: return true
        case .ended: attemptEnded()
        case .key: takeKey()
        case .keyWish: askForKeyOfSession()
        case .outputs: takeOutputs()
        case .bodyWanted: giveMoreOfBody()
        case .images: takeImages()
        case .expired:
            reading.hasLookedAgain = false
            limitReached()
        case .noMemory: fail(.noMemory, ResponsesError.noMemoryMessage)
        case .broken(let failure): fail(failure.status, failure.message)
        }
        return true
    }

    private enum News {
        case nothing, bytes, ended, key, keyWish, outputs, expired, noMemory, bodyWanted, images
        case broken(EngineFailure)
    }

    /// The lock is held.
    @_optimize(speed)
    private func takeNews() -> News {
        if let failure = engine.failure { return .broken(failure) }
        // What is found may not be all: it is looked at again until there is nothing.
        hasNews = true
        noteProgress()
        if hasExpired && limits.isFirmlyReached(platform_now()) { return .expired }
        if let answer = keyRequest?.answer {
            if case .pending = answer {} else { return .key }
        }
        let news =
            lentTransfer?._withUnsafeGuaranteedRef { takeNews(of: $0) }
            ?? (turn == nil ? (hasAllOutputs ? .outputs : .nothing) : takeNewsOfTurn())
        switch news {
        case .nothing: break
        default: return news
        }
        if hasExpired { return .expired }
        hasNews = isCancelled.load(ordering: .relaxed)
        decoder.rest { engine.blocks.takeBack(from: &$0) }
        return .nothing
    }

    @inline(__always)
    private func takeNews(of transfer: Transfer) -> News {
        if head == .awaited && takeHead(of: transfer) { return .bytes }
        if _slowPath(transfer.outbox.wantsMore) && !transfer.hasEnded {
            transfer.outbox.wantsMore = false
            return .bodyWanted
        }
        if _slowPath(takesApart) { return takeNewsApart(of: transfer) }
        if transfer.mode == .events && !transfer.inbox.isEmpty {
            // Whatever keeps coming: what was there when the limit was reached is taken in once.
            if hasExpired && reading.hasLookedAgain { return .expired }
            reading.hasLookedAgain = hasExpired
            transfer.wasTakenFrom = true
            if let observed { observed.pieceArrived(transfer.lastArrival, stream.takenEvents) }
            if !decode(&transfer.inbox) { return .noMemory }
            engine.blocks.takeBack(from: &transfer.inbox)
            accumulator.arriving.moved(to: decoder.eventStart)
            progress.arrival = transfer.lastArrival
            if settings.countsComments { progress.sawEvent = true }
            transfer.resumeIfPaused()
            return .bytes
        }
        return transfer.hasEnded ? .ended : .nothing
    }

    /// What arrives is not for the decoder, or not before something was taken out.
    private var takesApart: Bool { download != nil || images != nil }

    @inline(never)
    private func takeNewsApart(of transfer: Transfer) -> News {
        let isThere: Bool
        switch transfer.mode {
        case .events, .bytes: isThere = !transfer.inbox.isEmpty
        case .body: isThere = transfer.isHandedOver && !transfer.inbox.isEmpty
        default: isThere = false
        }
        if !isThere || images?.isComplete == true {
            if transfer.hasEnded { putBackDocument(of: transfer) }
            return transfer.hasEnded ? .ended : .nothing
        }
        if hasExpired && reading.hasLookedAgain { return .expired }
        reading.hasLookedAgain = hasExpired
        transfer.wasTakenFrom = true
        progress.arrival = transfer.lastArrival
        if let observed { observed.pieceArrived(transfer.lastArrival, stream.takenEvents) }
        if download != nil {
            if download?.take(from: &transfer.inbox) == false { return .nothing }
            progress.sawEvent = true
        } else {
            images?.take(from: &transfer.inbox, isDocument: transfer.mode == .body)
        }
        transfer.resumeIfPaused()
        return images == nil ? .bytes : .images
    }

    @inline(never)
    private func takeNewsOfTurn() -> News {
        guard let turn, let session = operation.turn?.session else { return .nothing }
        remarks = session.takeRemarks()
        if !turn.inbox.isEmpty {
            if hasExpired && reading.hasLookedAgain { return .expired }
            reading.hasLookedAgain = hasExpired
            turn.wasTakenFrom = true
            if let observed { observed.pieceArrived(turn.lastArrival, stream.takenEvents) }
            if let images {
                images.take(from: &turn.inbox, isDocument: false)
                progress.arrival = turn.lastArrival
                session.wasTaken(from: turn)
                return .images
            }
            if !decode(&turn.inbox) { return .noMemory }
            engine.blocks.takeBack(from: &turn.inbox)
            accumulator.arriving.moved(to: decoder.eventStart)
            progress.arrival = turn.lastArrival
            session.wasTaken(from: turn)
            return .bytes
        }
        if turn.state == .over { return .ended }
        return turn.state == .waiting && session.takesKeyWish(for: turn) ? .keyWish : .nothing
    }

    @inline(__always)
    private func noteProgress() {
        let bringsLimitForward = progress.bringsLimitForward || !limits.isReceiving
        limits.note(&progress, engine.now)
        if bringsLimitForward { engine.setDeadlineIfEarlier(self, limits.nextDeadline) }
    }
}
