import CPlatform
import Synchronization

/// Whether the head of a raw call's answer is known, and whether the caller knows it.
enum AnswerHead {
    case awaited, here
    /// Or nobody asks for it.
    case handedOver
}

/// Raw calls: the answer as the server sent it.
extension Call {
    /// The text of a stream, and the head, will be asked for. To be called before `start`.
    package func keepBytes() {
        if !isDownload { text = StreamText() }
        head = .awaited
    }

    /// Events will be asked for, and the bytes that they came in never again.
    @inline(never)
    package func readEvents() {
        text = nil
        documentIsDue = false
        head = .handedOver
    }

    /// The head is there, and is that of a success. The lock is held.
    func takeHead(of transfer: Transfer) -> Bool {
        let status = transfer.headers.status
        guard operation.kind != .poll, transfer.headers.isComplete, status >= 200, status < 300
        else { return false }
        answer = transfer.headers
        head = .here
        return true
    }

    package enum BytesStep {
        case head
        case bytes(UnsafeBufferPointer<UInt8>)
        /// What `next` said.
        case step(Step)
        /// The call is not raw, or its events are read.
        case unavailable
    }

    /// More than that is handed over in several pieces.
    private static var largestPiece: Int { 256 * 1024 }

    /// As `next`, for the bytes. Never blocks.
    package func nextBytes() -> BytesStep {
        if download != nil { return nextPiece() }
        guard let text else { return .unavailable }
        text.takeBack()
        reading.hasLentEvent = false
        wasRead.store(true, ordering: .relaxed)
        while head == .awaited && operation.kind != .poll && outcome == nil && collectNews() {}
        if head == .here { return handOverHead() }
        while true {
            let step = next()
            if case .event = step {
                if text.ready < Call.largestPiece { continue }
                return .bytes(lend(text))
            }
            if text.ready > 0 {
                putBackEnd()
                return .bytes(lend(text))
            }
            if head == .here {
                putBackEnd()
                return handOverHead()
            }
            if case .done = step, documentIsDue, let finalResponse {
                documentIsDue = false
                putBackEnd()
                return .bytes(finalResponse.json)
            }
            return .step(step)
        }
    }

    func handOverHead() -> BytesStep {
        head = .handedOver
        return .head
    }

    private func lend(_ text: StreamText) -> UnsafeBufferPointer<UInt8> {
        reading.hasLentEvent = true
        return text.lend()
    }
}
