public import Core

/// How far a trailing stop stays behind the best price.
public enum TrailingDistance: Hashable, Codable, Sendable {
    /// In percent of the best price.
    case percent(FixedDecimal)
    /// In units of the price.
    case price(Price)

    /// The level this far behind `best`, towards a loss; not on the tick grid yet.
    package func level(behind best: Price, isLong: Bool) -> Price {
        let distance =
            switch self {
            case .percent(let share): Price(best.value.share(share, of: FixedDecimal(100)))
            case .price(let distance): distance
            }
        return isLong ? best - distance : best + distance
    }
}

/// One step of a take-profit ladder.
public struct LadderRung: Hashable, Codable, Sendable {
    /// How far, in percent of the entry price, the price must have moved in favour.
    public let percent: FixedDecimal
    /// How much of the position it takes, in percent of its largest size.
    public let share: FixedDecimal

    /// A rung from its parts.
    ///
    /// - Precondition: both are positive and `share` is at most 100.
    public init(percent: FixedDecimal, share: FixedDecimal) {
        precondition(percent > .zero && share > .zero && share <= FixedDecimal(100), "a rung takes a part at a profit")
        (self.percent, self.share) = (percent, share)
    }
}

/// How positions are protected besides the stop and take-profit that their signal gives.
public struct ProtectionRules: Hashable, Codable, Sendable {
    /// The farthest a stop may be from the price of the decision, in percent; also the stop of a signal without one.
    public var hardStopPercent: FixedDecimal?
    /// Moves the stop behind the best price seen.
    public var trailing: TrailingDistance?
    /// Moves the stop to entry plus fees once the price has moved this far in favour, in percent.
    public var breakEvenPercent: FixedDecimal?
    /// Takes profit in steps, nearest first; what it leaves is for the signal's own take-profit.
    public var ladder: [LadderRung]
    /// Closes a position that is older than this.
    public var maximumHolding: TimeSpan?
    /// A stop whose level was passed for so long and that still stands is cancelled and closed at market.
    public var escalateAfter: TimeSpan
    /// A native stop that follows the price is changed at most this often; in between we watch its new level.
    public var amendSpacing: TimeSpan
    /// Whether the price alone moves a stop.
    @inline(__always) var movesStop: Bool { trailing != nil || breakEvenPercent != nil }
    /// Each day a desk may be without protection as if its whole budget were for so long; more moves the engine to
    /// `reducing`. Nil does not.
    public var exposureBudget: TimeSpan?

    /// Rules from their parts; the defaults protect by the signal's own levels alone, escalate after 3 s and allow 60 s
    /// of the whole budget a day.
    ///
    /// - Precondition: the shares of the ladder are at most 100 in sum.
    public init(
        hardStopPercent: FixedDecimal? = nil, trailing: TrailingDistance? = nil,
        breakEvenPercent: FixedDecimal? = nil, ladder: [LadderRung] = [], maximumHolding: TimeSpan? = nil,
        escalateAfter: TimeSpan = .seconds(3), amendSpacing: TimeSpan = .seconds(1),
        exposureBudget: TimeSpan? = .seconds(60)
    ) {
        precondition(
            ladder.reduce(FixedDecimal.zero) { $0 + $1.share } <= FixedDecimal(100), "a ladder takes at most everything"
        )
        (self.hardStopPercent, self.trailing, self.breakEvenPercent) = (hardStopPercent, trailing, breakEvenPercent)
        (self.ladder, self.maximumHolding) = (ladder.sorted { $0.percent < $1.percent }, maximumHolding)
        (self.escalateAfter, self.amendSpacing) = (escalateAfter, amendSpacing)
        self.exposureBudget = exposureBudget
    }
}

/// How entries and exits are ordered.
public struct OrderRules: Hashable, Codable, Sendable {
    /// Entries are limit orders this far, in percent, on our side of the last price; nil orders at market.
    public var entryLimitPercent: FixedDecimal?
    /// Exits that a signal asks for are limit orders this far on our side; nil orders at market. Stops never are.
    public var exitLimitPercent: FixedDecimal?
    /// A limit order that stands longer is cancelled, and what is left of it ordered at market.
    public var escalateAfter: TimeSpan
    /// An order that was filled in part and got nothing more for so long is cancelled and settled at what it got.
    public var settleAfter: TimeSpan
    /// So often an order may be sent under its one name when it provably never left, or when the venue never heard of
    /// it and refuses a second one of its name.
    public var attempts: Int

    /// Rules from their parts; the defaults order at market, escalate after 10 s, settle after 60 s and send three
    /// times.
    public init(
        entryLimitPercent: FixedDecimal? = nil, exitLimitPercent: FixedDecimal? = nil,
        escalateAfter: TimeSpan = .seconds(10), settleAfter: TimeSpan = .seconds(60), attempts: Int = 3
    ) {
        (self.entryLimitPercent, self.exitLimitPercent) = (entryLimitPercent, exitLimitPercent)
        (self.escalateAfter, self.settleAfter, self.attempts) = (escalateAfter, settleAfter, attempts)
    }

    /// Where an order of `side` is placed when the price is `last`; market without a limit.
    package func kind(_ percent: FixedDecimal?, _ side: Side, last: Price?, of instrument: Instrument) -> OrderKind {
        guard let percent, let last, last > .zero else { return .market }
        let distance = Price(last.value.share(percent, of: FixedDecimal(100)))
        let price =
            side == .buy
            ? instrument.onTick(last - distance, rounding: .floor)
            : instrument.onTick(last + distance, rounding: .ceiling)
        return price > .zero ? .limit(price) : .market
    }
}
