/// What bars alone do not say about a fill. The default is the pessimistic reading, which is also the one of the
/// strategies' reference evaluation; the others make results comparable with other backtesters.
public struct FillConvention: Hashable, Codable, Sendable {
    /// When a market order that is sent between a bar's close and the next open is filled.
    public enum BetweenBars: String, Codable, Sendable, CaseIterable {
        /// At the next open.
        case nextOpen
        /// At once, at the close. An order sent at the last close is filled as well.
        case lastClose
    }

    /// Which extreme of a bar comes first while a position is held.
    public enum FirstExtreme: String, Codable, Sendable, CaseIterable {
        /// The one against the position, so that a stop is met before a take-profit.
        case adverse
        /// The one in favour of the position, so that a take-profit is met before a stop.
        case favourable
    }

    /// What a stop or a take-profit gets when the market opens beyond it.
    public enum Gapped: String, Codable, Sendable, CaseIterable {
        /// The open: worse than the level for a stop, better for a take-profit.
        case open
        /// Its level.
        case level
    }

    /// See ``BetweenBars``.
    public let betweenBars: BetweenBars
    /// See ``FirstExtreme``.
    public let firstExtreme: FirstExtreme
    /// What a stop gets when the market opens beyond it.
    public let gappedStop: Gapped
    /// What a take-profit gets when the market opens beyond it.
    public let gappedTakeProfit: Gapped

    /// A convention from its parts.
    public init(
        betweenBars: BetweenBars = .nextOpen, firstExtreme: FirstExtreme = .adverse,
        gappedStop: Gapped = .open, gappedTakeProfit: Gapped = .open
    ) {
        (self.betweenBars, self.firstExtreme) = (betweenBars, firstExtreme)
        (self.gappedStop, self.gappedTakeProfit) = (gappedStop, gappedTakeProfit)
    }

    /// Nothing is known before it could be traded, and what is unknown goes against us.
    public static let pessimistic = FillConvention()
}
