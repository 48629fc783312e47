package import Core

extension AccountSnapshot {
    /// Every instrument with a position or an open order, by name.
    package var symbols: [Symbol] {
        (positions.map(\.symbol) + openOrders.map(\.symbol)).sorted().reduce(into: []) {
            if $0.last != $1 { $0.append($1) }
        }
    }
}

extension Desk {
    /// The kill switch was pulled: forget the goal and cancel every order on its way, protections included, but for a
    /// stop that a close has to take the place of: it goes once the account was read. A close of the sequence itself
    /// stays: after a restart in the middle of it, cancelling it would only lose its place.
    package mutating func standDown(at now: Timestamp) -> [Effect] {
        goal = nil
        (isHeld, heldAt, entriesHeld, isNativeHeld) = (false, nil, nil, false)
        clearRefusals()
        // What provably never left does not have to be cancelled.
        orders.dropRepeats(at: now)
        return orders.openOrders
            .filter {
                $0.request.purpose != .flatten && !isGuard($0.request.kind, $0.request.side, of: position.quantity)
            }
            .flatMap { cancel($0, at: now) }
    }

    /// Whether no order of ours can execute any more, not even one that was believed lost and is late.
    package func isQuiet(at now: Timestamp) -> Bool {
        orders.executable.isEmpty && !orders.mayStillArrive(within: rules.timing.requestLife, at: now)
    }

    /// Cancels and closes what the venue says it holds of this instrument. The venue's account counts, not ours.
    package mutating func flatten(
        towards snapshot: AccountSnapshot, engagedAt: Timestamp, at now: Timestamp
    ) -> [Effect] {
        var effects: [Effect] = []
        let listed = snapshot.openOrders.filter { $0.symbol == symbol }
        let reported = snapshot.positions.first { $0.symbol == symbol }?.quantity ?? .zero
        let guards = Guards(of: self, reported, listed)
        for report in listed where !guards.listed.contains(report) { effects += cancelListed(report, at: now) }
        for report in guards.listed { _ = orders.apply(report, at: now) }
        askAboutUnlisted(listed, at: now)
        if reported == .zero {
            // How much was held tells what a fee took of it from an execution that is missing.
            let excursion = position.isFlat ? nil : protection.excursion
            protection.drop()
            protection.excursion = excursion
        }
        effects += questions(at: now)
        guard reported != .zero, !orders.executable.contains(where: { !$0.request.kind.isProtective }),
            rules.asset.capabilities.reduceOnly || mayCloseWhereItCouldTurn(reported, listed, engagedAt, at: now)
        else { return effects }
        guard mayClose(at: now) else { return effects + queueClose(of: reported) }
        if let kept = keepGuarded(reported, guards, at: now) { return effects + kept }
        if rules.asset.capabilities.stopsBlock, !guards.isEmpty {
            for report in guards.listed { effects += cancelListed(report, at: now) }
            if now - max(engagedAt, triedAgainAt ?? engagedAt) < Self.cancelPatience { return effects }
        }
        letGuardsGo(at: now)
        flattenWave += 1
        let id = ClientOrderID.derived(
            artifact: "kill/\(broker)", account: rules.account, symbol: symbol, time: engagedAt, leg: flattenWave,
            purpose: .flatten)
        let request = OrderRequest(
            clientID: id, symbol: symbol, side: reported > .zero ? .sell : .buy, quantity: reported.magnitude,
            kind: .market, reduceOnly: true, purpose: .flatten)
        return effects + sendAsReported(request, position: reported, at: now)
    }

    /// Where a close beside another order could turn the position: every order but its stops goes first, and the
    /// reading must not be older than what we know. What the venue does not cancel is not waited for without end.
    private func mayCloseWhereItCouldTurn(
        _ reported: Quantity, _ listed: [OrderReport], _ engagedAt: Timestamp, at now: Timestamp
    ) -> Bool {
        let isWaiting =
            orders.executable.contains { !isGuard($0.request.kind, $0.request.side, of: reported) }
            || listed.contains { !isGuard($0.kind, $0.side, of: reported) }
        if isWaiting, now - engagedAt < Self.cancelPatience { return false }
        return isCloseable(asReported: reported, at: now)
    }

    private static let cancelPatience = TimeSpan.seconds(60)

    private mutating func cancelListed(_ report: OrderReport, at now: Timestamp) -> [Effect] {
        guard let id = report.clientID, orders[id] != nil else {
            return [.cancel(.venue(report.venueOrderID), symbol, broker)]
        }
        _ = orders.apply(report, at: now)
        guard let order = orders[id], !order.state.isFinal else { return [.cancel(.client(id), symbol, broker)] }
        // Still listed: an earlier request may be lost, and another one does no harm.
        if orders.cancelAgain(id, after: rules.timing.haltPatience, at: now) {
            return [.cancel(.client(id), symbol, broker)]
        }
        return order.request.purpose == .flatten ? [] : cancel(order, at: now)
    }

    /// An order that we take for working but that the venue does not list has ended there: its news got lost.
    private mutating func askAboutUnlisted(_ listed: [OrderReport], at now: Timestamp) {
        for order in orders.executable {
            let id = order.request.clientID
            guard !listed.contains(where: { $0.clientID == id }) else { continue }
            if order.state == .working || order.state == .partiallyFilled { orders.ask(id, at: now) }
            orders.noteUnlisted(id)
        }
    }

    /// Passes a flatten order through the gate with the position the venue reports.
    private mutating func sendAsReported(_ request: OrderRequest, position: Quantity, at now: Timestamp) -> [Effect] {
        let circumstances = RiskGate.Circumstances(
            tradingState: .halted, position: position, lastPrice: nil, referencePrice: nil, signalTime: nil, stop: nil,
            isDuplicate: orders[request.clientID] != nil)
        do {
            let approved = try RiskGate(limits: rules.limits).approve(
                request, of: rules.asset.instrument, in: circumstances, at: now)
            orders.send(request, at: now, answerBy: now + rules.timing.haltPatience)
            return [.submit(approved, broker)]
        } catch {
            return [.refuse(error)]
        }
    }
}
