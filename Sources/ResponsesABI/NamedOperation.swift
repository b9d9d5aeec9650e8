import CResponses
import Responses

/// The operations of the header, with what each needs beside its JSON. One function carries them all out, so
/// that each of their many names (blocking, started, with text, with trees) is a line.
enum NamedOperation {
    typealias CString = UnsafePointer<CChar>?

    /// A line of the table; `id` where its path has one.
    case of(Endpoint, CString = nil)
    case wait(CString, Int32)
    case send(method: CString, path: CString)
    /// Its tools.
    case run(OpaquePointer?)
    case upload(path: CString, source: OpaquePointer?)
    case download(path: CString)

    func make(_ json: GivenJSON, _ settings: FrozenSettings) throws(ResponsesError) -> Operation {
        switch self {
        case .of(let endpoint, let id):
            let id = endpoint.hasID ? try required(id, "id") : Input(start: nil, count: 0)
            return try Operation(endpoint, id, json, settings)
        case .wait(let id, let timeout):
            return try .wait(try required(id, "id"), timeout: timeout, settings)
        case .send(let method, let path):
            return try .send(
                try required(method, "method"), try required(path, "path"),
                json.input == nil ? nil : json, settings)
        case .run(let tools): return try .run(json, try toolbox(tools), settings)
        case .upload(let path, let handle):
            return try .upload(
                try required(path, "path"), json.input, try source(handle), settings)
        case .download(let path): return try .download(try required(path, "path"), settings)
        }
    }
}
