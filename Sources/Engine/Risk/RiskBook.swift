public import Core

/// What the limits count over all assets. It is part of the engine, so a restart that replays the journal finds the
/// counts of the day as they were.
///
/// Invariants: the day never goes back; a currency's peak is never below its profit; opening orders count from the
/// moment they are entered, whatever becomes of them.
public struct RiskBook: Hashable, Codable, Sendable {
    /// How far each broker's clock is ahead of ours.
    public internal(set) var clocks: [BrokerName: TimeSpan] = [:]
    /// What the world outside the venues looked like last.
    public internal(set) var regime: RegimeReading?
    /// The trading state and what restricts it.
    public internal(set) var trading = TradingMachine()
    /// Opening orders today.
    public private(set) var ordersToday = 0
    /// Trades lost in a row.
    public private(set) var lossStreak = 0
    /// The money of each currency, by code.
    public private(set) var currencies: [CurrencyRisk] = []
    /// How many entries each rule refused since the ledger began.
    public private(set) var refusals: [RiskCode: Int] = [:]
    /// The last stance that people were told of.
    var toldStance: RegimeStance?
    private var day: Int64 = 0
    private var recent: [EnteredOrder] = []

    /// Five minutes.
    static let window = TimeSpan.seconds(300)

    package init() {}

    /// The opening orders of the five minutes before `now`.
    package func recent(at now: Timestamp) -> [EnteredOrder] {
        guard let first = recent.first else { return [] }
        return now - first.at < Self.window ? recent : recent.filter { now - $0.at < Self.window }
    }

    /// The money of `currency`.
    public subscript(currency: Currency) -> CurrencyRisk {
        currencies.first { $0.currency == currency } ?? CurrencyRisk(currency: currency)
    }

    // MARK: Counting

    /// Begins a new day when `now` is in one.
    mutating func roll(to now: Timestamp) {
        let today = now.milliseconds / 86_400_000
        guard today > day else { return }
        day = today
        ordersToday = 0
        for place in currencies.indices { currencies[place].beginDay() }
    }

    /// The budgets of the assets, by currency.
    mutating func capital(_ budgets: [Currency: Money]) {
        for currency in budgets.keys.sorted() { change(currency) { $0.capital = budgets[currency] ?? .zero } }
    }

    /// An opening order was entered.
    mutating func entered(_ order: EnteredOrder) {
        recent.removeAll { order.at - $0.at >= Self.window }
        recent.append(order)
        ordersToday += 1
        change(order.currency) { $0.turnoverToday += order.value }
    }

    /// The gate refused an entry.
    mutating func refused(_ code: RiskCode) {
        refusals[code, default: 0] += 1
    }

    /// A trade was closed.
    mutating func closed(_ net: Money) {
        lossStreak = net < .zero ? lossStreak + 1 : 0
    }

    /// The profit of `currency` changed.
    mutating func moved(_ currency: Currency, by change: Money) {
        self.change(currency) { $0.moved(by: change) }
    }

    /// What was counted against a limit begins again after its release.
    mutating func forget(_ restriction: TradingRestriction) {
        switch restriction.rule {
        case .lossStreak: lossStreak = 0
        case .dailyLoss: restriction.currency.map { change($0) { $0.forgetLoss() } }
        case .maxDrawdown: restriction.currency.map { change($0) { $0.forgetPeak() } }
        case .repeatedOrder: recent = []
        default: break
        }
    }

    private mutating func change(_ currency: Currency, _ body: (inout CurrencyRisk) -> Void) {
        if let place = currencies.firstIndex(where: { $0.currency == currency }) { return body(&currencies[place]) }
        var fresh = CurrencyRisk(currency: currency)
        body(&fresh)
        currencies.append(fresh)
        currencies.sort { $0.currency < $1.currency }
    }

    // MARK: Limits

    /// The loss limits that are broken now.
    func broken(_ limits: RiskLimits) -> [(finding: RiskFinding, currency: Currency?)] {
        var found: [(RiskFinding, Currency?)] = []
        for money in currencies {
            if let limit = limits.dailyLoss?[money.currency],
                let finding = RiskRules.dailyLoss(money.lossToday, limit, money.currency)
            {
                found.append((finding, money.currency))
            }
            if let limit = limits.drawdownPercent,
                let finding = RiskRules.drawdown(money.belowPeak, of: money.peakEquity, limit)
            {
                found.append((finding, money.currency))
            }
        }
        if let limit = limits.lossStreak, let finding = RiskRules.lossStreak(lossStreak, limit) {
            found.append((finding, nil))
        }
        return found
    }
}

extension RiskLimits {
    /// Whether there is a limit that counting can break.
    @inline(__always) var canBreak: Bool { dailyLoss != nil || drawdownPercent != nil || lossStreak != nil }
}

/// What the limits count in one currency.
public struct CurrencyRisk: Hashable, Codable, Sendable {
    /// The currency.
    public let currency: Currency
    /// The budgets of its assets.
    public internal(set) var capital = Money.zero
    /// Profit so far, open positions counted at the last price.
    public private(set) var profit = Money.zero
    /// The highest profit so far, or since the drawdown was last released.
    public private(set) var peak = Money.zero
    /// The value of today's opening orders.
    public internal(set) var turnoverToday = Money.zero
    private var profitAtDayStart = Money.zero

    init(currency: Currency) {
        self.currency = currency
    }

    /// What was lost today, or since the daily loss was last released; negative is a gain.
    public var lossToday: Money { profitAtDayStart - profit }
    /// How far the profit is below its peak.
    public var belowPeak: Money { peak - profit }
    /// The equity at its peak.
    public var peakEquity: Money { capital + peak }
    /// The equity now.
    public var equity: Money { capital + profit }

    mutating func beginDay() {
        (turnoverToday, profitAtDayStart) = (.zero, profit)
    }

    mutating func moved(by change: Money) {
        profit += change
        peak = max(peak, profit)
    }

    mutating func forgetLoss() { profitAtDayStart = profit }
    mutating func forgetPeak() { peak = profit }
}
