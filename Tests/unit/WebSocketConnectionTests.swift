import Testing

@testable import Responses

/// What a connection hands to its user, of bytes as libcurl gives them.
struct WebSocketConnectionTests {
    /// Keeps what it is told.
    private final class Listener: WebSocketUser {
        var messages: [String] = []
        var isTerminated = true

        override func arrived(_ message: Input, over socket: WebSocket) {
            messages.append(string(message))
            isTerminated = isTerminated && message.baseAddress?[message.count] == 0
        }
    }

    /// One that the server has agreed to; nothing of it goes over a network.
    private func withOpen(_ body: (WebSocket, Listener) -> Void) throws(ResponsesError) {
        let engine = try Engine.make()
        engine.begin()
        let listener = Listener()
        engine.locked {
            let made = WebSocket.make(
                Array("http://127.0.0.1:9/v1/responses\0".utf8), FrozenSettings(Settings()), engine,
                listener)
            guard let socket = made else {
                Issue.record("there is no connection")
                return
            }
            let accept = String(decoding: socket.handshake.expectedAccept, as: UTF8.self)
            for line in [
                "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
                "Sec-WebSocket-Accept: \(accept)", "",
            ] {
                withInput(line + "\r\n") { line in
                    if let start = line.baseAddress {
                        _ = socket.transfer.headers.take(start, line.count)
                    }
                }
            }
            #expect(socket.headArrived() && socket.state == .open)
            body(socket, listener)
            socket.drop()
        }
    }

    /// Newer libcurls write nothing behind what they hand over, and what was there stays: here it is a space, as
    /// any text has. A reader of JSON stops at a NUL.
    @Test func aMessageEndsInNULAlsoAtTheEndOfWhatCame() throws {
        let first = #"{"type":"response.created"}"#
        let second = #"{"type":"response.completed"}"#
        for stream in [
            frame(0x81, first), frame(0x81, first) + frame(0x81, second),
            frame(0x01, first) + frame(0x80, second), frame(0x81, first) + [0x81],
        ] {
            try withOpen { socket, listener in
                let reader = WebSocketReader(limit: 1000)
                reader.take(stream[...])
                let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: stream.count + 64)
                defer { memory.deallocate() }
                _ = memory.initialize(from: stream + Array(repeating: 0x20, count: 64))
                guard let start = memory.baseAddress else { return }
                #expect(socket.bytesArrived(start, stream.count) == stream.count)
                #expect(listener.isTerminated)
                #expect(listener.messages.map { "text \($0)" } == reader.seen)
                #expect(memory[stream.count] == 0x20)
            }
        }
    }
}
