public import Core

/// What the world outside the venues looked like at one moment.
public struct RegimeReading: Hashable, Codable, Sendable {
    /// When it was measured.
    public let at: Timestamp
    /// How far the dollar index moved over the last day, in percent; nil when it is not known.
    public let dollarIndexChange: FixedDecimal?
    /// How far bitcoin's share of the market moved over the last day, in percent; nil when it is not known.
    public let bitcoinDominanceChange: FixedDecimal?
    /// The next meeting of the Federal Open Market Committee; nil when it is not known.
    public let nextMeeting: Timestamp?
    /// Why the feed could not be read, if it could not.
    public let fault: String?

    /// A reading from its parts.
    public init(
        at: Timestamp, dollarIndexChange: FixedDecimal? = nil, bitcoinDominanceChange: FixedDecimal? = nil,
        nextMeeting: Timestamp? = nil, fault: String? = nil
    ) {
        (self.at, self.dollarIndexChange) = (at, dollarIndexChange)
        (self.bitcoinDominanceChange, self.nextMeeting, self.fault) = (bitcoinDominanceChange, nextMeeting, fault)
    }
}
