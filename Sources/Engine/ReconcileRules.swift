public import Core

/// How the books are kept equal to the venues.
public struct ReconcileRules: Hashable, Codable, Sendable {
    /// What happens to orders at a venue that are none of ours.
    public enum ForeignOrders: String, Codable, Sendable, CaseIterable {
        /// They are reported once and left alone.
        case keep
        /// They are cancelled.
        case cancel
    }

    /// Time between two readings of an account; nil reads only when asked to.
    public var interval: TimeSpan?
    /// A position that our orders do not explain has to be read twice, at least this far apart, before it is believed.
    public var confirmation: TimeSpan
    /// How far before the last reading executions are asked for again, because venues list them late.
    public var overlap: TimeSpan
    /// How far, in percent, the stop of an adopted position is from the price when no signal gave one.
    public var adoptedStopPercent: FixedDecimal
    /// What happens to orders that are none of ours.
    public var foreignOrders: ForeignOrders
    /// How far, in percent of the balance, money may be from what our executions explain.
    public var balanceTolerancePercent: FixedDecimal

    /// Rules from their parts; the defaults are 30 s, 2 s, 60 s, 5 %, foreign orders kept, 0.1 %.
    public init(
        interval: TimeSpan? = .seconds(30), confirmation: TimeSpan = .seconds(2), overlap: TimeSpan = .seconds(60),
        adoptedStopPercent: FixedDecimal = FixedDecimal(5), foreignOrders: ForeignOrders = .keep,
        balanceTolerancePercent: FixedDecimal = FixedDecimal(1).divided(by: FixedDecimal(10))
    ) {
        (self.interval, self.confirmation, self.overlap) = (interval, confirmation, overlap)
        (self.adoptedStopPercent, self.foreignOrders) = (adoptedStopPercent, foreignOrders)
        self.balanceTolerancePercent = balanceTolerancePercent
    }

    /// Only when an operator asks.
    public static let onRequest = ReconcileRules(interval: nil)

    /// For stored bars replayed through an exchange in this process: at the start, once a day of its time and when
    /// asked to (the loops ask at the end). Nothing can come between the books and an exchange that shares our memory,
    /// so a reading every 30 s would only slow a replay down and fill its journal; a daily one still proves that they
    /// agree.
    public static let replay = ReconcileRules(interval: .seconds(86_400))
}
