/// A form with files (RFC 7578), as far as clients of the API send one.
struct Multipart {
    struct Part {
        var name = ""
        var fileName: String?
        var contentType: String?
        var body: Bytes
    }

    let parts: [Part]

    /// Nil for what is no form.
    init?(_ request: HTTPRequest) {
        guard let type = request.header("content-type"),
            type.lowercased().hasPrefix("multipart/form-data"),
            let boundary = Self.parameter("boundary", of: type), !boundary.isEmpty
        else { return nil }
        let body = request.body
        let mark = Bytes("--\(boundary)".utf8)
        guard body.starts(with: mark) else { return nil }
        let delimiter = Bytes("\r\n".utf8) + mark
        var parts: [Part] = []
        var place = mark.count
        while true {
            // "--" behind the last one.
            if body[place...].starts(with: Bytes("--".utf8)) { break }
            guard body[place...].starts(with: Bytes("\r\n".utf8)),
                let headEnd = Self.find(Bytes("\r\n\r\n".utf8), in: body, from: place),
                let end = Self.find(delimiter, in: body, from: headEnd + 2)
            else { return nil }
            var part = Part(body: Bytes())
            if end >= headEnd + 4 { part.body = Bytes(body[(headEnd + 4)..<end]) }
            let head = String(decoding: body[place..<headEnd], as: UTF8.self)
            for line in head.split(separator: "\r\n") {
                let pair = line.split(separator: ":", maxSplits: 1)
                if pair.count < 2 { continue }
                let value = String(pair[1].drop { $0 == " " })
                switch pair[0].lowercased() {
                case "content-disposition":
                    part.name = Self.parameter("name", of: value) ?? ""
                    part.fileName = Self.parameter("filename", of: value)
                case "content-type": part.contentType = value
                default: break
                }
            }
            parts.append(part)
            place = end + delimiter.count
        }
        self.parts = parts
    }

    func text(_ name: String) -> String? {
        parts.first { $0.name == name && $0.fileName == nil }
            .map { String(decoding: $0.body, as: UTF8.self) }
    }

    var file: Part? { parts.first { $0.fileName != nil } }

    /// `name="value"` or `name=value`, behind a semicolon.
    private static func parameter(_ name: String, of header: String) -> String? {
        for piece in header.split(separator: ";").dropFirst() {
            let trimmed = piece.drop { $0 == " " }
            guard trimmed.lowercased().hasPrefix("\(name)=") else { continue }
            let value = trimmed.dropFirst(name.count + 1)
            if value.first == "\"" { return String(value.dropFirst().prefix { $0 != "\"" }) }
            return String(value)
        }
        return nil
    }

    private static func find(_ wanted: Bytes, in body: Bytes, from start: Int) -> Int? {
        guard let first = wanted.first else { return nil }
        var place = start
        while place + wanted.count <= body.count {
            if body[place] == first, body[place..<(place + wanted.count)].elementsEqual(wanted) {
                return place
            }
            place += 1
        }
        return nil
    }
}
