package import Core

/// The gate's counters: who tells them, and what follows when a limit is broken.
extension Engine {
    /// Gives the desk at `place` its turn. A desk opens nothing otherwise: before it the
    /// desk learns what the counters say, after it they learn what it did.
    mutating func turn(
        _ place: Int, mayOpen: Bool = true, at now: Timestamp, _ body: (inout Desk, TradingState) -> [Effect]
    ) -> [Effect] {
        guard mayOpen else { return body(&desks[place], state) + collect(place, at: now) }
        desks[place].risk.outlook = outlook(of: place, at: now)
        desks[place].risk.isItsTurn = true
        let effects = body(&desks[place], state)
        desks[place].risk.outlook = RiskOutlook()
        desks[place].risk.isItsTurn = false
        return effects + collect(place, at: now)
    }

    func outlook(of place: Int, at now: Timestamp) -> RiskOutlook {
        // By field: the rules of a desk are not copied to look at them.
        let quote = desks[place].rules.asset.instrument.quote
        let money = risk[quote]
        var outlook = RiskOutlook()
        outlook.restriction = risk.trading.restrictions.first
        outlook.clockOffset = risk.clocks.isEmpty ? nil : risk.clocks[desks[place].broker]
        outlook.ordersToday = risk.ordersToday
        outlook.recent = risk.recent(at: now)
        outlook.turnoverToday = money.turnoverToday
        (outlook.lossToday, outlook.belowPeak, outlook.peakEquity) = (
            money.lossToday, money.belowPeak, money.peakEquity
        )
        outlook.countedProfit = desks[place].risk.countedProfit
        outlook.lossStreak = risk.lossStreak
        if let regime = desks[place].rules.limits.regime { outlook.regime = regime.stance(risk.regime, at: now) }
        if desks[place].rules.limits.maxLeverage != nil {
            outlook.heldByOthers = exposure(in: quote, besides: place) { _ in true }
        }
        if let groups = desks[place].rules.limits.correlation?.groups(of: desks[place].symbol) {
            outlook.groups = groups.map { group in
                (group.name, exposure(in: quote, besides: place, group.symbols.contains))
            }
        }
        return outlook
    }

    private func exposure(
        in currency: Currency, besides place: Int, _ isMember: (Symbol) -> Bool
    ) -> Money {
        var sum = Money.zero
        for other in desks.indices where other != place && desks[other].rules.asset.instrument.quote == currency {
            if isMember(desks[other].symbol) { sum += desks[other].exposure }
        }
        return sum
    }

    /// Counts what the desk at `place` did, and restricts trading when that broke a limit.
    mutating func collect(_ place: Int, at now: Timestamp) -> [Effect] {
        if desks.span[place].hasTurned { desks[place].noteTrade() }
        // Through the span each time: whoever keeps a desk has it copied when it changes.
        let profit = desks.span[place].profit
        let gain = profit - desks.span[place].countedProfit
        let isCollected = desks.span[place].isCollected
        guard !isCollected || gain != .zero else { return [] }
        let quote = desks.span[place].isConfigured ? desks.span[place].quote : nil
        var findings = isCollected ? [] : collectNews(of: place)
        if let quote { risk.moved(quote, by: gain) }
        desks[place].collected(profit: profit)
        if let settings, settings.value.limits.canBreak { findings += risk.broken(settings.value.limits) }
        return findings.isEmpty ? [] : findings.flatMap { restrict($0.finding, $0.currency, at: now) }
    }

    /// Counts what the desk at `place` entered, closed and had refused.
    ///
    /// - Returns: The limits that this broke.
    private mutating func collectNews(of place: Int) -> [(finding: RiskFinding, currency: Currency?)] {
        var findings: [(finding: RiskFinding, currency: Currency?)] = desks[place].risk.breaches.map { ($0, nil) }
        for order in desks[place].risk.entries { risk.entered(order) }
        for order in desks[place].risk.foreign { risk.entered(order) }
        enteredThisStep += desks[place].risk.entries.count
        for refusal in desks[place].risk.refused {
            risk.refused(refusal.code)
            guard refusal.code == .repeatedOrder else { continue }
            findings.append((RiskFinding(refusal.code, refusal.figures, refusal.sentence), nil))
        }
        for net in desks[place].risk.results { risk.closed(net) }
        return findings
    }

    /// The same as ``DeskRisk/breach(_:figures:sentence:)`` of the desk of `symbol`; taken with the next step.
    package mutating func breach(_ symbol: Symbol, _ code: RiskCode, figures: String, sentence: String) {
        guard let place = desks.firstIndex(where: { $0.symbol == symbol }) else { return }
        desks[place].risk.breach(code, figures: figures, sentence: sentence)
    }

    /// Takes what desks did outside their turns, so that nothing that opens is ever missed.
    mutating func collectRest(at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        for place in desks.indices where !desks.span[place].isCollected { effects += collect(place, at: now) }
        return effects
    }

    /// A limit is broken: nothing opens from here on, until somebody releases it by name.
    mutating func restrict(
        _ finding: RiskFinding, _ currency: Currency?, at now: Timestamp
    ) -> [Effect] {
        let action = configuration?.limits.breaches?.action(after: finding.code) ?? .reducing
        let cause = TradingRestriction(
            rule: finding.code, currency: currency, figures: finding.figures, sentence: finding.sentence,
            action: action, since: now)
        guard risk.trading.restrict(cause) else { return [] }
        let message =
            "\(finding.sentence); trading is \(action.rawValue) until somebody releases \(finding.code.rawValue)"
        var effects: [Effect] = [.alert(Alert(.critical, finding.code.rawValue, message))]
        for place in desks.indices { effects += desks[place].withdrawEntries(at: now) }
        if action == .halted, !kill.isEngaged {
            effects += engage(reason: "\(finding.code.rawValue): \(finding.sentence)", at: now)
        }
        return effects
    }

    /// Does what a person commands.
    mutating func operate(_ command: OperatorCommand, at now: Timestamp) -> [Effect] {
        switch command {
        case .release(let rule, let name, let reason): release(rule, by: name, reason: reason)
        case .acknowledge(let symbol, let by): acknowledge(symbol, by: by)
        case .reconcile: reconcile(at: now)
        }
    }

    /// A person answers by name for going on after a broken limit. What was counted against it begins again.
    mutating func release(_ rule: RiskCode?, by name: String, reason: String) -> [Effect] {
        guard name.contains(where: { !$0.isWhitespace }), reason.contains(where: { !$0.isWhitespace }) else {
            return [.alert(Alert(.warning, "RELEASE_REFUSED", "not released: a release needs a name and a reason"))]
        }
        let released = risk.trading.release(rule)
        guard !released.isEmpty else {
            let what = rule?.rawValue ?? "anything"
            return [.alert(Alert(.warning, "RELEASE_REFUSED", "nothing is restricted by \(what)"))]
        }
        for restriction in released { risk.forget(restriction) }
        if released.contains(where: { $0.rule == .unprotectedBudget }) { forgiveExposure(at: now) }
        for place in desks.indices { desks[place].risk.releasedAt = now }
        let rules = released.map(\.rule.rawValue).joined(separator: ", ")
        return [.alert(Alert(.notice, "RISK_RELEASED", "\(name) released \(rules): \(reason)"))]
    }

    /// The world outside the venues was looked at. A reading older than the one at hand says nothing new.
    mutating func look(_ reading: RegimeReading) {
        if reading.fault == nil, let last = risk.regime, last.fault == nil, last.at > reading.at { return }
        risk.regime = reading
    }

    /// Tells people when the regime has turned, or when nobody knows it any more.
    mutating func tellRegime(after event: EngineEvent, at now: Timestamp) -> [Effect] {
        // The settings come first and their first reading right after them.
        if case .configured = event { return [] }
        guard let rules = settings?.value.limits.regime else { return [] }
        let stance = rules.stance(risk.regime, at: now)
        defer { risk.toldStance = stance }
        switch (risk.toldStance, stance) {
        case (.riskOn, .riskOn), (nil, .riskOn), (.riskOff, .riskOff), (.unknown, .unknown): return []
        case (_, .riskOn): return [.alert(Alert(.notice, "REGIME_RISK_ON", "nothing speaks against entries any more"))]
        case (_, .riskOff(let finding)), (_, .unknown(let finding)):
            return [.alert(Alert(.warning, finding.code.rawValue, finding.sentence))]
        }
    }
}
