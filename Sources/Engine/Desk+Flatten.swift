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
    /// The kill switch was pulled: forget the goal and cancel every order on its way, protections included.
    package mutating func standDown(at now: Timestamp) -> [Effect] {
        goal = nil
        isHeld = false
        refusalCount = 0
        let ours = orders.openOrders.filter { $0.state != .cancelling && $0.state != .unknown }
        return ours.flatMap { cancel($0, at: now) }
    }

    /// Cancels and closes what the venue says it holds of this instrument. The venue's account counts, not ours.
    package mutating func flatten(
        towards snapshot: AccountSnapshot, engagedAt: Timestamp, at now: Timestamp
    ) -> [Effect] {
        var effects: [Effect] = []
        for report in snapshot.openOrders where report.symbol == symbol {
            effects += cancelListed(report, at: now)
        }
        let reported = snapshot.positions.first { $0.symbol == symbol }?.quantity ?? .zero
        if reported == .zero {
            protection.stop = nil
            protection.takeProfit = nil
        }
        guard reported != .zero, !orders.openOrders.contains(where: { !$0.request.kind.isProtective }) else {
            return effects + questions(at: now)
        }
        flattenWave += 1
        let id = ClientOrderID.derived(
            artifact: "kill", account: rules.account, symbol: symbol, time: engagedAt, leg: flattenWave,
            purpose: .flatten)
        let request = OrderRequest(
            clientID: id, symbol: symbol, side: reported > .zero ? .sell : .buy, quantity: reported.magnitude,
            kind: .market, reduceOnly: true, purpose: .flatten)
        return effects + sendAsReported(request, position: reported, at: now)
    }

    private mutating func cancelListed(_ report: OrderReport, at now: Timestamp) -> [Effect] {
        if let id = report.clientID, let order = orders[id] {
            if order.request.purpose == .flatten || order.state == .cancelling { return [] }
            return cancel(order, at: now)
        }
        return [.cancel(.venue(report.venueOrderID), symbol, broker)]
    }

    /// Passes a flatten order through the gate with the position the venue reports.
    private mutating func sendAsReported(_ request: OrderRequest, position: Quantity, at now: Timestamp) -> [Effect] {
        let circumstances = RiskGate.Circumstances(
            tradingState: .halted, position: position, lastPrice: nil, referencePrice: nil, signalTime: nil, stop: nil,
            isDuplicate: orders[request.clientID] != nil)
        do {
            let approved = try RiskGate(limits: rules.limits).approve(
                request, of: rules.asset.instrument, in: circumstances, at: now)
            orders.send(request, at: now, answerBy: now + rules.timing.answerDeadline)
            return [.submit(approved, broker)]
        } catch {
            return [.refuse(error)]
        }
    }
}
