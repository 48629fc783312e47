extension Wire {
    /// Reads a JSON text; nil when it is none, or nested deeper than 32 levels. Never traps.
    package init?(json bytes: some Collection<UInt8>) {
        var reader = WireReader(bytes: Array(bytes))
        guard let value = reader.value(depth: 0) else { return nil }
        reader.skipBlanks()
        guard reader.isAtEnd else { return nil }
        self = value
    }
}

private struct WireReader {
    let bytes: [UInt8]
    var place = 0

    var isAtEnd: Bool { place == bytes.count }

    mutating func skipBlanks() {
        while place < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[place]) { place += 1 }
    }

    mutating func value(depth: Int) -> Wire? {
        skipBlanks()
        guard depth < 32, place < bytes.count else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return list(depth: depth)
        case UInt8(ascii: "\""): return string().map(Wire.text)
        case UInt8(ascii: "t"): return word("true", .flag(true))
        case UInt8(ascii: "f"): return word("false", .flag(false))
        case UInt8(ascii: "n"): return word("null", .null)
        default: return number()
        }
    }

    private mutating func take(_ mark: Character) -> Bool {
        skipBlanks()
        guard place < bytes.count, bytes[place] == mark.asciiValue else { return false }
        place += 1
        return true
    }

    private mutating func object(depth: Int) -> Wire? {
        place += 1
        var members: [Wire.Member] = []
        if take("}") { return .object([]) }
        repeat {
            skipBlanks()
            guard place < bytes.count, bytes[place] == UInt8(ascii: "\""), let key = string(), take(":"),
                let value = value(depth: depth + 1)
            else { return nil }
            members.append(Wire.Member(key: key, value: value))
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    private mutating func list(depth: Int) -> Wire? {
        place += 1
        var elements: [Wire] = []
        if take("]") { return .list([]) }
        repeat {
            guard let value = value(depth: depth + 1) else { return nil }
            elements.append(value)
        } while take(",")
        return take("]") ? .list(elements) : nil
    }

    private mutating func word(_ word: String, _ value: Wire) -> Wire? {
        guard bytes[place...].starts(with: word.utf8) else { return nil }
        place += word.utf8.count
        return value
    }

    private mutating func number() -> Wire? {
        let start = place
        while place < bytes.count, "0123456789+-.eE".utf8.contains(bytes[place]) { place += 1 }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        return Double(text) == nil ? nil : .number(text)
    }

    private mutating func string() -> String? {
        place += 1
        var units: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = escape() else { return nil }
                units += escaped
            case 0..<0x20: return nil
            default: units.append(byte)
            }
        }
        return nil
    }

    private mutating func escape() -> [UInt8]? {
        guard place < bytes.count else { return nil }
        let mark = bytes[place]
        place += 1
        switch mark {
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "u"):
            guard let high = unit() else { return nil }
            guard (0xd800..<0xdc00).contains(high) else { return Unicode.Scalar(high).map { Array(String($0).utf8) } }
            guard bytes[place...].starts(with: "\\u".utf8) else { return nil }
            place += 2
            guard let low = unit() else { return nil }
            return Array(String(decoding: [UInt16(high), UInt16(low)], as: UTF16.self).utf8)
        default: return [mark]
        }
    }

    private mutating func unit() -> UInt32? {
        guard place + 4 <= bytes.count else { return nil }
        let digits = String(decoding: bytes[place..<place + 4], as: UTF8.self)
        place += 4
        return UInt32(digits, radix: 16)
    }
}
