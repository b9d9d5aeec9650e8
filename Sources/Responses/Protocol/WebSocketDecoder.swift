import CPlatform

/// Takes the frames of a WebSocket apart that a server sends (RFC 6455, 5), of whatever pieces they come in, with
/// all checks that a client owes.
///
/// Text stays where it came in. Nothing is kept of it, so that a message in several pieces is for whoever asks to
/// put together; a message that came whole, as nearly all do, is one piece.
package struct WebSocketDecoder: ~Copyable {
    package enum Step {
        /// All that was given is taken.
        case needsMore
        /// A piece of a text message, in place. Pieces end anywhere, also inside a character; all of one message
        /// come in a row, but for control frames. The byte behind a message that is one piece is NUL until the
        /// next call, so that it can be scanned; where the input ends there, it is the input's owner who sees to
        /// that, as `ByteBuffer` does.
        case text(UnsafeMutablePointer<UInt8>, count: Int, begins: Bool, ends: Bool)
        /// To be answered with a pong that has the same payload, which stays until the next call.
        case ping(Input)
        case pong(Input)
        /// The server's last frame, with `WebSocketCloseCode.noStatus` where it says none. The reason is UTF-8 and
        /// stays until the next call. What comes behind it is ignored.
        case close(code: UInt16, reason: Input)
        /// The server broke the protocol. `code` is what it is to be told in a close frame. What comes behind it is
        /// ignored.
        case failed(code: UInt16, reason: StaticString)
        /// For a control frame that was cut. Nothing is lost: it can be tried again.
        case noMemory
    }

    private enum State {
        /// Before a frame, outside of messages.
        case between
        /// Before a frame, inside a message.
        case inside
        /// In the first bytes of a frame.
        case head
        /// In the payload of a text frame.
        case text
        /// In the payload of a control frame.
        case control
        case over
    }

    private enum Opcode {
        static let continuation: UInt8 = 0
        static let text: UInt8 = 1
        static let binary: UInt8 = 2
        static let close: UInt8 = 8
        static let ping: UInt8 = 9
        static let pong: UInt8 = 10
    }

    private let maximumMessageBytes: Int
    private var state = State.between

    // Of the frame that is under way.
    private var first: UInt8 = 0
    private var headBytes = 0
    /// How many bytes of the head are a length, behind the first two.
    private var lengthBytes = 0
    /// Of the payload, while the head comes; then what has not come of it.
    private var left = 0

    // Of the message that is under way.
    private var isInMessage = false
    private var gavePiece = false
    /// As its heads have announced.
    private var messageBytes = 0
    private var check = UTF8Check()

    /// The payload of a control frame that was cut.
    private var control = ByteBuffer()
    /// What stood where there is a NUL behind a message now; -1: nothing was overwritten.
    private var overwritten: Int32 = -1

    /// RFC 6455, 5.5.
    package static let maximumControlBytes = 125

    package init(maximumMessageBytes: Int) { self.maximumMessageBytes = maximumMessageBytes }

    /// No more is expected: a close frame has come, or the protocol was broken.
    package var isOver: Bool { state == .over }

    /// Whether what has come ends with a frame, and outside of messages.
    package var isBetweenMessages: Bool { state == .between }

    /// The next step in the bytes from `position` to `end`; `position` moves behind what was taken. It is called
    /// until it needs more, and then with bytes that follow.
    @_optimize(speed)
    package mutating func next(
        _ position: inout UnsafeMutablePointer<UInt8>, _ end: UnsafeMutablePointer<UInt8>
    ) -> Step {
        if overwritten >= 0 {
            position.pointee = UInt8(truncatingIfNeeded: overwritten)
            overwritten = -1
        }
        let start = position
        let count = end - start
        // A message in one frame, all of it there.
        guard state == .between, count >= 4, start[0] == 0x81 else {
            return nextPart(&position, end)
        }
        var size = Int(start[1])
        var payload = start + 2
        if size >= 126 {
            size = Int(start[2]) &<< 8 | Int(start[3])
            payload = start + 4
            if start[1] != 126 || size < 126 { return nextPart(&position, end) }
        }
        guard size <= maximumMessageBytes, size <= end - payload else {
            return nextPart(&position, end)
        }
        let plain = platform_ascii_span(payload, size)
        if plain < size && !UTF8Check.isText(payload + plain, size &- plain) {
            return nextPart(&position, end)
        }
        return wholeMessage(payload, size, &position, end)
    }

    @inline(__always)
    private mutating func wholeMessage(
        _ payload: UnsafeMutablePointer<UInt8>, _ count: Int,
        _ position: inout UnsafeMutablePointer<UInt8>, _ end: UnsafeMutablePointer<UInt8>
    ) -> Step {
        let behind = payload + count
        position = behind
        if behind != end {
            overwritten = Int32(behind.pointee)
            behind.pointee = 0
        }
        return .text(payload, count: count, begins: true, ends: true)
    }

    @inline(never)
    private mutating func nextPart(
        _ position: inout UnsafeMutablePointer<UInt8>, _ end: UnsafeMutablePointer<UInt8>
    ) -> Step {
        while true {
            let step: Step?
            switch state {
            case .between, .inside, .head:
                if position == end { return .needsMore }
                step = takeHead(position.pointee)
                position += 1
            case .text: step = takeText(&position, end)
            case .control: step = takeControl(&position, end)
            case .over:
                position = end
                return .needsMore
            }
            if let step { return step }
        }
    }

    /// A failure that is known before it is read further.
    private mutating func fail(_ code: UInt16, _ reason: StaticString) -> Step {
        state = .over
        return .failed(code: code, reason: reason)
    }

    private mutating func fail(_ reason: StaticString) -> Step {
        fail(WebSocketCloseCode.protocolError, reason)
    }

    // MARK: heads

    private var opcode: UInt8 { first & 0x0F }
    private var isFinal: Bool { first & 0x80 != 0 }
    private var isControl: Bool { first & 0x08 != 0 }

    /// One byte of a head. Nil while there is nothing to say.
    private mutating func takeHead(_ byte: UInt8) -> Step? {
        if state != .head {
            state = .head
            headBytes = 1
            first = byte
            return checkFirst()
        }
        headBytes = headBytes &+ 1
        if headBytes == 2 {
            if byte & 0x80 != 0 { return fail("a frame is masked, which only clients do") }
            left = Int(byte)
            lengthBytes = left < 126 ? 0 : left == 126 ? 2 : 8
            if isControl && lengthBytes > 0 {
                return fail("a control frame is longer than 125 bytes")
            }
            if opcode == Opcode.close && left == 1 {
                return fail("a close frame has half a code")
            }
            if lengthBytes > 0 {
                left = 0
                return nil
            }
        } else {
            if headBytes == 3 && lengthBytes == 8 && byte & 0x80 != 0 {
                return fail("a frame's length has its highest bit set")
            }
            left = left &<< 8 | Int(byte)
            if headBytes < lengthBytes &+ 2 { return nil }
            if left < (lengthBytes == 2 ? 126 : 65_536) {
                return fail("a frame's length takes more bytes than it needs")
            }
        }
        return beginPayload()
    }

    private mutating func checkFirst() -> Step? {
        if first & 0x70 != 0 {
            return fail("a frame has a reserved bit set, and no extension was agreed on")
        }
        switch opcode {
        case Opcode.continuation:
            return isInMessage
                ? nil : fail("a continuation frame belongs to no message")
        case Opcode.text, Opcode.binary:
            if isInMessage { return fail("a message begins inside another one") }
            if opcode == Opcode.text { return nil }
            return fail(
                WebSocketCloseCode.unsupportedData, "a message is binary, and only text is expected"
            )
        case Opcode.close, Opcode.ping, Opcode.pong:
            return isFinal ? nil : fail("a control frame is fragmented")
        default: return fail("a frame has an unknown opcode")
        }
    }

    private mutating func beginPayload() -> Step? {
        if isControl {
            control.removeAll()
            state = .control
            return nil
        }
        if opcode == Opcode.text {
            isInMessage = true
            gavePiece = false
            messageBytes = 0
            check = UTF8Check()
        }
        if left > maximumMessageBytes &- messageBytes {
            return fail(WebSocketCloseCode.tooLarge, "a message is too large")
        }
        messageBytes = messageBytes &+ left
        state = .text
        return nil
    }

    // MARK: payloads

    private mutating func takeText(
        _ position: inout UnsafeMutablePointer<UInt8>, _ end: UnsafeMutablePointer<UInt8>
    ) -> Step? {
        let piece = position
        let count = min(left, end - piece)
        if count == 0 && left > 0 { return .needsMore }
        position = piece + count
        left = left &- count
        if !check.take(piece, count) { return failText() }
        let ends = left == 0 && isFinal
        if left == 0 { state = .inside }
        if ends {
            if !check.isBetweenCharacters { return failText() }
            isInMessage = false
            state = .between
        } else if count == 0 {
            return nil  // a frame without payload that neither ends the message nor is seen
        }
        let begins = !gavePiece
        gavePiece = true
        if begins && ends { return wholeMessage(piece, count, &position, end) }
        return .text(piece, count: count, begins: begins, ends: ends)
    }

    private mutating func failText() -> Step {
        fail(WebSocketCloseCode.invalidData, "a text message is not UTF-8")
    }

    private mutating func takeControl(
        _ position: inout UnsafeMutablePointer<UInt8>, _ end: UnsafeMutablePointer<UInt8>
    ) -> Step? {
        let count = min(left, end - position)
        var payload = Input(start: position, count: count)
        if !control.isEmpty || count < left {
            if count == 0 { return .needsMore }
            guard control.reserveExactly(WebSocketDecoder.maximumControlBytes),
                control.append(payload)
            else { return .noMemory }
            payload = Input(start: control.bytes, count: control.count)
        }
        position += count
        left = left &- count
        if left > 0 { return .needsMore }
        state = isInMessage ? .inside : .between
        switch opcode {
        case Opcode.ping: return .ping(payload)
        case Opcode.pong: return .pong(payload)
        default: return takeClose(payload)
        }
    }

    /// A payload that is not one byte.
    private mutating func takeClose(_ payload: Input) -> Step {
        var code = WebSocketCloseCode.noStatus
        var reason = payload
        if payload.count >= 2 {
            code = UInt16(payload[0]) &<< 8 | UInt16(payload[1])
            reason = Input(rebasing: payload[2...])
            if !WebSocketCloseCode.mayBeSent(code) {
                return fail("a close frame has a code that must not be sent")
            }
            if let start = reason.baseAddress, !UTF8Check.isText(start, reason.count) {
                return fail(
                    WebSocketCloseCode.invalidData, "the reason of a close frame is not UTF-8")
            }
        }
        state = .over
        return .close(code: code, reason: reason)
    }
}

/// Why a WebSocket is closed (RFC 6455, 7.4.1, and IANA's registry).
package enum WebSocketCloseCode {
    package static let normal: UInt16 = 1000
    package static let goingAway: UInt16 = 1001
    package static let protocolError: UInt16 = 1002
    package static let unsupportedData: UInt16 = 1003
    /// Stands for a close frame without a code, and is never sent.
    package static let noStatus: UInt16 = 1005
    package static let invalidData: UInt16 = 1007
    package static let policyViolation: UInt16 = 1008
    package static let tooLarge: UInt16 = 1009
    package static let internalError: UInt16 = 1011
    package static let serviceRestart: UInt16 = 1012
    package static let tryAgainLater: UInt16 = 1013

    /// The others stand for what happened without a close frame, or mean nothing.
    package static func mayBeSent(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: return true
        default: return false
        }
    }
}
