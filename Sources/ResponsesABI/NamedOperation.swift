import CResponses
import Responses

/// The operations of the header, with what each needs beside its JSON. One function carries them all out, so
/// that each of their many names (blocking, started, with text, with trees) is a line.
enum NamedOperation {
    typealias CString = UnsafePointer<CChar>?

    case create, createStream
    case get(CString)
    case getStream(CString)
    case cancel(CString)
    case delete(CString)
    case listInputItems(CString)
    case countInputTokens, compact
    case wait(CString, Int32)
    case send(method: CString, path: CString)

    func make(_ json: GivenJSON, _ settings: Settings) throws(ResponsesError) -> Operation {
        switch self {
        case .create: return try .create(json, settings)
        case .createStream: return try .createStream(json, settings)
        case .get(let id): return try .get(try required(id, "id"), json.input, settings)
        case .getStream(let id):
            return try .getStream(try required(id, "id"), json.input, settings)
        case .cancel(let id): return try .cancel(try required(id, "id"), settings)
        case .delete(let id): return try .delete(try required(id, "id"), settings)
        case .listInputItems(let id):
            return try .listInputItems(try required(id, "id"), json.input, settings)
        case .countInputTokens: return try .countInputTokens(json, settings)
        case .compact: return try .compact(json, settings)
        case .wait(let id, let timeout):
            return try .wait(try required(id, "id"), timeout: timeout, settings)
        case .send(let method, let path):
            return try .send(
                try required(method, "method"), try required(path, "path"),
                json.input == nil ? nil : json, settings)
        }
    }
}
