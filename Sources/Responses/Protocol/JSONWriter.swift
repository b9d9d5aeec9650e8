/// Writes JSON from pieces of JSON that stay as the server wrote them.
///
/// Numbers, escapes and unknown members come out byte for byte as they came in, which no parse and
/// print could promise.
package enum JSONWriter {
    /// A member that is written anew, by its name.
    package typealias Member = (name: StaticString, write: (inout ByteBuffer) -> Bool)

    /// Where an object is copied from: text, or text whose long strings are held elsewhere.
    package struct Source {
        package let object: JSONValue?
        package var held: HeldJSON?
        package var event: UnsafePointer<UInt8>?

        package init(
            _ object: JSONValue?, _ held: HeldJSON? = nil, _ event: UnsafePointer<UInt8>? = nil
        ) {
            self.object = object
            self.held = held
            self.event = event
        }

        /// What has been held of an object.
        package init(_ held: HeldJSON?, _ event: UnsafePointer<UInt8>?) {
            self.init(held?.value, held, event)
        }

        /// An object inside of this one.
        package func member(_ name: StaticString) -> Source {
            let value = object?.member(name)
            return Source(value?.kind == .object ? value : nil, held, event)
        }

        package func write(into out: inout ByteBuffer) -> Bool {
            guard let object else { return true }
            return copy(object.start, object.end, &out)
        }

        fileprivate func copy(
            _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ out: inout ByteBuffer
        ) -> Bool {
            if let held { return held.write(start, end, event, into: &out) }
            return out.append(start, end - start)
        }
    }

    /// Copies an object with some members replaced, or added at the end where they were missing. Without an
    /// object, makes one with those members alone. False when memory is out.
    package static func object(
        _ source: Source, replacing members: [Member], into out: inout ByteBuffer
    ) -> Bool {
        guard out.append(0x7B) else { return false }
        var isFine = true
        var isFirst = true
        var replaced = 0  // a bit each
        source.object?.forEach { name, value in
            guard let name else { return false }
            if !isFirst { isFine = isFine && out.append(0x2C) }
            isFirst = false
            isFine = isFine && out.append(name.start, name.count) && out.append(0x3A)
            for index in members.indices where name.isText(members[index].name) {
                isFine = isFine && members[index].write(&out)
                replaced |= 1 << index
                return isFine
            }
            isFine = isFine && source.copy(value.start, value.end, &out)
            return isFine
        }
        for index in members.indices where replaced & 1 << index == 0 {
            if !isFirst { isFine = isFine && out.append(0x2C) }
            isFirst = false
            isFine = isFine && self.name(members[index].name, into: &out)
            isFine = isFine && members[index].write(&out)
        }
        return isFine && out.append(0x7D)
    }

    package static func object(
        _ object: JSONValue?, replacing name: StaticString, into out: inout ByteBuffer,
        with write: @escaping (inout ByteBuffer) -> Bool
    ) -> Bool {
        self.object(Source(object), replacing: [(name, write)], into: &out)
    }

    /// A member's name and the colon.
    package static func name(_ name: StaticString, into out: inout ByteBuffer) -> Bool {
        out.append(0x22) && out.append(name) && out.append("\":")
    }

    /// Copies a value with null in place of NaN, Infinity and -Infinity, which JSON does not have. False when
    /// memory is out.
    package static func finite(_ value: JSONValue, into out: inout ByteBuffer) -> Bool {
        guard out.reserve(value.count) else { return false }
        var p = value.start
        while p < value.end {
            let byte = p.pointee
            var next = p + 1
            var isNotFinite = false
            if byte == 0x22 {
                var hasEscapes = false
                // safe: the text was checked, so that every string has an end.
                next = (JSONScanner.stringEnd(p + 1, &hasEscapes) ?? p) + 1
            } else if byte == 0x4E || byte == 0x49 || byte == 0x2D && p[1] == 0x49 {
                // N of NaN, I of Infinity, or the latter behind a minus
                next = p + (byte == 0x4E ? 3 : byte == 0x49 ? 8 : 9)
                isNotFinite = true
            }
            let isStored = isNotFinite ? out.append("null") : out.append(p, next - p)
            if !isStored { return false }
            p = next
        }
        return true
    }
}
