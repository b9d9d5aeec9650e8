import CPlatform
import Synchronization

/// The file of the option `record_file`: an HTTP archive, HAR 1.2. Nothing of it is held open: see
/// `record_file.h`.
package final class Recorder {
    /// From the root on, so that a program may change its directory.
    private let path: Text
    private let hasWarned = Atomic<Bool>(false)

    private init(_ path: Text) { self.path = path }

    /// What all files begin with that are recorded here; another version may have written it.
    private static var sign: StaticString {
        "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"libresponses\","
    }

    private static var head: [UInt8] {
        bytes(sign) + bytes("\"version\":\"") + bytes(Settings.version)
            + bytes("\"},\"pages\":[],\"entries\":[")
    }

    /// Makes the file where there is none. Not an initialiser: Embedded Swift leaks an object whose initialiser
    /// throws.
    static func make(_ given: [UInt8]) throws(ResponsesError) -> Recorder {
        guard let absolute = withCString(given, { platform_absolute_path($0) }) else {
            throw .invalid("record_file", "the working directory cannot be found")
        }
        defer { free(absolute) }
        let start = UnsafeRawPointer(absolute).assumingMemoryBound(to: UInt8.self)
        guard let path = Text(copying: start, count: strlen(absolute)) else { throw .noMemory() }
        let recorder = Recorder(path)
        let outcome = recorder.append(nil)
        if outcome == Int32(platform_record_foreign) {
            throw .invalid(
                "record_file",
                "the file is there and is no recording of this library; expected the path of one, or of no file"
            )
        }
        if outcome != 0 {
            throw .invalid(
                "record_file", "the file cannot be written: \(Message(cString: strerror(-outcome)))"
            )
        }
        return recorder
    }

    private func append(_ entry: UnsafeBufferPointer<UInt8>?) -> Int32 {
        let head = Recorder.head
        return head.withUnsafeBufferPointer { head in
            guard let start = head.baseAddress else { return -ENOMEM }
            return platform_record_append(
                path.cString, UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self),
                head.count, Recorder.sign.utf8CodeUnitCount, entry?.baseAddress, entry?.count ?? 0)
        }
    }

    /// Writes an attempt that is over. What goes wrong is told once, and is no business of the call's.
    func write(_ attempt: RecordedAttempt, _ log: Log) {
        let found = platform_errno()
        defer { platform_set_errno(found) }
        var entry = ByteBuffer()
        var outcome: Int32 = -ENOMEM
        if attempt.encode(into: &entry) {
            outcome = append(
                UnsafeBufferPointer(start: UnsafePointer(entry.bytes), count: entry.count))
        }
        if outcome == 0 || hasWarned.exchange(true, ordering: .relaxed) { return }
        if outcome == Int32(platform_record_foreign) {
            log.warning(
                "record_file: the file is no recording of this library any more; attempts are missing in it"
            )
        } else {
            log.warning(
                "record_file: \(Message(cString: strerror(-outcome))); attempts are missing in it")
        }
    }
}
