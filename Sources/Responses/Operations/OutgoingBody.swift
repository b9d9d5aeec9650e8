import CPlatform

/// The body of a request that is put together while it is sent: text, and what sources have, as it is or in base64.
/// One call has it.
final class OutgoingBody {
    enum Part {
        case text(Text, from: Int, count: Int)
        case bytes(ByteSource)
        case base64(ByteSource)

        var source: ByteSource? {
            switch self {
            case .text: return nil
            case .bytes(let source), .base64(let source): return source
            }
        }
    }

    let parts: [Part]
    /// -1: a source does not know how much it has.
    let total: Int64

    // Where the reader is.
    private var index = 0
    private var offset: Int64 = 0
    private var hasEnteredPart = false
    private var encoder = Base64Encoder()
    private var raw = ByteBuffer()
    private var isTaken = false
    /// Sources have been read for an attempt.
    private(set) var hasBegun = false

    /// So many bytes are made at a time.
    static let piece = 64 * 1024

    init(_ parts: [Part]) {
        self.parts = parts
        var total: Int64 = 0
        for part in parts where total >= 0 {
            let count: Int64
            switch part {
            case .text(_, _, let characters): count = Int64(characters)
            case .bytes(let source): count = source.size
            case .base64(let source):
                count = source.size < 0 ? -1 : Base64Encoder.count(of: source.size) ?? -1
            }
            let (sum, overflow) = total.addingReportingOverflow(count)
            total = count < 0 || overflow ? -1 : sum
        }
        self.total = total
    }

    deinit { giveBack() }

    /// The same bytes can be had once more.
    var canBeSentAgain: Bool {
        if !hasBegun { return true }
        for part in parts where part.source?.canRewind == false { return false }
        return true
    }

    /// From the first byte on.
    func begin() throws(ResponsesError) {
        if !isTaken {
            for taken in parts.indices {
                guard let source = parts[taken].source, !isBefore(source, taken) else { continue }
                if source.take() { continue }
                for other in parts.indices[..<taken] {
                    if let source = parts[other].source, !isBefore(source, other) {
                        source.giveBack()
                    }
                }
                throw .invalid("source", "another call reads it, and one may at a time")
            }
            isTaken = true
        }
        index = 0
        offset = 0
        hasEnteredPart = false
        encoder = Base64Encoder()
    }

    /// It is one of an earlier part, too.
    private func isBefore(_ source: ByteSource, _ index: Int) -> Bool {
        for other in parts[..<index] where other.source === source { return true }
        return false
    }

    /// The call reads no more.
    func giveBack() {
        if !isTaken { return }
        isTaken = false
        for index in parts.indices {
            if let source = parts[index].source, !isBefore(source, index) { source.giveBack() }
        }
    }

    /// Adds the next bytes; nothing at the end. Runs code of the host.
    func read(into out: inout ByteBuffer) throws(ResponsesError) {
        guard out.reserve(OutgoingBody.piece) else { throw .noMemory() }
        let end = out.count + OutgoingBody.piece
        while index < parts.count && out.count < end {
            let room = end &- out.count
            let before = out.count
            switch parts[index] {
            case .text(let text, let from, let count):
                let most = min(room, count &- Int(clamping: offset))
                if !out.append(text.base + from + Int(clamping: offset), most) { throw .noMemory() }
                offset = offset &+ Int64(most)
                if offset < Int64(count) { continue }
            case .bytes(let source):
                try enter(source)
                let count = try source.read(offset, into: out.tail, room)
                out.commit(to: out.tail + count)
                offset = offset &+ Int64(count)
                if count > 0 { return }
            case .base64(let source):
                try enter(source)
                if room < 8 { return }
                guard raw.reserveExactly(OutgoingBody.piece) else { throw .noMemory() }
                let count = try source.read(offset, into: raw.tail, Base64Encoder.most(for: room))
                offset = offset &+ Int64(count)
                if count > 0 {
                    out.commit(to: out.tail + encoder.encode(raw.tail, count, into: out.tail))
                    if out.count > before { return }
                    continue
                }
                out.commit(to: out.tail + encoder.finish(into: out.tail))
            }
            index += 1
            offset = 0
            hasEnteredPart = false
        }
    }

    private func enter(_ source: ByteSource) throws(ResponsesError) {
        hasBegun = true
        if hasEnteredPart { return }
        hasEnteredPart = true
        encoder = Base64Encoder()
        try source.begin()
    }

    var isAtEnd: Bool { index >= parts.count }
}
