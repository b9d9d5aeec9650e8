import CCurl
import CPlatform

/// Options and headers: nothing that is accepted can add a line to a request or leave its URL.
///
/// Input: lines; an option's number or, with the top bit, a header, then its value.
@_cdecl("fuzz_settings")
public func fuzzSettings(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    var source = Source(bytes, count)
    var settings = Settings()
    while source.left > 0 {
        let what = source.byte()
        // NUL cannot come in through the header of the library; everything else can.
        let size = Int(source.byte())
        let value = source.take(size).filter { $0 != 0 }
        let name = what & 0x80 != 0 ? source.take(Int(what & 0x0F)).filter { $0 != 0 } : []
        let failure = value.withUnsafeBufferPointer { value in
            name.withUnsafeBufferPointer { set(&settings, what, $0, value) }
        }
        require(failure.map { ($0.message?.count ?? 0) > 0 } ?? true, "an error has a message")
    }
    let id: [UInt8] = [0x61, 0x2F, 0x0D, 0x0A, 0x20]
    let frozen = FrozenSettings(settings)
    let url = frozen.url(
        id.withUnsafeBufferPointer { id in
            do throws(ResponsesError) { return try Path.fill(Path.one, id) } catch { return [] }
        })
    checkURL(url)
    let request = HTTPRequest(.post, at: "/", url: url, body: Text("{}"), wantsEvents: true)
    withExtendedLifetime(frozen.headers()) { headers in
        var entry = headers?.list(for: request)
        require(entry != nil, "memory")
        while let line = entry {
            checkHeader(line.pointee.data)
            entry = line.pointee.next
        }
    }
    return 0
}

private func set(_ settings: inout Settings, _ what: UInt8, _ name: Input, _ value: Input)
    -> ResponsesError?
{
    do throws(ResponsesError) {
        if what & 0x80 != 0 {
            try settings.setHeader(name, what & 0x40 != 0 ? nil : value, argument: "name")
        } else if let option = Option.at(Int(what) % 32) {
            try settings.set(option, what & 0x40 != 0 ? nil : value)
        }
        return nil
    } catch {
        return error
    }
}

private func checkHeader(_ text: UnsafePointer<CChar>) {
    let line = UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self)
    let count = strlen(text)
    require(
        isOneLine(array(UnsafeBufferPointer(start: line, count: count))), "a header is one line")
    require(count > 1 && line[0] != 0x3A && line[0] != 0x20, "a header has a name")
}

private func checkURL(_ url: [UInt8]) {
    for byte in url {
        require(byte > 0x20 && byte < 0x7F, "a URL is printable ASCII")
        require(byte != 0x23, "a URL has no fragment")
    }
}

/// Request bodies and query parameters.
///
/// Input: which, then JSON.
@_cdecl("fuzz_request")
public func fuzzRequest(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    var source = Source(bytes, count)
    let which = source.byte()
    let json = source.rest()
    json.withUnsafeBufferPointer { json in
        switch which % 4 {
        case 0: prepare(json, true)
        case 1: prepare(json, false)
        case 2: query(json, forStream: which & 4 != 0)
        default: send(json)
        }
    }
    return 0
}

/// The body is the caller's, but for `stream`.
private func prepare(_ json: UnsafeBufferPointer<UInt8>, _ stream: Bool) {
    let given = makeText(Array(json))
    let isJSON = Reference.isJSON(Array(json), isStrict: true)
    let object = isJSON ? JSONValue(checking: given.base, count: given.count) : nil
    let body: Text
    do throws(ResponsesError) {
        body = try RequestBody.prepare(.text(json), stream: stream)
    } catch {
        require(object == nil || object?.kind != .object, "an object is accepted")
        return
    }
    guard let object, object.kind == .object,
        let result = JSONValue(checking: body.base, count: body.count)
    else { return require(false, "the body is JSON") }
    _ = RequestBody.asksForBackground(body)
    var members: [[UInt8]] = []
    object.forEach { name, value in
        if let name, !name.isText("stream") { members += [array(name.raw), array(value.raw)] }
        return true
    }
    var index = 0
    result.forEach { name, value in
        guard let name else { return false }
        if name.isText("stream") {
            require(
                value.kind == (stream ? .true : .false), "every \"stream\" is what was asked for")
        } else {
            require(index + 1 < members.count, "no member is added")
            require(same(array(name.raw), members[index]), "a member's name")
            require(same(array(value.raw), members[index + 1]), "a member's value")
            index += 2
        }
        return true
    }
    require(index == members.count, "no member is lost")
    require((result.member("stream")?.kind == .true) == stream, "\"stream\" is set")
}

private func query(_ json: UnsafeBufferPointer<UInt8>, forStream: Bool) {
    do throws(ResponsesError) {
        let parameters = try QueryParameters(json, forStream: forStream)
        checkURL(parameters.query)
        require(parameters.startingAfter >= -1, "starting_after")
        for byte in parameters.query {
            require(byte != 0x3F && byte != 0x2F, "delimiters are encoded")
        }
    } catch {
        require((error.message?.count ?? 0) > 0, "an error has a message")
    }
}

private func send(_ text: UnsafeBufferPointer<UInt8>) {
    let method = bytes("GET")
    method.withUnsafeBufferPointer { method in
        do throws(ResponsesError) {
            let operation = try Operation.send(method, text, nil, FrozenSettings(Settings()))
            var url = operation.request.url
            require(url.removeLast() == 0, "a URL ends in NUL")
            checkURL(url)
            require(
                same(Array(url[0..<25]), bytes("https://api.openai.com/v1")),
                "a path stays below the URL")
        } catch {
            require((error.message?.count ?? 0) > 0, "an error has a message")
        }
    }
}
