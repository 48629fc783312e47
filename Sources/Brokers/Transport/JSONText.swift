/// Why bytes are not a JSON text.
package struct JSONFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was expected.
    package let problem: String
    /// Where, counted in bytes from zero.
    package let offset: Int

    package var description: String { "not JSON at byte \(offset): \(problem)" }
}

/// A JSON text, read once into a flat list of nodes that point into its bytes.
///
/// Numbers keep their text, so that an amount never passes through a binary fraction. Nothing is copied until a value
/// is asked for, which is what makes a stream of many messages cheap.
package final class JSONText: Sendable {
    /// One value or key.
    struct Node {
        enum Kind: UInt8 {
            case object, array, string, escapedString, number, yes, no, null
        }

        let kind: Kind
        /// The first byte of a scalar's text, quotes not included.
        let start: Int32
        /// The byte behind a scalar's text.
        let end: Int32
        /// The node behind this one and everything in it.
        var next: Int32
    }

    /// Deeper nesting is refused: no venue sends it, and whoever does means harm.
    package static let depthLimit = 32

    let bytes: [UInt8]
    let nodes: [Node]

    /// Reads a text.
    ///
    /// - Throws: ``JSONFault``; it never traps, whatever the bytes.
    package init(_ bytes: [UInt8]) throws(JSONFault) {
        guard bytes.count < Int(Int32.max) else { throw JSONFault(problem: "a text this long", offset: 0) }
        self.bytes = bytes
        // A closure cannot throw typed errors through the standard library here: carry the result out instead.
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<[Node], JSONFault> in
            var reader = JSONReader(bytes: buffer)
            return reader.read()
        }
        nodes = try result.get()
    }

    /// The outermost value.
    package var root: JSONValue { JSONValue(text: self, index: 0) }
}

/// Goes over the bytes once.
private struct JSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    var place = 0
    var nodes: [JSONText.Node] = []
    /// The innermost open container; an open container's `next` is the one around it. None is -1.
    private var innermost = -1
    private var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        nodes.reserveCapacity(bytes.count / 8 + 4)
    }

    mutating func read() -> Result<[JSONText.Node], JSONFault> {
        do throws(JSONFault) {
            try value()
            while innermost >= 0 { try member() }
            skipBlanks()
            guard place == bytes.count else { throw fault("nothing behind the value") }
            return .success(nodes)
        } catch {
            return .failure(error)
        }
    }

    private func fault(_ problem: String) -> JSONFault { JSONFault(problem: problem, offset: place) }

    @inline(__always)
    private mutating func skipBlanks() {
        while place < bytes.count,
            bytes[place] == 0x20 || bytes[place] == 0x0a || bytes[place] == 0x0d
                || bytes[place] == 0x09
        { place += 1 }
    }

    /// Reads the next member of the innermost container, or its end.
    private mutating func member() throws(JSONFault) {
        let container = innermost
        let isObject = nodes[container].kind == .object
        skipBlanks()
        guard place < bytes.count else { throw fault("the end of a list or object") }
        if bytes[place] == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
            place += 1
            innermost = Int(nodes[container].next)
            nodes[container].next = Int32(nodes.count)
            depth -= 1
            return
        }
        if nodes.count > container + 1 {
            guard bytes[place] == UInt8(ascii: ",") else { throw fault("a comma") }
            place += 1
            skipBlanks()
        }
        if isObject {
            guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { throw fault("a key") }
            try string()
            skipBlanks()
            guard place < bytes.count, bytes[place] == UInt8(ascii: ":") else { throw fault("a colon") }
            place += 1
        }
        try value()
    }

    private mutating func value() throws(JSONFault) {
        skipBlanks()
        guard place < bytes.count else { throw fault("a value") }
        switch bytes[place] {
        case UInt8(ascii: "{"): try begin(.object)
        case UInt8(ascii: "["): try begin(.array)
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try literal("true", .yes)
        case UInt8(ascii: "f"): try literal("false", .no)
        case UInt8(ascii: "n"): try literal("null", .null)
        default: try number()
        }
    }

    private mutating func begin(_ kind: JSONText.Node.Kind) throws(JSONFault) {
        guard depth < JSONText.depthLimit else { throw fault("less nesting") }
        depth += 1
        append(kind, from: place, to: place)
        nodes[nodes.count - 1].next = Int32(innermost)
        innermost = nodes.count - 1
        place += 1
    }

    @inline(__always)
    private mutating func append(_ kind: JSONText.Node.Kind, from start: Int, to end: Int) {
        nodes.append(JSONText.Node(kind: kind, start: Int32(start), end: Int32(end), next: Int32(nodes.count + 1)))
    }

    private mutating func string() throws(JSONFault) {
        let (start, count) = (place + 1, bytes.count)
        // A local place: this loop sees every byte, and a field would be written back for each.
        var here = start
        var isEscaped = false
        while here < count {
            let byte = bytes[here]
            if byte == UInt8(ascii: "\"") {
                append(isEscaped ? .escapedString : .string, from: start, to: here)
                place = here + 1
                return
            }
            if byte == UInt8(ascii: "\\") {
                isEscaped = true
                here += 1
            }
            here += 1
        }
        place = count
        throw fault("the end of a string")
    }

    private mutating func literal(_ word: StaticString, _ kind: JSONText.Node.Kind) throws(JSONFault) {
        let end = place + word.utf8CodeUnitCount
        guard end <= bytes.count else { throw fault("a value") }
        for index in 0..<word.utf8CodeUnitCount where bytes[place + index] != word.utf8Start[index] {
            throw fault("a value")
        }
        append(kind, from: place, to: end)
        place = end
    }

    private mutating func number() throws(JSONFault) {
        let start = place
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                place += 1
            default:
                guard place > start else { throw fault("a value") }
                append(.number, from: start, to: place)
                return
            }
        }
        guard place > start else { throw fault("a value") }
        append(.number, from: start, to: place)
    }
}
