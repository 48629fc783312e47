/// Why a sweep cannot be made.
public enum SweepError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A side of the rule does not read as one; the text says how it should.
    case side(String)
    /// The sides make no pair, or too many.
    case pairs(String)
    /// The bars are too few to choose on and to hold some out.
    case bars(String)
    /// Somebody asked for a stop.
    case cancelled

    public var description: String {
        switch self {
        case .side(let what), .pairs(let what), .bars(let what): what
        case .cancelled: "stopped"
        }
    }
}
