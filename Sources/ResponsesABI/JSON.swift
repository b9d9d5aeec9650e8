import CResponses
import Responses

/// Text of the caller's, and places for results.
public typealias GivenText = UnsafePointer<CChar>?
public typealias NumberOut = UnsafeMutablePointer<Int32>?
public typealias TextOut = UnsafeMutablePointer<UnsafePointer<CChar>?>?
public typealias SizeOut = UnsafeMutablePointer<Int>?

/// The value at a JSON pointer; `copy` is what it is in.
@inline(never)
private func find(_ json: GivenText, _ n: Int, _ pointer: GivenText, _ copy: inout Text?)
    -> (value: JSONValue?, status: Status)
{
    JSONText.find(input(json, n), input(pointer, -1), &copy)
}

@_cdecl("responses_json_get") @implementation
public func responses_json_get(
    _ json: GivenText, _ n: Int, _ pointer: GivenText, _ type: NumberOut, _ value: TextOut,
    _ len: SizeOut
) -> Int32 {
    get(json, n, pointer, nil, type, value, len)
}

@_cdecl("responses_json_check") @implementation
public func responses_json_check(
    _ json: GivenText, _ n: Int, _ depth: Int32, _ type: NumberOut, _ value: TextOut,
    _ len: SizeOut
) -> Int32 {
    get(json, n, emptyText, depth, type, value, len)
}

/// `depth`: it is for a request, and that deep at most.
@inline(never)
private func get(
    _ json: GivenText, _ n: Int, _ pointer: GivenText, _ depth: Int32?, _ type: NumberOut,
    _ value: TextOut, _ len: SizeOut
) -> Int32 {
    value?.pointee = nil
    len?.pointee = 0
    var copy: Text?
    let found = find(json, n, pointer, &copy)
    guard let inside = found.value, let json, let copy else { return found.status.rawValue }
    return withExtendedLifetime(copy) {
        if let depth, JSONScanner.hasNotFinite(inside) || JSONScanner.depth(inside) > depth {
            return RESPONSES_E_INVALID
        }
        type?.pointee = inside.kind.rawValue
        value?.pointee = json + (inside.start - UnsafePointer(copy.base))
        len?.pointee = inside.count
        return RESPONSES_OK
    }
}

@_cdecl("responses_json_text") @implementation
public func responses_json_text(
    _ json: GivenText, _ n: Int, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
    _ needed: SizeOut
) -> Int32 {
    readString(json, n, emptyText, orElse: false, buffer, capacity, needed)
}

@_cdecl("responses_json_read_string") @implementation
public func responses_json_read_string(
    _ json: GivenText, _ n: Int, _ pointer: GivenText, _ buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int, _ needed: SizeOut
) -> Int32 {
    readString(json, n, pointer, orElse: true, buffer, capacity, needed)
}

/// `orElse`: anything else than a string is given as its JSON.
@inline(never)
private func readString(
    _ json: GivenText, _ n: Int, _ pointer: GivenText, orElse: Bool,
    _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ needed: SizeOut
) -> Int32 {
    needed?.pointee = 0
    var copy: Text?
    let found = find(json, n, pointer, &copy)
    guard let value = found.value else { return found.status.rawValue }
    if value.kind == .string {
        guard let text = JSONText.text(value) else { return RESPONSES_E_NOMEM }
        return responses_copy_text(text.cString, text.count, buffer, capacity, needed)
    }
    if !orElse { return RESPONSES_E_INVALID }
    return withExtendedLifetime(copy) {
        responses_copy_text(output(value.raw, nil), value.count, buffer, capacity, needed)
    }
}

@_cdecl("responses_json_count") @implementation
public func responses_json_count(
    _ json: GivenText, _ n: Int, _ pointer: GivenText, _ count: NumberOut
) -> Int32 {
    var copy: Text?
    let found = find(json, n, pointer, &copy)
    guard let value = found.value else { return found.status.rawValue }
    return withExtendedLifetime(copy) {
        guard let members = value.memberCount else { return RESPONSES_E_INVALID }
        count?.pointee = members
        return RESPONSES_OK
    }
}

@_cdecl("responses_json_quote") @implementation
public func responses_json_quote(
    _ text: GivenText, _ n: Int, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
    _ needed: SizeOut
) -> Int32 {
    needed?.pointee = 0
    guard let text = input(text, n) else { return RESPONSES_E_INVALID }
    let quoted = JSONText.quote(text)
    guard let json = quoted.json else { return quoted.status.rawValue }
    return responses_copy_text(json.cString, json.count, buffer, capacity, needed)
}
