import CPlatform
import CResponses
import Responses

@_cdecl("responses_constant") @implementation
public func responses_constant(
    _ name: UnsafePointer<CChar>?, _ value: UnsafeMutablePointer<Int32>?
) -> Int32 {
    guard let name, let found = constant(named: name) else { return RESPONSES_E_INVALID }
    value?.pointee = found
    return RESPONSES_OK
}

/// The value behind the entry "NAME=VALUE" of the table.
private func constant(named name: UnsafePointer<CChar>) -> Int32? {
    let prefix: StaticString = "RESPONSES_"
    guard strncmp(name, staticText(prefix), prefix.utf8CodeUnitCount) == 0 else { return nil }
    let rest = name + prefix.utf8CodeUnitCount
    let count = strlen(rest)
    for entry in constantTable where entry.count > count && entry[count] == 0x3D {
        guard let start = entry.baseAddress, memcmp(start, rest, count) == 0 else { continue }
        return JSONScanner.integer(start + count + 1).map { Int32(truncatingIfNeeded: $0) }
    }
    return nil
}
