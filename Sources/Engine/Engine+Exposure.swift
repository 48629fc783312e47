public import Core

extension Engine {
    /// Value times seconds without protection so far, in `currency` times seconds.
    public func unprotected(in currency: Currency, at now: Timestamp) -> FixedDecimal {
        desks.filter { $0.rules.asset.instrument.quote == currency }
            .reduce(.zero) { $0 + $1.protection.exposure.total(at: now) }
    }

    /// Value times seconds without protection so far by currency code.
    public func unprotectedByCurrency(at now: Timestamp) -> [String: FixedDecimal] {
        var sums: [String: FixedDecimal] = [:]
        for desk in desks {
            sums[desk.rules.asset.instrument.quote.code, default: .zero] =
                (sums[desk.rules.asset.instrument.quote.code] ?? .zero) + desk.protection.exposure.total(at: now)
        }
        return sums
    }

    /// For how long positions were without protection so far, over all desks.
    public func unprotectedSpan(at now: Timestamp) -> TimeSpan {
        desks.reduce(.zero) { $0 + $1.protection.exposure.span(at: now) }
    }

    /// Why the engine only reduces, when positions were without protection for too long today.
    public var overexposed: String? {
        risk.trading.restrictions.first { $0.rule == .unprotectedBudget }?.sentence
    }

    /// A person releases the engine: today's budget begins anew.
    mutating func forgiveExposure(at now: Timestamp) {
        for place in desks.indices { desks[place].protection.exposure.forgive(at: now) }
    }

    /// Restricts trading when a desk has been without protection for more than its budget of today.
    @inline(__always) mutating func watchExposure(at now: Timestamp, _ effects: inout [Effect]) {
        for place in desks.indices where desks.span[place].exposedSince != nil {
            guard overexposed == nil, let finding = desks[place].exposureFinding(at: now) else { continue }
            return effects += restrict(finding, nil, at: now)
        }
    }
}

extension Desk {
    /// How much may be without protection in a day, in quote currency times seconds; nil when nothing limits it.
    public var exposureLimit: FixedDecimal? {
        guard let span = rules.protection.exposureBudget, rules.asset.budget > .zero else { return nil }
        return rules.asset.budget.value.share(FixedDecimal(Int(span.milliseconds)), of: FixedDecimal(1000))
    }

    /// Says so when the exposure of today is over its limit.
    func exposureFinding(at now: Timestamp) -> RiskFinding? {
        guard let limit = exposureLimit else { return nil }
        let today = protection.exposure.today(at: now)
        guard today > limit else { return nil }
        let quote = rules.asset.instrument.quote
        let figures = "\(today) > \(limit)"
        return RiskFinding(.unprotectedBudget, figures, "\(symbol): \(figures) \(quote) x s without protection today")
    }
}
