public import Core
public import Engine

/// What `runner_state.json` says of the limits: the counters, what restricts trading and what was refused.
public struct RiskProjection: Codable, Sendable {
    /// The money of one currency.
    public struct Money: Codable, Sendable {
        /// The currency.
        public let currency: Currency
        /// Budgets and profit, open positions at the last price.
        public let equity: Core.Money
        /// The highest equity so far.
        public let peakEquity: Core.Money
        /// Lost today; negative is a gain.
        public let lossToday: Core.Money
        /// The value of today's opening orders.
        public let turnoverToday: Core.Money
    }

    /// How often a rule refused.
    public struct Count: Codable, Sendable {
        /// The rule.
        public let code: RiskCode
        /// How many entries.
        public let entries: Int
    }

    /// What restricts trading, oldest first.
    public let restrictions: [TradingRestriction]
    /// Opening orders today.
    public let ordersToday: Int
    /// How many may be entered in a day, if that is limited.
    public let ordersPerDay: Int?
    /// Trades lost in a row.
    public let lossStreak: Int
    /// By currency.
    public let money: [Money]
    /// How many entries each rule refused since the ledger began, by code.
    public let refused: [Count]
    /// The last refusal of each asset that has one since its last entry.
    public let refusals: [RiskRefusal]
    /// The last reading of the regime.
    public let regime: RegimeReading?
    /// The limits that nobody set, by key.
    public let unsetLimits: [String]

    /// What `engine` says, and which limits nobody set.
    public init(_ engine: Engine, unsetLimits: [String]) {
        let risk = engine.risk
        restrictions = risk.trading.restrictions
        (ordersToday, lossStreak) = (risk.ordersToday, risk.lossStreak)
        ordersPerDay = engine.configuration?.limits.ordersPerDay
        money = risk.currencies.map {
            Money(
                currency: $0.currency, equity: $0.equity, peakEquity: $0.peakEquity, lossToday: $0.lossToday,
                turnoverToday: $0.turnoverToday)
        }
        refused = Self.counts(risk)
        refusals = engine.desks.compactMap(\.lastRefusal)
        regime = risk.regime
        self.unsetLimits = unsetLimits
    }

    /// How many entries each rule refused, by code.
    public static func counts(_ risk: RiskBook) -> [Count] {
        risk.refusals.sorted { $0.key.rawValue < $1.key.rawValue }.map { Count(code: $0.key, entries: $0.value) }
    }
}
