import CLinux
import Glibc

/// Writes to a stream at once: the base URL must reach a pipe before the first request does.
func printNow(_ text: String, to descriptor: Int32) {
    let bytes = Bytes(text: text)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
}

/// As many connections as the system lets us have.
func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

func runServer(_ options: Options) throws {
    raiseDescriptorLimit()
    let loop = try EventLoop()
    let server = Server(options: options, loop: loop)
    let termination = sandbox_termination_descriptor()
    loop.watch(termination, for: EPOLLIN.rawValue) { _ in loop.stop() }
    printNow(try server.start() + "\n", to: STDOUT_FILENO)
    loop.run()
    server.stop()
}

signal(SIGPIPE, SIG_IGN)
do {
    let options = try Options(arguments: Array(CommandLine.arguments.dropFirst()))
    if options.showsHelp {
        printNow(Options.help, to: STDOUT_FILENO)
    } else {
        try runServer(options)
    }
} catch let failure as Options.Failure {
    printNow("responses-sandbox: \(failure.message); see --help\n", to: STDERR_FILENO)
    exit(2)
} catch {
    printNow("responses-sandbox: \(error)\n", to: STDERR_FILENO)
    exit(1)
}
