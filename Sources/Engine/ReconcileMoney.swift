import Core

extension Comparison {
    /// Money that moved without an execution of ours, believed when two readings show it and told once.
    mutating func compareMoney(_ desks: [Desk]) {
        for (currency, balance) in snapshot.balances.sorted(by: { $0.key < $1.key }) {
            var now = MoneyBase(spot: balance, margin: balance)
            for desk in desks
            where desk.broker == snapshot.broker && desk.rules.asset.instrument.quote.code == currency {
                let moved = desk.moved
                now = MoneyBase(spot: now.spot - moved.spot, margin: now.margin - moved.margin)
            }
            guard let base = account.bases[currency] else {
                account.bases[currency] = now
                continue
            }
            let drift = base.drift(now)
            let tolerance = Money(
                balance.magnitude.value.times(rules.balanceTolerancePercent).divided(by: FixedDecimal(100)))
            guard drift.magnitude > tolerance else {
                account.bases[currency]?.suspected = nil
                continue
            }
            guard base.suspected == drift else {
                account.bases[currency]?.suspected = drift
                isDisputed = true
                continue
            }
            account.bases[currency] = now
            let sentence = "\(currency) is \(drift) away from what our executions explain; the balance is \(balance)"
            differ(.balance, nil, sentence, .reported)
            alert(.warning, "BALANCE_DRIFT", "\(snapshot.broker): \(sentence)")
        }
    }
}
