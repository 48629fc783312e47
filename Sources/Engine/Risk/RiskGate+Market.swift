import Core

/// What the market and the world must look like.
extension RiskGate {
    func state(_ circumstances: Circumstances) -> RiskFinding? {
        let state = circumstances.tradingState
        guard state != .active else { return nil }
        guard state == .reducing, let cause = circumstances.risk.outlook.restriction else {
            return RiskFinding(.tradingState, state.rawValue, "trading is \(state.rawValue)")
        }
        let sentence = "\(cause.sentence); nothing opens until somebody releases \(cause.rule.rawValue) by name"
        return RiskFinding(cause.rule, cause.figures, sentence)
    }

    /// Blocks when the regime says so, and whenever nobody knows what it says.
    func regime(_ circumstances: Circumstances) -> RiskFinding? {
        guard let rules = limits.regime else { return nil }
        switch (circumstances.risk.outlook.regime, rules.action) {
        case (.riskOn, _), (.riskOff, .shrink): return nil
        case (.riskOff(let finding), .block), (.unknown(let finding), _): return finding
        }
    }

    func expired(_ circumstances: Circumstances, at now: Timestamp) -> RiskFinding? {
        guard let decided = circumstances.signalTime, let limit = limits.signalExpiresAfter else { return nil }
        let age = now - decided
        if age <= limit { return nil }
        return RiskFinding(
            .signalExpired, "\(age.seconds) s > \(limit.seconds) s",
            "the signal is \(age.seconds) s old, more than \(limit.seconds) s")
    }

    func clock(_ circumstances: Circumstances) -> RiskFinding? {
        guard let limit = limits.maxClockSkew, let offset = circumstances.risk.outlook.clockOffset else { return nil }
        let skew = max(offset, TimeSpan(milliseconds: -offset.milliseconds))
        if skew <= limit { return nil }
        let sentence =
            "the venue's clock is \(skew.seconds) s \(offset > .zero ? "ahead of" : "behind") ours, more than "
            + "\(limit.seconds) s"
        return RiskFinding(.clockSkew, "\(skew.seconds) s > \(limit.seconds) s", sentence)
    }

    func session(_ circumstances: Circumstances) -> RiskFinding? {
        guard !circumstances.risk.isOpen else { return nil }
        let opening = circumstances.risk.nextSession.map(Figure.time) ?? "at a time that the venue does not tell"
        return RiskFinding(.marketClosed, "opens \(opening)", "the market is closed and opens \(opening)")
    }

    func market(
        _ request: OrderRequest, _ last: (price: Price, at: Timestamp), _ circumstances: Circumstances,
        at now: Timestamp
    ) -> RiskFinding? {
        stale(last.at, "price", at: now) ?? collar(request, last.price, circumstances.referencePrice)
            ?? quote(request, last.price, circumstances.risk.quote, at: now)
            ?? slipped(circumstances.risk.slippage, at: now)
    }

    private func stale(_ seen: Timestamp, _ what: String, at now: Timestamp) -> RiskFinding? {
        guard let limit = limits.stalePriceAfter else { return nil }
        let age = now - seen
        if age <= limit { return nil }
        return RiskFinding(
            .stalePrice, "\(age.seconds) s > \(limit.seconds) s",
            "the \(what) is \(age.seconds) s old, more than \(limit.seconds) s")
    }

    private func collar(_ request: OrderRequest, _ last: Price, _ reference: Price?) -> RiskFinding? {
        guard let limit = limits.priceCollarPercent else { return nil }
        var price = last
        var anchor = reference.flatMap { $0 > .zero ? $0 : nil } ?? last
        if case .limit(let asked) = request.kind { (price, anchor) = (asked, last) }
        guard let distance = Self.share((price - anchor).magnitude.value, of: anchor.value, over: limit) else {
            return nil
        }
        return RiskFinding(
            .priceCollar, Figure.over(distance, limit),
            "\(price) is \(Figure.text(distance, against: limit)) % from \(anchor), more than \(Figure.text(limit)) %")
    }

    /// A venue that tells quotes must tell fresh ones; where none does, there is nothing to judge.
    private func quote(
        _ request: OrderRequest, _ last: Price, _ quote: DeskRisk.Quote?, at now: Timestamp
    ) -> RiskFinding? {
        guard let quote, limits.spreadPercent != nil || limits.slippagePercent != nil else { return nil }
        if let finding = stale(quote.at, "quote", at: now) { return finding }
        let middle = (quote.bid + quote.ask).value.divided(by: FixedDecimal(2))
        if let limit = limits.spreadPercent,
            let spread = Self.share((quote.ask - quote.bid).value, of: middle, over: limit)
        {
            let sentence =
                "the spread from \(quote.bid) to \(quote.ask) is \(Figure.text(spread, against: limit)) %, more than "
                + "\(Figure.text(limit)) %"
            return RiskFinding(.spreadCap, Figure.over(spread, limit), sentence)
        }
        let (worse, price) =
            request.side == .buy ? (quote.ask - last, quote.ask) : (last - quote.bid, quote.bid)
        if request.kind == .market, let limit = limits.slippagePercent, worse > .zero,
            let slip = Self.share(worse.value, of: last.value, over: limit)
        {
            let sentence =
                "at \(price) an entry is \(Figure.text(slip, against: limit)) % worse than the last price \(last), "
                + "more than \(Figure.text(limit)) %"
            return RiskFinding(.slippageCap, Figure.over(slip, limit), sentence)
        }
        return nil
    }

    /// An entry that slipped too far keeps the next ones back for a while.
    private func slipped(_ last: SlippageWatch, at now: Timestamp) -> RiskFinding? {
        guard let limit = limits.slippagePercent, let hold = limits.slippageHold, let percent = last.percent,
            percent > limit, let at = last.at, now - at < hold
        else { return nil }
        let sentence =
            "the last entry was filled \(Figure.text(percent, against: limit)) % worse than expected, more than "
            + "\(Figure.text(limit)) %; the next may follow from \(Figure.time(at + hold)) on"
        return RiskFinding(.slippageCap, Figure.over(percent, limit), sentence)
    }

    /// `part` in percent of `whole` when that is over `limit`. Compared by product, so that no rounding decides.
    private static func share(_ part: FixedDecimal, of whole: FixedDecimal, over limit: FixedDecimal) -> FixedDecimal? {
        let hundred = FixedDecimal(100)
        guard part.times(hundred) > whole.times(limit) else { return nil }
        return part.times(hundred).divided(by: whole, rounding: .up)
    }
}
