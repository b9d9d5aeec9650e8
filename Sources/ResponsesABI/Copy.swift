import CPlatform
import CResponses
import Responses

@_cdecl("responses_copy_text") @implementation
public func responses_copy_text(
    _ text: UnsafePointer<CChar>?, _ len: Int, _ buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let text = input(text, len), capacity >= 0, buffer != nil || capacity == 0 else {
        needed?.pointee = 0
        return RESPONSES_E_INVALID
    }
    needed?.pointee = text.count &+ 1
    guard let buffer, capacity > 0 else { return RESPONSES_E_RANGE }
    let count = min(text.count, capacity - 1)
    if let start = text.baseAddress { memcpy(buffer, start, count) }
    buffer[count] = 0
    return count == text.count ? RESPONSES_OK : RESPONSES_E_RANGE
}
