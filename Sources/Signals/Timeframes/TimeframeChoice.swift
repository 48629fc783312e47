/// Whether a search looks at several timeframes; written as `off`, `on` or as weights.
public enum TimeframeChoice: Hashable, Codable, Sendable, CustomStringConvertible {
    /// It does not.
    case off
    /// It does, with the weights that are usual where it runs.
    case on
    /// It does, with these weights.
    case weights(TimeframeWeights)

    /// Reads `off`, `on` or `15m=.40,1h=.25,...`.
    ///
    /// - Throws: ``TimeframeWeightsError`` naming what is wrong.
    public init(_ text: String) throws(TimeframeWeightsError) {
        switch text {
        case "off": self = .off
        case "on": self = .on
        default: self = .weights(try TimeframeWeights(text))
        }
    }

    /// The weights to search with, or nil for none.
    public func weights(usual: TimeframeWeights) -> TimeframeWeights? {
        switch self {
        case .off: nil
        case .on: usual
        case .weights(let weights): weights
        }
    }

    /// Reads the text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(container.decode(String.self))
        } catch let error as TimeframeWeightsError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    public var description: String {
        switch self {
        case .off: "off"
        case .on: "on"
        case .weights(let weights): weights.description
        }
    }
}
