import CPlatform
import Synchronization

/// Bytes that are to be sent: in memory, in a file, or from wherever a function of the host's has them.
package final class ByteSource {
    /// What a function of the host's said: so many bytes, or a number with which it stopped the call.
    package enum Given {
        case bytes(Int)
        case stopped(Int32)
    }

    private enum Place {
        case memory(UnsafePointer<UInt8>)
        /// At this place of a file, which others may read at the same time.
        case file(Int32, start: Int64)
        /// What is no file has no places.
        case pipe(Int32)
        case function(
            (UnsafeMutablePointer<UInt8>, Int) -> Given, rewind: (() -> Bool)?)
    }

    private let place: Place
    /// -1: nobody knows.
    package let size: Int64
    private var descriptor: Int32 = -1

    // What is said of them. Written before they are used.
    private(set) var field: [UInt8] = bytes("file")
    private(set) var fileName: [UInt8]
    private(set) var mediaType = ByteSource.usualType
    private let ownName: [UInt8]
    static var usualType: [UInt8] { bytes("application/octet-stream") }

    /// A call reads it that nobody else may.
    private let isTaken = Atomic<Bool>(false)
    private var wasRead = false

    private init(_ place: Place, size: Int64, name: [UInt8]) {
        self.place = place
        self.size = size
        ownName = name
        fileName = name
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// They stay where they are.
    package static func memory(_ bytes: Input) -> ByteSource {
        let start = bytes.baseAddress ?? UnsafePointer(platform_nothing())
        return ByteSource(.memory(start), size: Int64(bytes.count), name: Responses.bytes("file"))
    }

    package static func file(_ path: Input) throws(ResponsesError) -> ByteSource {
        guard let start = path.baseAddress, !path.isEmpty else {
            throw .invalid("path", "is empty; expected the path of a file")
        }
        let fd = platform_file_open(UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self))
        if fd < 0 { throw failure("path", "cannot be opened", -fd) }
        var name = Array(path)
        if let slash = name.lastIndex(of: 0x2F) { name.removeSubrange(...slash) }
        return try descriptor(own: fd, "path", name: name.isEmpty ? bytes("file") : name)
    }

    package static func descriptor(_ fd: Int32) throws(ResponsesError) -> ByteSource {
        let copy = platform_file_copy(fd)
        if copy < 0 { throw failure("fd", "cannot be read", -copy) }
        return try descriptor(own: copy, "fd", name: bytes("file"))
    }

    private static func descriptor(own fd: Int32, _ argument: StaticString, name: [UInt8])
        throws(ResponsesError) -> ByteSource
    {
        var start: Int64 = 0
        var size: Int64 = -1
        let outcome = platform_file_extent(fd, &start, &size)
        if outcome < 0 {
            close(fd)
            throw failure(argument, "cannot be read", -outcome)
        }
        let source = ByteSource(
            size < 0 ? .pipe(fd) : .file(fd, start: start), size: size, name: name)
        source.descriptor = fd
        return source
    }

    package static func function(
        size: Int64, _ read: @escaping (UnsafeMutablePointer<UInt8>, Int) -> Given,
        rewind: (() -> Bool)?
    ) throws(ResponsesError) -> ByteSource {
        if size < -1 { throw .invalid("size", "expected a number of bytes, or -1") }
        return ByteSource(.function(read, rewind: rewind), size: size, name: bytes("file"))
    }

    fileprivate static func failure(_ argument: StaticString, _ what: StaticString, _ number: Int32)
        -> ResponsesError
    {
        if number == ENOMEM { return .noMemory() }
        let words = platform_error_name(number)
        let why = words == nil ? "errno \(number)" : Message(cString: words)
        return .invalid(Message(argument), "\(what): " + why)
    }

    // MARK: what is said of them

    package func set(_ name: Input, _ value: Input?) throws(ResponsesError) {
        if equal(name, "field") {
            if value?.isEmpty == true { throw .invalid("field", "must not be empty") }
            field = value.map { Array($0) } ?? bytes("file")
        } else if equal(name, "filename") {
            fileName = value.map { Array($0) } ?? ownName
        } else if equal(name, "media_type") {
            if let value, !HeaderText.isValue(value) || value.contains(0x22) || value.contains(0x5C)
            {
                throw .invalid("media_type", "expected a media type such as \"image/png\"")
            }
            mediaType = value.map { Array($0) } ?? ByteSource.usualType
        } else {
            throw .invalid("name", "expected field, filename or media_type")
        }
    }

    // MARK: reading

    /// Others may read it at the same time, at any place.
    private var isShared: Bool {
        switch place {
        case .memory, .file: return true
        case .pipe, .function: return false
        }
    }

    /// What was read of it can be had again.
    var canRewind: Bool {
        switch place {
        case .memory, .file: return true
        case .pipe: return false
        case .function(_, let rewind): return rewind != nil
        }
    }

    /// For one call. False: another one has it.
    func take() -> Bool {
        isShared || !isTaken.exchange(true, ordering: .acquiring)
    }

    func giveBack() { if !isShared { isTaken.store(false, ordering: .releasing) } }

    /// Goes to the first byte.
    func begin() throws(ResponsesError) {
        if isShared || !wasRead { return }
        if case .function(_, let rewind?) = place {
            if !rewind() {
                throw ResponsesError(
                    .user, "the callback could not go back to the source's first byte")
            }
            wasRead = false
            return
        }
        throw .invalid("source", "was read before, and cannot be read again")
    }

    /// At most `room` bytes from `offset` on, which is where the last ones ended; 0 at the end. Runs code of the host.
    func read(_ offset: Int64, into bytes: UnsafeMutablePointer<UInt8>, _ room: Int)
        throws(ResponsesError) -> Int
    {
        var most = room
        if size >= 0 { most = Int(clamping: min(Int64(room), size &- offset)) }
        if most <= 0 { return 0 }
        let count: Int
        switch place {
        case .memory(let start):
            memcpy(bytes, start + Int(clamping: offset), most)
            return most
        case .file(let fd, let start):
            count = try checked(platform_file_read(fd, bytes, most, start &+ offset))
        case .pipe(let fd):
            wasRead = true
            count = try checked(platform_file_read(fd, bytes, most, -1))
        case .function(let read, _):
            wasRead = true
            switch read(bytes, most) {
            case .bytes(let given):
                if given < 0 || given > most {
                    throw .invalid(
                        "source", "the callback says that it wrote more than it was asked for")
                }
                count = given
            case .stopped(let answer):
                throw ResponsesError(.user, "the callback of the source returned \(answer)")
            }
        }
        if count == 0 && size >= 0 {
            throw .invalid("source", "has \(offset) bytes, and not the \(size) that it said")
        }
        return count
    }

    private func checked(_ outcome: Int32) throws(ResponsesError) -> Int {
        if outcome < 0 { throw ByteSource.failure("source", "cannot be read", -outcome) }
        return Int(outcome)
    }
}
