import FoundationEssentials

/// A header's JSON as a tree of keys, to name the one that does not belong.
indirect enum HeaderTree: Decodable {
    case object([String: HeaderTree])
    case list([HeaderTree])
    case leaf

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // Most values are numbers and texts; each wrong guess costs the decoder an error with a stack trace.
        if (try? container.decode(Double.self)) != nil || (try? container.decode(String.self)) != nil {
            self = .leaf
        } else if let object = try? container.decode([String: HeaderTree].self) {
            self = .object(object)
        } else if let list = try? container.decode([HeaderTree].self) {
            self = .list(list)
        } else {
            self = .leaf
        }
    }

    /// The path of the first key, in sorted order, that `data` has and the JSON of `header` has not.
    static func firstUnknownKey(in data: Data, comparedWith header: ArtifactHeader) throws(ArtifactError) -> String? {
        let known = try ArtifactFormat.json(header)
        if known.elementsEqual(data) { return nil }
        let decoder = JSONDecoder()
        guard let found = try? decoder.decode(HeaderTree.self, from: data),
            let expected = try? decoder.decode(HeaderTree.self, from: Data(known))
        else { throw .unreadableHeader("not JSON") }
        return found.firstKey(missingIn: expected)
    }

    private func firstKey(missingIn other: HeaderTree) -> String? {
        switch (self, other) {
        case (.object(let mine), .object(let theirs)):
            for (key, value) in mine.sorted(by: { $0.key < $1.key }) {
                guard let counterpart = theirs[key] else { return key }
                if let rest = value.firstKey(missingIn: counterpart) { return "\(key).\(rest)" }
            }
        case (.list(let mine), .list(let theirs)):
            for (index, pair) in zip(mine, theirs).enumerated() {
                if let rest = pair.0.firstKey(missingIn: pair.1) { return "\(index).\(rest)" }
            }
        default: break
        }
        return nil
    }
}
