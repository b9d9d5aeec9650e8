import CPlatform
import CResponses
import Responses

// MARK: sources

public typealias SourceText = UnsafePointer<CChar>?

private func giveSource(
    _ out: HandleOut, _ err: HandleOut, _ make: () throws(ResponsesError) -> ByteSource
)
    -> Int32
{
    answering(out, err) { () throws(ResponsesError) in
        try give(try make(), .source, to: out)
        return RESPONSES_OK
    }
}

@_cdecl("responses_source_memory") @implementation
public func responses_source_memory(
    _ bytes: SourceText, _ n: Int, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    giveSource(out, err) { () throws(ResponsesError) in
        guard let bytes = input(bytes, n) else { throw .invalid("bytes", "must not be NULL") }
        return ByteSource.memory(bytes)
    }
}

@_cdecl("responses_source_file") @implementation
public func responses_source_file(_ path: SourceText, _ out: HandleOut, _ err: HandleOut) -> Int32 {
    giveSource(out, err) { () throws(ResponsesError) in
        try ByteSource.file(try required(path, "path"))
    }
}

@_cdecl("responses_source_descriptor") @implementation
public func responses_source_descriptor(_ fd: Int32, _ out: HandleOut, _ err: HandleOut) -> Int32 {
    giveSource(out, err) { () throws(ResponsesError) in try ByteSource.descriptor(fd) }
}

@_cdecl("responses_source_callback") @implementation
public func responses_source_callback(
    _ read: responses_read_fn?, _ rewind: responses_rewind_fn?, _ size: Int64,
    _ userData: UnsafeMutableRawPointer?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    giveSource(out, err) { () throws(ResponsesError) in
        guard let read else { throw .invalid("read", "must not be NULL") }
        return try ByteSource.function(
            size: size,
            { bytes, room in
                var count = 0
                let found = platform_errno()
                let answer = read(
                    UnsafeMutableRawPointer(bytes).assumingMemoryBound(to: CChar.self), room,
                    &count,
                    userData)
                platform_set_errno(found)
                return answer == 0 ? .bytes(count) : .stopped(answer)
            },
            rewind: rewind.map { rewind in
                {
                    let found = platform_errno()
                    defer { platform_set_errno(found) }
                    return rewind(userData) == 0
                }
            })
    }
}

/// The source behind a handle.
func source(_ handle: OpaquePointer?) throws(ResponsesError) -> ByteSource {
    let pointer = UnsafeMutableRawPointer(handle)
    guard platform_handle_visit(pointer, HandleKind.source.rawValue) == platform_entry_inside,
        let cell = Handle.Cell(handle)
    else { throw .invalid("source", "is NULL, was freed, or is not a source") }
    defer { platform_handle_leave(cell, platform_share_visit) }
    return Handle.inside(cell, as: ByteSource.self).takeUnretainedValue()
}

@_cdecl("responses_source_set") @implementation
public func responses_source_set(
    _ handle: OpaquePointer?, _ name: SourceText, _ value: SourceText, _ err: HandleOut
) -> Int32 {
    answering(nil, err) { () throws(ResponsesError) in
        try source(handle).set(try required(name, "name"), input(value, -1))
        return RESPONSES_OK
    }
}

@_cdecl("responses_source_free") @implementation
public func responses_source_free(_ handle: OpaquePointer?) {
    let found = platform_errno()
    Handle.free(handle, .source)
    platform_set_errno(found)
}

// MARK: upload

@_cdecl("responses_upload") @implementation
public func responses_upload(
    _ client: OpaquePointer?, _ path: SourceText, _ fields: SourceText, _ n: Int,
    _ source: OpaquePointer?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    run(.upload(path: path, source: source), .text(input(fields, n)), client, out, err)
}

@_cdecl("responses_upload_start") @implementation
public func responses_upload_start(
    _ client: OpaquePointer?, _ path: SourceText, _ fields: SourceText, _ n: Int,
    _ source: OpaquePointer?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.upload(path: path, source: source), .text(input(fields, n)), client, out, err)
}

// MARK: download

/// `write` returns how the call ends, nil to go on.
private func download(
    _ handle: OpaquePointer?, _ path: SourceText, _ out: HandleOut, _ err: HandleOut,
    _ write: (UnsafeBufferPointer<UInt8>) -> Message?
) -> Int32 {
    answering(out, err) { () throws(ResponsesError) in
        var client: Client?
        let call = try with(client: handle) { ours throws(ResponsesError) in
            let call = try ours.prepare { settings throws(ResponsesError) in
                try NamedOperation.download(path: path).make(.text(nil), settings)
            }
            try ours.enter(call)
            client = ours
            return call
        }
        // The engine is the parent's when a callback has forked.
        defer { if call.engine.isOurs { client?.leave(call) } }
        let open = try OpenCall(call)
        defer { if call.engine.isOurs { open.close() } }
        call.start()
        while true {
            switch call.nextBytes() {
            case .head: continue
            case .bytes(let bytes):
                let end = write(bytes)
                if !call.engine.isOurs { throw .forked() }
                if let end { call.stop(.user, end) }
                call.stopIfInterrupted()
            case .step(.done):
                if let response = call.response() { try give(response, .response, to: out) }
                return RESPONSES_OK
            case .step(.failed(let error)): throw error
            case .step, .unavailable: if call.wait(-1) == .interrupted { call.stopInterrupted() }
            }
        }
    }
}

@_cdecl("responses_download") @implementation
public func responses_download(
    _ client: OpaquePointer?, _ path: SourceText, _ write: responses_write_fn?,
    _ userData: UnsafeMutableRawPointer?, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    guard let write else {
        return answering(out, err) { () throws(ResponsesError) in
            throw .invalid("write", "must not be NULL")
        }
    }
    return download(client, path, out, err) { bytes in
        let answer = write(output(bytes, nil), bytes.count, userData)
        return answer == 0 ? nil : "the callback returned \(answer)"
    }
}

@_cdecl("responses_download_to") @implementation
public func responses_download_to(
    _ client: OpaquePointer?, _ path: SourceText, _ fd: Int32, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    if fd < 0 {
        return answering(out, err) { () throws(ResponsesError) in
            throw .invalid("fd", "expected an open descriptor, 0 or more")
        }
    }
    return download(client, path, out, err) { bytes in
        guard let start = bytes.baseAddress else { return nil }
        let outcome = platform_file_write(fd, start, bytes.count)
        if outcome >= 0 { return nil }
        let words = platform_error_name(-outcome)
        return "fd: cannot be written to: "
            + (words == nil ? "errno \(-outcome)" : Message(cString: words))
    }
}

@_cdecl("responses_download_start") @implementation
public func responses_download_start(
    _ client: OpaquePointer?, _ path: SourceText, _ out: HandleOut, _ err: HandleOut
) -> Int32 {
    start(.download(path: path), .text(nil), client, out, err)
}

// MARK: files inside requests and answers

@_cdecl("responses_client_attach") @implementation
public func responses_client_attach(
    _ handle: OpaquePointer?, _ name: SourceText, _ attached: OpaquePointer?, _ err: HandleOut
) -> Int32 {
    answering(nil, err) { () throws(ResponsesError) in
        let bytes = attached == nil ? nil : try source(attached)
        try with(client: handle) { client throws(ResponsesError) in
            try client.attach(try required(name, "name"), bytes)
        }
        return RESPONSES_OK
    }
}

@_cdecl("responses_client_set_image_callback") @implementation
public func responses_client_set_image_callback(
    _ handle: OpaquePointer?, _ fn: responses_image_fn?, _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    answering(nil, nil) { () throws(ResponsesError) in
        let sink = fn.map { fn in
            ImageSink { piece in
                let found = platform_errno()
                defer { platform_set_errno(found) }
                let member: StaticString = piece.isPartial ? "partial_image_b64" : "result"
                return (piece.itemID + [0]).withUnsafeBufferPointer { id in
                    fn(
                        output(id, nil), staticText(member), piece.offset, output(piece.bytes, nil),
                        piece.bytes.count, piece.isLast ? 1 : 0, userData)
                }
            }
        }
        try with(client: handle) { $0.setImageSink(sink) }
        return RESPONSES_OK
    }
}
