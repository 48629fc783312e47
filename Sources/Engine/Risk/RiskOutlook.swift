package import Core

/// What the gate has to know beyond the order's own asset: the counters of all assets as they stood when the asset was
/// given its turn. A value without surprises: nothing counted, nothing restricted.
package struct RiskOutlook: Hashable, Codable, Sendable {
    /// What restricts trading, if anything does.
    package var restriction: TradingRestriction?
    /// What the world outside the venues says.
    package var regime = RegimeStance.riskOn
    /// How far the venue's clock is ahead of ours.
    package var clockOffset: TimeSpan?
    /// Opening orders today, over all assets.
    package var ordersToday = 0
    /// The opening orders of the last five minutes, over all assets.
    package var recent: [EnteredOrder] = []
    /// The value of today's opening orders in the asset's currency.
    package var turnoverToday = Money.zero
    /// What was lost today in the asset's currency.
    package var lossToday = Money.zero
    /// How far the currency's profit is below its peak.
    package var belowPeak = Money.zero
    /// The currency's equity at its peak.
    package var peakEquity = Money.zero
    /// The profit of this asset that the three above count.
    package var countedProfit = Money.zero
    /// Trades lost in a row so far.
    package var lossStreak = 0
    /// The value that the other assets of the currency hold or have ordered, long and short added up.
    package var heldByOthers = Money.zero
    /// The groups of this asset, and what their other members hold or have ordered.
    package var groups: [(name: String, held: Money)] {
        get { zip(groupNames, groupHoldings).map { ($0, $1) } }
        set { (groupNames, groupHoldings) = (newValue.map(\.name), newValue.map(\.held)) }
    }
    private var groupNames: [String] = []
    private var groupHoldings: [Money] = []

    package init() {}
}

/// An opening order as the counters remember it.
package struct EnteredOrder: Hashable, Codable, Sendable {
    package let at: Timestamp
    package let symbol: Symbol
    package let side: Side
    package let quantity: Quantity
    package let value: Money
    package let currency: Currency
    /// Whether a person ordered it: that counts, but it is no repetition of ours.
    package var isByHand: Bool { wasByHand ?? false }
    /// Nil in what older versions wrote down.
    private let wasByHand: Bool?

    package init(
        at: Timestamp, symbol: Symbol, side: Side, quantity: Quantity, value: Money, currency: Currency,
        isByHand: Bool = false
    ) {
        (self.at, self.symbol, self.side, self.quantity) = (at, symbol, side, quantity)
        (self.value, self.currency, wasByHand) = (value, currency, isByHand ? true : nil)
    }
}
