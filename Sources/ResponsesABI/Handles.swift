import CPlatform
import Responses

/// What a handle of the header stands for; the numbers are only to tell them apart.
enum HandleKind: UInt32 {
    case error = 0x4552_524F
    case client = 0x434C_4945
    case response = 0x5245_5350
    case event = 0x4556_4E54
    case call = 0x4341_4C4C
}

/// Handles to objects and back. A handle keeps its object alive.
enum Handle {
    static func make(
        _ kind: HandleKind, _ object: AnyObject, extra: UnsafeMutableRawPointer? = nil,
        isBorrowed: Bool = false
    ) -> OpaquePointer? {
        let retained = Unmanaged.passRetained(object)
        guard
            let cell = platform_handle_new(
                kind.rawValue, retained.toOpaque(), extra, isBorrowed ? 1 : 0)
        else {
            retained.release()
            return nil
        }
        return OpaquePointer(cell)
    }

    /// The object of a live handle; nil for NULL, a freed handle or a foreign pointer.
    @inline(__always)
    static func object<Object: AnyObject>(
        _ handle: OpaquePointer?, _ kind: HandleKind, as type: Object.Type
    ) -> Unmanaged<Object>? {
        guard let cell = platform_handle_find(UnsafeRawPointer(handle), kind.rawValue),
            let object = cell.pointee.object
        else { return nil }
        return Unmanaged<Object>.fromOpaque(object)
    }

    /// What goes with the handle for signal handlers.
    @inline(__always)
    static func extra(_ handle: OpaquePointer?, _ kind: HandleKind) -> UnsafeMutableRawPointer? {
        platform_handle_find(UnsafeRawPointer(handle), kind.rawValue)?.pointee.extra
    }

    /// Ends a handle of the caller's own; nil when it is none. The object is the caller's to release.
    static func end<Object: AnyObject>(
        _ handle: OpaquePointer?, _ kind: HandleKind, as type: Object.Type,
        evenBorrowed: Bool = false
    ) -> Unmanaged<Object>? {
        platform_handle_end(
            UnsafeMutableRawPointer(handle), kind.rawValue, evenBorrowed ? 1 : 0
        ).map { Unmanaged<Object>.fromOpaque($0) }
    }

    /// Puts another object behind a handle; the old one is released.
    static func replace(_ handle: OpaquePointer, _ kind: HandleKind, with object: AnyObject) {
        guard let cell = platform_handle_find(UnsafeRawPointer(handle), kind.rawValue) else {
            return
        }
        let old = cell.pointee.object
        cell.pointee.object = Unmanaged.passRetained(object).toOpaque()
        if let old { Unmanaged<AnyObject>.fromOpaque(old).release() }
    }
}
