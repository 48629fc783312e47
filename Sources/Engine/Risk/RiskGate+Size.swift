import Core

/// How large an order, a position and everything together may be. What is ordered counts like what is held.
extension RiskGate {
    func size(
        _ request: OrderRequest, _ instrument: Instrument, _ last: Price, _ circumstances: Circumstances
    ) -> RiskFinding? {
        if let refusal = instrument.refusal(of: request.quantity, at: last) {
            let rules =
                "step \(instrument.lotStep), minimum \(instrument.minimumQuantity) and \(instrument.minimumNotional)"
            return RiskFinding(
                .instrumentRules, "\(request.quantity) \(refusal.rawValue)",
                "\(request.quantity) at \(last): \(refusal.rawValue) (\(rules))")
        }
        if let limit = limits.maxQuantity, request.quantity > limit {
            return RiskFinding(
                .maxQuantity, "\(request.quantity) > \(limit)", "an order of \(request.quantity) is more than \(limit)")
        }
        return notionals(request, instrument, last, circumstances)
    }

    private func notionals(
        _ request: OrderRequest, _ instrument: Instrument, _ last: Price, _ circumstances: Circumstances
    ) -> RiskFinding? {
        let quote = instrument.quote
        let value = last.notional(request.quantity)
        if let limit = limits.maxOrderNotional?[quote], value > limit {
            return over(.maxOrderNotional, value, limit, quote, "an order")
        }
        let held = circumstances.position + circumstances.ordered
        let after = last.notional(held + request.side.signed(request.quantity)).magnitude
        if let limit = limits.maxPositionNotional?[quote], after > limit {
            return over(.maxPositionNotional, after, limit, quote, "the position after it")
        }
        return leverage(after, quote, circumstances) ?? groups(after, quote, circumstances)
    }

    /// Equity: the budgets, and profit at the last prices. What is lost meanwhile in this very step counts too.
    private func leverage(_ after: Money, _ quote: Currency, _ circumstances: Circumstances) -> RiskFinding? {
        guard let limit = limits.maxLeverage else { return nil }
        let outlook = circumstances.risk.outlook
        let gross = outlook.heldByOthers + after
        let equity = outlook.peakEquity - outlook.belowPeak + (circumstances.profit - outlook.countedProfit)
        guard gross.value > equity.value.times(limit) else { return nil }
        guard equity > .zero else {
            return RiskFinding(.maxLeverage, "no equity", "there is no equity in \(quote) to hold anything with")
        }
        let multiple = gross.value.divided(by: equity.value, rounding: .up)
        let sentence =
            "everything held would be \(Figure.text(gross.value)) \(quote), "
            + "\(Figure.text(multiple, against: limit)) times the equity, more than \(Figure.text(limit))"
        return RiskFinding(.maxLeverage, Figure.over(multiple, limit), sentence)
    }

    private func groups(_ after: Money, _ quote: Currency, _ circumstances: Circumstances) -> RiskFinding? {
        guard let limit = limits.correlation?.limit[quote] else { return nil }
        for group in circumstances.risk.outlook.groups where group.held + after > limit {
            return over(.groupExposure, group.held + after, limit, quote, "the group \(group.name)")
        }
        return nil
    }

    func over(_ code: RiskCode, _ value: Money, _ limit: Money, _ quote: Currency, _ what: String) -> RiskFinding {
        let sentence =
            "\(what) of \(Figure.text(value.value, against: limit.value)) \(quote) is more than "
            + "\(Figure.text(limit.value))"
        return RiskFinding(code, Figure.over(value.value, limit.value), sentence)
    }
}
