import CLinux
import Glibc

/// The listening socket on 127.0.0.1.
final class Listener {
    let port: Int
    private let descriptor: Int32
    private let loop: EventLoop

    /// Port 0 takes any free one; `port` says which.
    init(port: Int, loop: EventLoop, onConnection: @escaping (Connection) -> Void) throws {
        let descriptor = socket(
            AF_INET,
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
                | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("socket") }
        var on: Int32 = 1
        setsockopt(
            descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        guard Self.bind(descriptor, &address) == 0 else {
            throw SystemError("bind 127.0.0.1:\(port)")
        }
        guard listen(descriptor, 4096) == 0 else { throw SystemError("listen") }
        self.descriptor = descriptor
        self.loop = loop
        self.port = Self.localPort(descriptor)
        loop.watch(descriptor, for: EPOLLIN.rawValue) { [unowned self] _ in
            accept(onConnection)
        }
    }

    /// Takes no further connection; those that exist go on.
    func close() {
        loop.forget(descriptor)
        Glibc.close(descriptor)
    }

    private func accept(_ onConnection: (Connection) -> Void) {
        while true {
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let accepted = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sandbox_accept(descriptor, $0, &length)
                }
            }
            guard accepted >= 0 else {
                if errno == EMFILE || errno == ENFILE { pause() }
                return
            }
            onConnection(
                Connection(
                    descriptor: accepted, remotePort: Int(UInt16(bigEndian: address.sin_port)),
                    loop: loop))
        }
    }

    /// Without descriptors the waiting connection would wake us again and again.
    private func pause() {
        loop.change(descriptor, to: 0)
        loop.schedule(afterMilliseconds: 20) { [weak self] in
            guard let self else { return }
            loop.change(descriptor, to: EPOLLIN.rawValue)
        }
    }

    private static func bind(_ descriptor: Int32, _ address: inout sockaddr_in) -> Int32 {
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func localPort(_ descriptor: Int32) -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length)
            }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
