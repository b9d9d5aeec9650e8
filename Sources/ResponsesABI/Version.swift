import CPlatform
import CResponses
import Responses

@_cdecl("responses_version") @implementation
public func responses_version() -> UnsafePointer<CChar>? { staticText(RESPONSES_VERSION_TEXT) }

private let RESPONSES_VERSION_TEXT: StaticString = "0.1.0"

@_cdecl("responses_version_number") @implementation
public func responses_version_number() -> UInt32 { UInt32(RESPONSES_VERSION_NUMBER) }

@_cdecl("responses_abi_version") @implementation
public func responses_abi_version() -> UInt32 { UInt32(RESPONSES_ABI_VERSION) }

@_cdecl("responses_build_info") @implementation
public func responses_build_info() -> UnsafePointer<CChar>? {
    platform_once(&buildInfoIsMade) {
        // Lives as long as the process, like the answer.
        buildInfo = BuildInfo.json().map { Unmanaged.passRetained($0) }
    }
    return buildInfo?._withUnsafeGuaranteedRef { $0.cString } ?? emptyText
}

nonisolated(unsafe) private var buildInfoIsMade: Int32 = 0
nonisolated(unsafe) private var buildInfo: Unmanaged<Text>?

/// Text that was compiled in, for the caller: it ends in NUL.
func staticText(_ text: StaticString) -> UnsafePointer<CChar> {
    UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}
