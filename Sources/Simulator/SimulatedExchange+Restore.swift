public import Core

extension SimulatedExchange {
    /// Books executions of an earlier life, so that cash, positions and the numbers of further trades go on from them.
    ///
    /// - Precondition: Nothing was executed here yet.
    public mutating func restore(_ earlier: [Fill]) {
        precondition(fills.isEmpty && trades == 0, "an earlier life comes first")
        for fill in earlier {
            guard let instrument = instrument(fill.symbol) else { continue }
            account.book(fill, in: book(of: fill.symbol), currency: instrument.quote)
            spent[instrument.quote, default: .zero] += (fill.side == .buy ? fill.notional : -fill.notional) + fill.fee
            fills.append(fill)
        }
        // The numbers of instruments that are not traded any more stay taken.
        trades = earlier.count
    }
}
