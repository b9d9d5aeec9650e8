import CPlatform

/// Compares JSON as values: the order of members and the writing of strings and numbers do not matter. In a
/// recorded string "***" stands for any text, as a secret was there.
enum JSONDifference {
    /// Where the values differ first, as a JSON pointer, and in what way; nil: they are equal.
    static func find(recorded: JSONValue, given: JSONValue) -> Place? {
        var place = Place()
        return isEqual(recorded, given, &place) ? nil : place
    }

    struct Place {
        var pointer: [UInt8] = []
        var isOnlyRecorded = false
        var isOnlyGiven = false
    }

    private static func isEqual(_ a: JSONValue, _ b: JSONValue, _ place: inout Place) -> Bool {
        guard a.kind == b.kind else { return false }
        switch a.kind {
        case .null, .true, .false: return true
        case .number: return equal(a.raw, b.raw) || Decimal(a.raw) == Decimal(b.raw)
        case .string: return isEqualText(a, b)
        case .array: return isEqualArray(a, b, &place)
        case .object: return isEqualObject(a, b, &place)
        }
    }

    private static func isEqualText(_ a: JSONValue, _ b: JSONValue) -> Bool {
        if equal(a.rawText, b.rawText) { return true }
        guard let first = JSONText.text(a), let second = JSONText.text(b) else { return false }
        return Pattern.matches(first.buffer, second.buffer)
    }

    private static func isEqualArray(_ a: JSONValue, _ b: JSONValue, _ place: inout Place) -> Bool {
        var first = JSONMembers(of: a)
        var second = JSONMembers(of: b)
        let outer = place.pointer.count
        var index: Int64 = 0
        while true {
            let (hasFirst, hasSecond) = (first.next(), second.next())
            if !hasFirst && !hasSecond { return true }
            place.pointer.append(0x2F)
            place.pointer += decimal(index)
            if !hasFirst || !hasSecond {
                place.isOnlyRecorded = hasFirst
                place.isOnlyGiven = hasSecond
                return false
            }
            if !isEqual(first.value, second.value, &place) { return false }
            place.pointer.removeLast(place.pointer.count - outer)
            index += 1
        }
    }

    private static func isEqualObject(_ a: JSONValue, _ b: JSONValue, _ place: inout Place) -> Bool
    {
        let (first, second) = (members(a), members(b))
        let outer = place.pointer.count
        func enter(_ name: Text) {
            place.pointer.append(0x2F)
            for byte in name.buffer {
                switch byte {
                case 0x7E: place.pointer += [0x7E, 0x30]
                case 0x2F: place.pointer += [0x7E, 0x31]
                default: place.pointer.append(byte)
                }
            }
        }
        for (name, value) in second {
            enter(name)
            guard let other = last(first, name) else {
                place.isOnlyGiven = true
                return false
            }
            if !isEqual(other, value, &place) { return false }
            place.pointer.removeLast(place.pointer.count - outer)
        }
        for (name, _) in first where last(second, name) == nil {
            enter(name)
            place.isOnlyRecorded = true
            return false
        }
        return true
    }

    private static func members(_ object: JSONValue) -> [(name: Text, value: JSONValue)] {
        var list: [(name: Text, value: JSONValue)] = []
        object.forEach { name, value in
            if let name, let text = JSONText.text(name) { list.append((text, value)) }
            return true
        }
        return list
    }

    /// Of several of that name the last, as other readers of JSON take it.
    private static func last(_ list: [(name: Text, value: JSONValue)], _ name: Text) -> JSONValue? {
        list.last { equal($0.name.buffer, name.buffer) }?.value
    }
}

/// Text in which "***" stands for any other.
enum Pattern {
    static func matches(_ pattern: Input, _ text: Input) -> Bool {
        var (p, t) = (0, 0)
        // Where the last stars were, and what of the text they stood for by then.
        var star = -1
        var taken = 0
        while t < text.count {
            if isStars(pattern, p) {
                star = p
                taken = t
                p += 3
            } else if p < pattern.count && pattern[p] == text[t] {
                p += 1
                t += 1
            } else if star >= 0 {
                taken += 1
                p = star + 3
                t = taken
            } else {
                return false
            }
        }
        while isStars(pattern, p) { p += 3 }
        return p == pattern.count
    }

    private static func isStars(_ text: Input, _ index: Int) -> Bool {
        index + 2 < text.count && text[index] == 0x2A && text[index + 1] == 0x2A
            && text[index + 2] == 0x2A
    }
}

/// A number of JSON, however it is written: its digits without zeros around them, and their power of ten.
struct Decimal: Equatable {
    private var isNegative = false
    private var digits: [UInt8] = []
    private var exponent: Int64 = 0

    init(_ text: Input) {
        var index = 0
        if index < text.count && text[index] == 0x2D {
            isNegative = true
            index += 1
        }
        var isFraction = false
        while index < text.count {
            let byte = text[index]
            if byte == 0x2E {
                isFraction = true
            } else if byte >= 0x30 && byte <= 0x39 {
                digits.append(byte)
                if isFraction { exponent &-= 1 }
            } else {
                break
            }
            index += 1
        }
        if index < text.count && text[index] | 0x20 == 0x65 {
            let rest = Input(rebasing: text[(index + 1)...].drop { $0 == 0x2B })
            exponent &+= Decimal.whole(rest)
        }
        while digits.last == 0x30 {
            digits.removeLast()
            exponent &+= 1
        }
        let zeros = digits.prefix { $0 == 0x30 }.count
        digits.removeFirst(zeros)
        if digits.isEmpty {
            exponent = 0
            isNegative = false
        }
    }

    private static func whole(_ text: Input) -> Int64 {
        var value: Int64 = 0
        var isNegative = false
        for byte in text {
            if byte == 0x2D { isNegative = true }
            guard byte >= 0x30, byte <= 0x39, value < 1_000_000_000 else { continue }
            value = value * 10 + Int64(byte - 0x30)
        }
        return isNegative ? -value : value
    }

    static func == (_ a: Decimal, _ b: Decimal) -> Bool {
        a.isNegative == b.isNegative && a.exponent == b.exponent
            && a.digits.elementsEqual(b.digits)
    }

    /// So many millionths; what is negative is 0, and what is too large the most.
    static func millionths(_ text: Input) -> UInt64 {
        let number = Decimal(text)
        if number.isNegative { return 0 }
        var value: UInt64 = 0
        var place = number.exponent &+ Int64(number.digits.count)
        for index in 0..<64 {
            // Digits in front of the sixth place behind the point.
            place &-= 1
            if place < -6 { break }
            let digit = index < number.digits.count ? UInt64(number.digits[index] &- 0x30) : 0
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return UInt64.max / 4 }
            let (sum, isTooLarge) = product.addingReportingOverflow(digit)
            if isTooLarge { return UInt64.max / 4 }
            value = sum
        }
        return min(value, UInt64.max / 4)
    }
}
