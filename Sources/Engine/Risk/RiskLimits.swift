public import Core

/// What the risk gate lets pass. A limit that is nil is not checked; `docs/risk.md` explains each.
public struct RiskLimits: Hashable, Codable, Sendable {
    /// Largest value of one order.
    public var maxOrderNotional: MoneyLimit?
    /// Largest value of a position after the order.
    public var maxPositionNotional: MoneyLimit?
    /// Largest quantity of one order.
    public var maxQuantity: Quantity?
    /// Largest value of everything held in a currency, as a multiple of the equity in it.
    public var maxLeverage: FixedDecimal?
    /// Assets that share a limit.
    public var correlation: CorrelationGroups?
    /// How far, in percent, the price may be from the last bar's close, and a limit price from the last price.
    public var priceCollarPercent: FixedDecimal?
    /// How wide, in percent of the middle, the spread may be.
    public var spreadPercent: FixedDecimal?
    /// How much worse, in percent, than the price seen an entry may be filled: before it is sent by the quote, and
    /// afterwards by its executions.
    public var slippagePercent: FixedDecimal?
    /// For so long an entry that slipped too far keeps the next one back.
    public var slippageHold: TimeSpan?
    /// A price or quote older than this is no basis for an entry.
    public var stalePriceAfter: TimeSpan?
    /// A signal row older than this is not acted on any more.
    public var signalExpiresAfter: TimeSpan?
    /// How far a venue's clock may be from ours.
    public var maxClockSkew: TimeSpan?
    /// The least time between two opening orders of one asset.
    public var cooldown: TimeSpan?
    /// So many opening orders in any five minutes, over all assets.
    public var ordersPerFiveMinutes: Int?
    /// So many opening orders in a UTC day, over all assets.
    public var ordersPerDay: Int?
    /// The value of the opening orders of any five minutes.
    public var turnoverPerFiveMinutes: MoneyLimit?
    /// The value of the opening orders of a UTC day.
    public var turnoverPerDay: MoneyLimit?
    /// So many opening orders of one asset, side and quantity within five minutes; one more stops trading.
    public var repeatedOrders: Int?
    /// The most that may be lost in a UTC day, open positions counted at the last price.
    public var dailyLoss: MoneyLimit?
    /// How far, in percent of its peak, the equity of a currency may fall.
    public var drawdownPercent: FixedDecimal?
    /// So many trades in a row may lose.
    public var lossStreak: Int?
    /// What a broken loss limit moves trading to.
    public var breaches: BreachRules?
    /// When the world outside the venues speaks against entries.
    public var regime: RegimeRules?

    /// No limits but those given; the others are properties.
    public init(
        maxOrderNotional: MoneyLimit? = nil, maxPositionNotional: MoneyLimit? = nil, maxQuantity: Quantity? = nil,
        priceCollarPercent: FixedDecimal? = nil, stalePriceAfter: TimeSpan? = nil, signalExpiresAfter: TimeSpan? = nil
    ) {
        (self.maxOrderNotional, self.maxPositionNotional) = (maxOrderNotional, maxPositionNotional)
        (self.maxQuantity, self.priceCollarPercent) = (maxQuantity, priceCollarPercent)
        (self.stalePriceAfter, self.signalExpiresAfter) = (stalePriceAfter, signalExpiresAfter)
    }

    /// What holds unless somebody says otherwise.
    public static let standard: RiskLimits = {
        var limits = RiskLimits(
            priceCollarPercent: FixedDecimal(10), stalePriceAfter: .seconds(60), signalExpiresAfter: .seconds(300))
        limits.spreadPercent = FixedDecimal("0.3")
        limits.slippagePercent = FixedDecimal("0.1")
        limits.slippageHold = .seconds(3600)
        limits.maxClockSkew = .seconds(1)
        limits.cooldown = .seconds(60)
        limits.ordersPerDay = 7
        limits.turnoverPerDay = MoneyLimit(
            [Currency("RUB"): Money(FixedDecimal(500_000))], others: Money(FixedDecimal(5000)))
        limits.repeatedOrders = 3
        limits.dailyLoss = MoneyLimit([Currency("RUB"): Money(FixedDecimal(10_000))], others: Money(FixedDecimal(100)))
        limits.drawdownPercent = FixedDecimal(10)
        limits.lossStreak = 5
        limits.breaches = BreachRules()
        return limits
    }()
}

/// What a broken limit moves trading to until a person releases it by name.
public struct BreachRules: Hashable, Codable, Sendable {
    /// The two ways to stop.
    public enum Action: String, Codable, Sendable, CaseIterable {
        /// Nothing opens any more; what is held keeps its protection and its exits.
        case reducing
        /// The kill switch is pulled: everything is cancelled and closed.
        case halted
    }

    /// After the daily loss.
    public var dailyLoss = Action.reducing
    /// After the drawdown.
    public var drawdown = Action.reducing
    /// After the losing streak.
    public var lossStreak = Action.reducing
    /// After an order that repeats itself.
    public var repeatedOrders = Action.reducing
    /// After positions were without protection for too long.
    public var unprotectedBudget = Action.reducing

    /// Everything moves to `reducing`.
    public init() {}

    /// What the break of `rule` moves to.
    func action(after rule: RiskCode) -> Action {
        switch rule {
        case .dailyLoss: dailyLoss
        case .maxDrawdown: drawdown
        case .lossStreak: lossStreak
        case .repeatedOrder: repeatedOrders
        case .unprotectedBudget: unprotectedBudget
        default: .reducing
        }
    }
}
