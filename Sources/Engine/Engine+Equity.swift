public import Core

/// What the account is worth.
extension Engine {
    /// What everything came to once it was closed.
    var closingMarks: [Effect] {
        Set(desks.filter(\.rules.isConfigured).map(\.rules.asset.instrument.quote)).sorted()
            .map { .mark(equity(in: $0, at: now)) }
    }

    /// What the assets of one currency are worth together.
    @inline(__always) public func equity(in currency: Currency, at now: Timestamp) -> EquityPoint {
        var (equity, unrealised) = (Money.zero, Money.zero)
        let desks = desks.span
        for place in desks.indices where desks[place].rules.asset.instrument.quote == currency {
            let open = desks[place].unrealised
            equity += desks[place].rules.asset.budget + desks[place].position.realised - desks[place].position.fees
            equity += open
            unrealised += open
        }
        return EquityPoint(at: now, currency: currency, equity: equity, unrealised: unrealised)
    }
}
