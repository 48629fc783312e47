public import Core

/// What trading costs on the simulated exchange, in hundredths of a percent.
public struct ExchangeCosts: Hashable, Codable, Sendable {
    /// Fee of a fill that takes liquidity, as a share of its notional.
    public let takerFee: FixedDecimal
    /// Fee of a limit order that rested before it was filled; negative is a rebate.
    public let makerFee: FixedDecimal
    /// How far market and triggered fills are moved against us. Limit fills are never moved.
    public let slippage: FixedDecimal

    /// Costs in basis points.
    ///
    /// - Precondition: `slippage` is at least 0 and less than 10 000.
    public init(takerFee: FixedDecimal, makerFee: FixedDecimal, slippage: FixedDecimal) {
        precondition(slippage >= .zero && slippage < FixedDecimal(10_000), "slippage is 0 ..< 10 000 basis points")
        (self.takerFee, self.makerFee, self.slippage) = (takerFee, makerFee, slippage)
    }

    /// No fee, no slippage.
    public static let free = ExchangeCosts(takerFee: .zero, makerFee: .zero, slippage: .zero)
}

/// How much of an order the simulated exchange fills at a time.
public enum FillPolicy: Hashable, Codable, Sendable {
    /// All of it at once.
    case whole
    /// In a fixed number of parts, one every so often. Each part is the share of the order rounded up to the lot.
    case parts(Int, every: TimeSpan)
    /// At most this share (0 ... 1) of each bar's volume per symbol. The rest of a market or triggered order waits for
    /// the next bar's open; the rest of a limit order rests again.
    case shareOfVolume(FixedDecimal)
}

/// Everything that determines how the simulated exchange answers, besides its bars and orders.
public struct ExchangeConfiguration: Hashable, Sendable {
    /// The name it reports under.
    public let broker: BrokerName
    /// What can be traded.
    public let instruments: [Instrument]
    /// Cash at the start; currencies that are not listed start at zero.
    public let startingCash: [Currency: Money]
    /// Fees and slippage.
    public let costs: ExchangeCosts
    /// How long an order or a cancellation travels before it has its effect; not negative.
    public let latency: TimeSpan
    /// Whether orders are filled in parts.
    public let fillPolicy: FillPolicy
    /// How fills follow from bars.
    public let convention: FillConvention

    /// A configuration from its parts.
    ///
    /// - Precondition: symbols are unique, the latency is not negative, a number of parts is positive and their
    ///   spacing not negative, a share of volume is above 0 and at most 1.
    public init(
        broker: BrokerName = BrokerName("simulated"), instruments: [Instrument], startingCash: [Currency: Money] = [:],
        costs: ExchangeCosts = .free, latency: TimeSpan = .zero, fillPolicy: FillPolicy = .whole,
        convention: FillConvention = .pessimistic
    ) {
        precondition(Set(instruments.map(\.symbol)).count == instruments.count, "symbols are unique")
        precondition(latency >= .zero, "nothing arrives before it is sent")
        switch fillPolicy {
        case .whole: break
        case .parts(let count, let spacing): precondition(count > 0 && spacing >= .zero, "parts follow each other")
        case .shareOfVolume(let share): precondition(share > .zero && share <= .one, "a share is above 0, at most 1")
        }
        (self.broker, self.instruments, self.startingCash) = (broker, instruments, startingCash)
        (self.costs, self.latency, self.fillPolicy) = (costs, latency, fillPolicy)
        self.convention = convention
    }
}
