/// A JSON value that keeps the order of members and the difference between `1` and `1.0`, so that
/// what a client sent comes back as it was sent and the same request gives the same bytes.
enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    /// A number with a fraction or exponent, or too large for an integer, as written.
    case decimal(String)
    case string(String)
    case array([JSON])
    case object(JSONObject)

    /// JSON has no infinity; what is none becomes zero.
    static func number(_ value: Double) -> JSON { .decimal("\(value.isFinite ? value : 0)") }

    static func optional(_ text: String?) -> JSON {
        guard let text else { return .null }
        return .string(text)
    }

    var string: String? {
        if case .string(let value) = self { return value }
        return nil
    }

    var integer: Int? {
        switch self {
        case .integer(let value): return value
        case .decimal(let text):
            guard let value = Double(text), value.rounded() == value, abs(value) < 9e15 else {
                return nil
            }
            return Int(value)
        default: return nil
        }
    }

    var number: Double? {
        switch self {
        case .integer(let value): return Double(value)
        case .decimal(let text): return Double(text)
        default: return nil
        }
    }

    var bool: Bool? {
        if case .bool(let value) = self { return value }
        return nil
    }

    var array: [JSON]? {
        if case .array(let value) = self { return value }
        return nil
    }

    var object: JSONObject? {
        if case .object(let value) = self { return value }
        return nil
    }

    var isNull: Bool { self == .null }

    /// The member of an object; nil for everything else.
    subscript(key: String) -> JSON? {
        if case .object(let object) = self { return object[key] }
        return nil
    }

    /// Replaces or appends a member; does nothing to a value that is not an object.
    mutating func set(_ key: String, _ value: JSON) {
        guard case .object(var object) = self else { return }
        object[key] = value
        self = .object(object)
    }

    mutating func remove(_ key: String) {
        guard case .object(var object) = self else { return }
        object[key] = nil
        self = .object(object)
    }
}

/// The members of an object in the order they were written.
struct JSONObject: Equatable, Sendable {
    private(set) var members: [Member] = []

    struct Member: Equatable, Sendable {
        var key: String
        var value: JSON
    }

    var keys: [String] { members.map(\.key) }
    var count: Int { members.count }
    var isEmpty: Bool { members.isEmpty }

    subscript(key: String) -> JSON? {
        get { members.first { $0.key == key }?.value }
        set {
            let index = members.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Appends without looking for an earlier member of that name.
    mutating func append(_ key: String, _ value: JSON) {
        members.append(Member(key: key, value: value))
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    init(dictionaryLiteral elements: (String, JSON)...) {
        members = elements.map { Member(key: $0.0, value: $0.1) }
    }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
    ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByStringInterpolation
{
    init(dictionaryLiteral elements: (String, JSON)...) {
        var object = JSONObject()
        for (key, value) in elements { object.append(key, value) }
        self = .object(object)
    }

    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(nilLiteral: ()) { self = .null }
}
