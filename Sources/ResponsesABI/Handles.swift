import CPlatform
import Responses

/// What a handle of the header stands for; the numbers are only to tell them apart.
enum HandleKind: UInt32 {
    case error = 0x4552_524F
    case client = 0x434C_4945
    case response = 0x5245_5350
    case event = 0x4556_4E54
    case call = 0x4341_4C4C
    case keyRequest = 0x4B45_5953
    case session = 0x5345_5353
    case tools = 0x544F_4F4C
    case toolCall = 0x5443_414C
    case attempt = 0x4154_544D
    case source = 0x534F_5552
}

/// Handles to objects and back. A handle keeps its object alive, and so does every thread that is inside.
enum Handle {
    typealias Cell = UnsafeMutablePointer<platform_handle>
    typealias Close = @convention(c) (UnsafeMutableRawPointer) -> Void

    /// `close` ends the object when the handle was freed and nobody is inside any more.
    static func make(
        _ kind: HandleKind, _ object: AnyObject, extra: UnsafeMutableRawPointer? = nil,
        isBorrowed: Bool = false,
        close: Close = { Unmanaged<AnyObject>.fromOpaque($0).release() }
    ) -> OpaquePointer? {
        let retained = Unmanaged.passRetained(object)
        guard
            let cell = platform_handle_new(
                kind.rawValue, retained.toOpaque(), close, extra, isBorrowed ? 1 : 0)
        else {
            retained.release()
            return nil
        }
        return OpaquePointer(cell)
    }

    /// The error that is there when there is no memory for one: any number may have it at a time, and it
    /// is never freed.
    static var outOfMemory: OpaquePointer {
        OpaquePointer(platform_handle_spare(HandleKind.error.rawValue))
    }

    static func isOutOfMemory(_ error: OpaquePointer?) -> Bool {
        let cell = platform_handle_find(UnsafeRawPointer(error), HandleKind.error.rawValue)
        return cell != nil && cell?.pointee.object == nil
    }

    /// The object of a live handle; nil for NULL, a freed handle or a foreign pointer. Nothing keeps it
    /// from being freed by another thread: for what has one user at a time, who frees it too.
    @inline(__always)
    static func object<Object: AnyObject>(
        _ handle: OpaquePointer?, _ kind: HandleKind, as type: Object.Type
    ) -> Unmanaged<Object>? {
        guard let cell = platform_handle_find(UnsafeRawPointer(handle), kind.rawValue),
            let object = cell.pointee.object
        else { return nil }
        return Unmanaged<Object>.fromOpaque(object)
    }

    /// The object behind a handle that this thread is inside of.
    @inline(__always)
    static func inside<Object: AnyObject>(_ cell: Cell, as type: Object.Type) -> Unmanaged<Object> {
        // safe: a cell that one can be inside of has its object.
        Unmanaged.fromOpaque(cell.pointee.object.unsafelyUnwrapped)
    }

    /// Frees a handle. The object goes with it, or with the last thread that is inside.
    static func free(_ handle: OpaquePointer?, _ kind: HandleKind, evenBorrowed: Bool = false) {
        guard let cell = end(handle, kind, evenBorrowed: evenBorrowed) else { return }
        platform_handle_leave(cell, platform_share_visit)
    }

    /// The first half of that: the handle is none any more, and this thread is inside. Nil when it
    /// was no handle of the caller's own.
    static func end(_ handle: OpaquePointer?, _ kind: HandleKind, evenBorrowed: Bool = false)
        -> Cell?
    {
        platform_handle_end(UnsafeMutableRawPointer(handle), kind.rawValue, evenBorrowed ? 1 : 0)
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
