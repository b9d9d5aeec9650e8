import CPlatform

/// Where the images of answers go: a function of the host's.
package final class ImageSink {
    private let hand: (ImageScanner.Piece) -> Int32

    /// `hand` returns what the function did.
    package init(_ hand: @escaping (ImageScanner.Piece) -> Int32) { self.hand = hand }

    /// Runs code of the host: no lock is held.
    fileprivate func take(_ piece: ImageScanner.Piece) -> Int32 { hand(piece) }
}

/// What stands between what arrives of a call and its decoder.
final class ImageFilter {
    private let sink: ImageSink
    private var scanner = ImageScanner(isDocument: false)
    private(set) var isOfDocument = false
    /// What arrived, and was not gone through yet.
    private var input = ByteBuffer()
    /// The same without its images.
    fileprivate var output = ByteBuffer()
    /// The document has been put back: nothing more is taken out.
    private(set) var isComplete = false
    /// Items whose result was given whole: the terminal event has it again.
    private var given: [[UInt8]] = []
    private static let mostGiven = 1000
    /// Why nothing more is gone through. What came before is read first.
    fileprivate var end = ImageScanner.Outcome.fine
    fileprivate var answer: Int32 = 0

    init(_ sink: ImageSink) { self.sink = sink }

    /// Another answer begins.
    func reset() {
        scanner = ImageScanner(isDocument: false)
        isOfDocument = false
        input.removeAll()
        output.reset(keeping: ByteBufferLimits.kept)
        isComplete = false
    }

    /// The lock is held.
    func take(from inbox: inout ByteBuffer, isDocument: Bool) {
        if isDocument && !isOfDocument {
            isOfDocument = true
            scanner = ImageScanner(isDocument: true)
        }
        swap(&input, &inbox)
    }

    /// Goes through what has arrived.
    fileprivate func filter() {
        var bytes = ByteBuffer()
        swap(&bytes, &input)
        end = scanner.take(bytes.bytes, bytes.count, into: &output) { piece in
            if !piece.isPartial && piece.itemID.count > 0 {
                if given.contains(where: { $0 == piece.itemID }) { return true }
                if piece.isLast && given.count < ImageFilter.mostGiven {
                    given.append(piece.itemID)
                }
            }
            answer = sink.take(piece)
            return answer == 0
        }
        bytes.removeAll()
        swap(&bytes, &input)
    }

    /// The document is complete: what is left of it takes its place. The lock is held.
    fileprivate func putBack(into inbox: inout ByteBuffer) {
        if !isOfDocument || isComplete { return }
        isComplete = true
        swap(&output, &inbox)
    }
}

extension Call {
    /// Takes the images out of what has arrived, and decodes the rest.
    func takeImages() {
        guard let images else { return }
        images.filter()
        // A callback may fork; in the child the lock may be that of a thread that is not there.
        guard engine.isOurs else { return endInChild() }
        if images.isOfDocument {
            if images.output.count > settings.maximumResponseBytes {
                fail(
                    .limit,
                    "the answer is larger than max_response_bytes (\(settings.maximumResponseBytes))"
                )
            }
        } else if decode(&images.output) {
            accumulator.arriving.moved(to: decoder.eventStart)
        } else {
            fail(.noMemory, ResponsesError.noMemoryMessage)
        }
    }

    /// Whether the call ends because of an image, now that all before it has been read.
    func endsWithImage() -> Bool {
        guard let images else { return false }
        switch images.end {
        case .fine: return false
        case .noMemory: fail(.noMemory, ResponsesError.noMemoryMessage)
        case .malformed: fail(makeError(.protocol, "an image in the answer is not base64", nil))
        case .stopped: stop(.user, "the callback for images returned \(images.answer)")
        }
        return true
    }

    /// The lock is held.
    func putBackDocument(of transfer: Transfer) {
        guard let images, images.isOfDocument, !images.isComplete else { return }
        images.putBack(into: &transfer.inbox)
        transfer.skipByteOrderMark()
    }
}
