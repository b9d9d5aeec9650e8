/// A file that was uploaded, in a container or not.
final class StoredFile {
    let id: String
    let container: String
    let name: String
    let purpose: String
    let contentType: String
    let createdAt: Int
    let body: Bytes

    init(
        id: String, container: String, name: String, purpose: String, contentType: String,
        createdAt: Int, body: Bytes
    ) {
        self.id = id
        self.container = container
        self.name = name
        self.purpose = purpose
        self.contentType = contentType
        self.createdAt = createdAt
        self.body = body
    }

    var json: JSON {
        if !container.isEmpty {
            return [
                "id": .string(id), "object": "container.file", "container_id": .string(container),
                "bytes": .integer(body.count), "created_at": .integer(createdAt),
                "path": .string("/mnt/data/\(name)"), "source": "user",
            ]
        }
        return [
            "id": .string(id), "object": "file", "bytes": .integer(body.count),
            "created_at": .integer(createdAt), "filename": .string(name),
            "purpose": .string(purpose), "status": "processed",
        ]
    }

    /// It never changes under its id.
    var tag: String { "\"\(id)\"" }
}

/// The routes of `/v1/files` and `/v1/containers/{id}/files`.
extension Server {
    func dispatchFile(_ exchange: Exchange) throws {
        switch exchange.route.action {
        case .createFile(let container): try createFile(container, exchange)
        case .listFiles(let container):
            let page = try PageQuery(exchange.request.query)
            exchange.respond(
                200, try page.page(of: store.files(in: container).map(\.json), exchange.faults))
        case .getFile(let id, let container): exchange.respond(200, try file(id, container).json)
        case .getFileContent(let id, let container):
            respond(with: try file(id, container), exchange)
        case .deleteFile(let id, let container):
            let file = try file(id, container)
            store.removeFile(id)
            let kind = file.container.isEmpty ? "file" : "container.file.deleted"
            exchange.respond(
                200, ["id": .string(id), "object": .string(kind), "deleted": true])
        default:
            throw APIError.invalid(
                "Invalid URL (\(exchange.request.method) \(exchange.request.path))", status: 404)
        }
    }

    private func file(_ id: String, _ container: String) throws -> StoredFile {
        guard let file = store.file(id), file.container == container else {
            throw APIError.invalid("No such File object: \(id)", param: "id", status: 404)
        }
        return file
    }

    private func createFile(_ container: String, _ exchange: Exchange) throws {
        guard let form = Multipart(exchange.request) else {
            throw APIError.invalid(
                "Expected a form with a file: a body of the type multipart/form-data.")
        }
        guard let part = form.file else {
            throw APIError.invalid("'file' is a required property", param: "file")
        }
        let purpose = form.text("purpose")
        if container.isEmpty && purpose == nil {
            throw APIError.invalid("'purpose' is a required property", param: "purpose")
        }
        let file = StoredFile(
            id: store.identifiers.next(container.isEmpty ? "file_" : "cfile_"),
            container: container, name: part.fileName ?? "", purpose: purpose ?? "",
            contentType: part.contentType ?? "application/octet-stream",
            createdAt: Int(WallClock.seconds()), body: part.body)
        store.add(file)
        exchange.respond(200, file.json)
    }

    /// All of it, or the part that is asked for (RFC 9110, 14.2), if the condition holds.
    private func respond(with file: StoredFile, _ exchange: Exchange) {
        var headers = [("etag", file.tag), ("accept-ranges", "bytes")]
        let condition = exchange.request.header("if-range")
        guard let range = exchange.request.header("range"), condition ?? file.tag == file.tag,
            let first = Self.beginning(of: range)
        else {
            return exchange.respond(
                200, body: file.body, contentType: file.contentType, headers: headers)
        }
        if first >= file.body.count {
            headers.append(("content-range", "bytes */\(file.body.count)"))
            return exchange.respond(
                416, body: Bytes(), contentType: file.contentType, headers: headers)
        }
        headers.append(
            ("content-range", "bytes \(first)-\(file.body.count - 1)/\(file.body.count)"))
        exchange.respond(
            206, body: Bytes(file.body[first...]), contentType: file.contentType, headers: headers)
    }

    /// Of "bytes=N-". Another range is not understood, and is left alone as a server may.
    private static func beginning(of range: String) -> Int? {
        guard range.hasPrefix("bytes="), range.hasSuffix("-") else { return nil }
        return Int(range.dropFirst("bytes=".count).dropLast())
    }
}
