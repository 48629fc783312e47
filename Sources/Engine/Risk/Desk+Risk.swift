import Core

extension Desk {
    // What the counters ask after every step is in line and through a span: nothing is copied to look at it.

    /// Whether there is nothing for the counters but perhaps another profit.
    @inline(__always) var isCollected: Bool { page.span[0].risk.isCollected }
    /// The profit that the counters know of.
    @inline(__always) var countedProfit: Money { page.span[0].risk.countedProfit }
    /// Whether it was configured, rather than found at a venue.
    @inline(__always) var isConfigured: Bool { page.span[0].rules.isConfigured }
    /// The grid of its prices.
    @inline(__always) var grid: PriceGrid { page.span[0].rules.asset.instrument.grid }
    /// The currency of prices and profit.
    @inline(__always) var quote: Currency { page.span[0].rules.asset.instrument.quote }

    /// The counters have taken what was new.
    @inline(__always) mutating func collected(profit: Money) { page[0].risk.collected(profit: profit) }

    /// A venue told its best prices.
    @inline(__always) mutating func quoted(bid: Price, ask: Price, at now: Timestamp) {
        page[0].risk.quoted(bid: bid, ask: ask, at: now)
    }

    /// Whether a position was opened, is gone or has turned since the counters heard of it.
    @inline(__always) var hasTurned: Bool {
        let held = page.span[0].position.quantity
        return page.span[0].risk.wasLong != (held == .zero ? nil : held > .zero)
    }

    /// Lets the counters know of the position.
    mutating func noteTrade() { risk.note(position) }

    /// What opening orders on their way will add to the position, signed.
    var ordered: Quantity {
        var sum = Quantity.zero
        for order in orders.openOrders where !order.request.reduceOnly {
            sum += order.request.side.signed(order.remaining)
        }
        return sum
    }

    /// The value of what is held and of what opening orders on their way will add, long and short added up, at the last
    /// price.
    var exposure: Money {
        guard let lastPrice else { return .zero }
        return lastPrice.notional(position.quantity.magnitude + ordered.magnitude)
    }

    /// What the regime leaves of an entry: all of it, or a share on the lot grid.
    func sized(_ signed: Quantity) -> Quantity {
        guard case .shrink(let share) = rules.limits.regime?.action, case .riskOff = risk.outlook.regime else {
            return signed
        }
        return rules.asset.instrument.onLot(Quantity(signed.value.times(share, rounding: .down)))
    }

    /// Refuses an entry of which the regime leaves nothing.
    mutating func refuseByRegime(at now: Timestamp) -> [Effect] {
        guard let finding = risk.outlook.regime.finding else { return [] }
        return refuseEntry(
            finding.code, finding.figures, finding.sentence + "; what it leaves of the entry is less than a lot",
            at: now)
    }

    /// Refuses an entry that waited until the budget bought no lot any more.
    mutating func refuseUnaffordable(at now: Timestamp) -> [Effect] {
        refuseEntry(
            .instrumentRules, "0 < \(rules.asset.instrument.lotStep)",
            "what the budget still buys at the price of now is less than a lot", at: now)
    }

    private mutating func refuseEntry(
        _ code: RiskCode, _ figures: String, _ sentence: String, at now: Timestamp
    ) -> [Effect] {
        let refusal = RiskRefusal(
            code: code, symbol: symbol, clientID: nextName(.entry), figures: figures, sentence: sentence, at: now)
        lastRefusal = refusal
        risk.refused(refusal)
        return [.refuse(refusal)]
    }

    /// Takes back what would open: trading was restricted.
    mutating func withdrawEntries(at now: Timestamp) -> [Effect] {
        orders.openOrders.filter { !$0.request.reduceOnly }.flatMap { cancel($0, at: now) }
    }
}
