import Testing

@testable import Responses

/// The way of an event that looks like the one before it against framing and scanning each of them.
@Suite struct EventTemplateTests {
    /// Everything that is handed on of an event.
    private struct Seen: Equatable {
        var data: [UInt8]
        var type, delta, itemID: [UInt8]?
        var hasEscapes: Bool
        var sequence: Int64
        var outputIndex, contentIndex: Int32
        var ending: String?
    }

    private func seen(_ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ fields: EventFields)
        -> Seen
    {
        func text(_ slice: EventFields.Slice) -> [UInt8]? {
            slice.start == nil ? nil : Array(slice.raw)
        }
        #expect(data[count] == 0)
        return Seen(
            data: Array(UnsafeBufferPointer(start: data, count: count)), type: text(fields.type),
            delta: text(fields.delta), itemID: text(fields.itemID),
            hasEscapes: fields.delta.hasEscapes, sequence: fields.sequence,
            outputIndex: fields.outputIndex, contentIndex: fields.contentIndex)
    }

    private var matches = Counter()
    private final class Counter { var count = 0 }

    private func read(_ bytes: [UInt8], _ cuts: [Int], withTemplate: Bool) -> [Seen] {
        var decoder = EventStreamDecoder(maximumEventBytes: 2000)
        var all: [Seen] = []
        var start = 0
        for cut in cuts + [bytes.count] {
            var inbox = ByteBuffer()
            _ = inbox.leaveHeadroom(EventStreamDecoder.headroom)
            bytes[start..<cut].withUnsafeBufferPointer {
                if let base = $0.baseAddress { _ = inbox.append(base, $0.count) }
            }
            start = cut
            _ = decoder.refill(from: &inbox)
            reading: while true {
                var fields = EventFields()
                if withTemplate, let (data, count) = decoder.nextLikeLast(&fields) {
                    matches.count += 1
                    all.append(seen(data, count, fields))
                    continue
                }
                switch decoder.next() {
                case .event(let data, let count, _):
                    let isFine = fields.scan(data, count)
                    if isFine && withTemplate && fields.delta.start != nil { decoder.learn(fields) }
                    if !isFine { fields = EventFields() }
                    all.append(seen(data, count, fields))
                case .needsMore: break reading
                case .done, .tooLarge:
                    return all
                }
            }
        }
        return all
    }

    private func event(_ number: Int, _ random: inout SystemRandomNumberGenerator) -> String {
        let deltas = [
            "The", " weather", "°F", "\\n", "\\u00e9\\\"", "", "a long piece of text here",
        ]
        let delta = deltas.randomElement(using: &random) ?? ""
        let padding = String(repeating: "x", count: .random(in: 0...14, using: &random))
        let type = "response.output_text.delta"
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            return
                "data: {\"delta\":\"\(delta)\",\"type\":\"\(type)\",\"item_id\":\"i\(number)\"}\n\n"
        case 1:
            return
                "event: \(type)\ndata: {\"type\":\"\(type)\",\"item_id\":\"b\",\"output_index\":0,"
                + "\"content_index\":1,\"delta\":\"\(delta)\",\"sequence_number\":\(number)}\n\n"
        default:
            return
                "event: \(type)\ndata: {\"type\":\"\(type)\",\"sequence_number\":\(number),"
                + "\"item_id\":\"msg\",\"output_index\":0,\"content_index\":0,"
                + "\"delta\":\"\(delta)\",\"logprobs\":[],\"obfuscation\":\"\(padding)\"}\n\n"
        }
    }

    @Test func givesWhatScanningGives() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<600 {
            var bytes: [UInt8] = []
            for number in 0..<40 { bytes += Array(event(number, &random).utf8) }
            // Damage: a byte changed, taken out or put in, of those that mean something.
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                let byte =
                    Array("\"\\{}:, \n\r0-1.eE\0\u{7F}a[]".utf8).randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                default: bytes.remove(at: place)
                }
            }
            var cuts: [Int] = []
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                cuts.append(Int.random(in: 0...bytes.count, using: &random))
            }
            cuts.sort()
            #expect(
                read(bytes, cuts, withTemplate: true) == read(bytes, cuts, withTemplate: false))
        }
        #expect(matches.count > 5000)
    }

    @Test func anythingElseIsReadAnew() {
        let type = "response.output_text.delta"
        let first = "data: {\"type\":\"\(type)\",\"sequence_number\":7,\"delta\":\"a\"}\n\n"
        for second in [
            "data: {\"type\":\"\(type)\",\"sequence_number\":07,\"delta\":\"a\"}\n\n",
            "data: {\"type\":\"\(type)\",\"sequence_number\":,\"delta\":\"a\"}\n\n",
            "data: {\"type\":\"\(type)\",\"sequence_number\":1e2,\"delta\":\"a\"}\n\n",
            "data: {\"type\":\"\(type)\",\"sequence_number\":-8,\"delta\":\"a\"}\n\n",
            "data: {\"type\":\"\(type)\",\"sequence_number\":8,\"delta\":\"\\x\"}\n\n",
            "data: {\"type\":\"\(type)\",\"sequence_number\":8,\"delta\":\"a\"}}\n\n",
            "data: {\"type\":\"\(type)\",\"sequence_number\":8,\"delta\":\"a\"}\ndata: 1\n\n",
            "data: {\"type\":\"\(type)\",\"sequence_number\":8,\"delta\":\"a\"}\r\n\r\n",
        ] {
            let bytes = Array((first + first + second + first).utf8)
            #expect(read(bytes, [], withTemplate: true) == read(bytes, [], withTemplate: false))
        }
    }
}
