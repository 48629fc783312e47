package import Core

/// A value inside a ``JSONText``. Asking for what is not there gives nil, never an error.
package struct JSONValue: Sendable {
    let text: JSONText
    let index: Int

    private var node: JSONText.Node { text.nodes[index] }

    /// Whether it is an object.
    package var isObject: Bool { node.kind == .object }

    /// Whether it is `null`.
    package var isNull: Bool { node.kind == .null }

    /// The member called `key`; nil when there is none, or this is no object.
    package subscript(key: StaticString) -> JSONValue? {
        guard node.kind == .object else { return nil }
        let place = text.nodes.withUnsafeBufferPointer { nodes in
            text.bytes.withUnsafeBufferPointer { bytes in Self.member(key, of: index, nodes, bytes) }
        }
        return place.map { JSONValue(text: text, index: $0) }
    }

    /// Where the value of a member is. This is where most of the time of a stream goes: nothing is copied or counted.
    private static func member(
        _ key: StaticString, of object: Int, _ nodes: UnsafeBufferPointer<JSONText.Node>,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Int? {
        let (end, length, name) = (Int(nodes[object].next), key.utf8CodeUnitCount, key.utf8Start)
        var place = object + 1
        while place < end {
            let start = Int(nodes[place].start)
            if Int(nodes[place].end) - start == length {
                var offset = 0
                while offset < length, bytes[start + offset] == name[offset] { offset += 1 }
                if offset == length { return place + 1 }
            }
            place = Int(nodes[place + 1].next)
        }
        return nil
    }

    /// The first member among `keys` that is there and not `null`.
    package func first(_ keys: StaticString...) -> JSONValue? {
        for key in keys {
            if let value = self[key], !value.isNull { return value }
        }
        return nil
    }

    /// The elements of a list; nothing when this is none (`null` counts as an empty list).
    package var elements: [JSONValue] {
        guard node.kind == .array else { return [] }
        var (found, place): ([JSONValue], Int) = ([], index + 1)
        while place < Int(node.next) {
            found.append(JSONValue(text: text, index: place))
            place = Int(text.nodes[place].next)
        }
        return found
    }

    /// The text of a string or number; nil otherwise.
    package var string: String? {
        switch node.kind {
        case .string, .number:
            String(decoding: text.bytes[Int(node.start)..<Int(node.end)], as: UTF8.self)
        case .escapedString: unescaped
        case .object, .array, .yes, .no, .null: nil
        }
    }

    /// The text of a string or number; nil also when it is empty.
    package var nonEmpty: String? { string.flatMap { $0.isEmpty ? nil : $0 } }

    /// Whether this is the string or number `word`, upper and lower case alike.
    package func isWord(_ word: StaticString) -> Bool {
        guard node.kind == .string || node.kind == .number else { return false }
        let (start, length) = (Int(node.start), word.utf8CodeUnitCount)
        guard Int(node.end) - start == length else { return false }
        let letters = word.utf8Start
        return text.bytes.withUnsafeBufferPointer { bytes in
            for offset in 0..<length where lowered(bytes[start + offset]) != lowered(letters[offset]) { return false }
            return true
        }
    }

    /// Whether the text of this string holds `word` somewhere, upper and lower case alike.
    package func holds(_ word: StaticString) -> Bool {
        guard node.kind == .string else { return false }
        let (start, length, letters) = (Int(node.start), word.utf8CodeUnitCount, word.utf8Start)
        let places = Int(node.end) - start - length
        guard places >= 0 else { return false }
        return text.bytes.withUnsafeBufferPointer { bytes in
            (0...places).contains { place in
                (0..<length).allSatisfy { lowered(bytes[start + place + $0]) == lowered(letters[$0]) }
            }
        }
    }

    private func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// An exact number, from a string or a number; nil for everything else, the empty string and `null` included.
    package var decimal: FixedDecimal? {
        guard node.kind == .string || node.kind == .number else { return nil }
        return FixedDecimal(lenient: text.bytes[Int(node.start)..<Int(node.end)])
    }

    /// A whole number, from a string or a number.
    package var integer: Int64? {
        guard let units = decimal?.units, units % FixedDecimal.scale == 0 else { return nil }
        return Int64(exactly: units / FixedDecimal.scale)
    }

    /// A moment given in milliseconds since 1970.
    package var moment: Timestamp? { integer.flatMap { $0 > 0 ? Timestamp(milliseconds: $0) : nil } }

    /// `true`/`false`, also spelled `yes`/`no` or `1`/`0`, in any case.
    package var flag: Bool? {
        switch node.kind {
        case .yes: return true
        case .no: return false
        case .string, .number:
            if isWord("yes") || isWord("true") || isWord("1") { return true }
            return isWord("no") || isWord("false") || isWord("0") ? false : nil
        case .object, .array, .escapedString, .null: return nil
        }
    }

    private var unescaped: String {
        var units: [UInt16] = []
        var plain: [UInt8] = []
        var result = ""
        func flush() {
            if !plain.isEmpty { result += String(decoding: plain, as: UTF8.self) }
            if !units.isEmpty { result += String(decoding: units, as: UTF16.self) }
            (plain, units) = ([], [])
        }
        var place = Int(node.start)
        while place < Int(node.end) {
            let byte = text.bytes[place]
            place += 1
            guard byte == UInt8(ascii: "\\"), place < Int(node.end) else {
                if !units.isEmpty { flush() }
                plain.append(byte)
                continue
            }
            let mark = text.bytes[place]
            place += 1
            if mark == UInt8(ascii: "u"), let unit = hexadecimal(at: place) {
                if !plain.isEmpty { flush() }
                units.append(unit)
                place += 4
            } else {
                if !units.isEmpty { flush() }
                plain.append(Self.control[mark] ?? mark)
            }
        }
        flush()
        return result
    }

    private static let control: [UInt8: UInt8] = [
        UInt8(ascii: "n"): 0x0a, UInt8(ascii: "t"): 0x09, UInt8(ascii: "r"): 0x0d, UInt8(ascii: "b"): 0x08,
        UInt8(ascii: "f"): 0x0c,
    ]

    private func hexadecimal(at place: Int) -> UInt16? {
        guard place + 4 <= Int(node.end) else { return nil }
        return UInt16(String(decoding: text.bytes[place..<place + 4], as: UTF8.self), radix: 16)
    }
}
