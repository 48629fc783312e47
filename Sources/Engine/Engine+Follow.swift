public import Core

/// Following what another version of the program decided.
extension Engine {
    /// Takes an event whose effects were decided and written down by another version of the program. What that version
    /// told the venues is what happened, whatever this one would have said: orders that were sent are tracked, orders
    /// that only this version would have sent never existed.
    ///
    /// What else this version makes of the event (prices, goals, counters) stands: a desk is level-triggered, so from
    /// the next event on it asks for what is missing between them and the orders that are really there.
    ///
    /// - Parameters:
    ///   - told: The orders and cancellations that were sent because of the event.
    ///   - now: When; not earlier than the step before.
    public mutating func follow(_ event: EngineEvent, told: [RecordedStep], at now: Timestamp) {
        let moment = max(self.now, now)
        var decided: [ClientOrderID: OrderRequest] = [:]
        for case .submit(let approved, _) in step(event, at: now) {
            decided[approved.request.clientID] = approved.request
        }
        for case .submitted(let request) in told where decided[request.clientID] == request {
            decided[request.clientID] = nil
        }
        // What remains was decided and not sent, or sent with another content.
        for id in decided.keys.sorted() {
            guard let symbol = decided[id]?.symbol else { continue }
            onDesk(symbol, id) { $0.disown(id, at: moment) }
        }
        for case .submitted(let request) in told {
            onDesk(request.symbol, request.clientID) { $0.adopt(request, at: moment) }
        }
        for case .cancelled(.client(let id), let symbol) in told {
            onDesk(symbol, id) { _ = $0.orders.cancel(id, spacing: .zero, at: moment) }
        }
        review()
    }

    private mutating func onDesk(_ symbol: Symbol, _ id: ClientOrderID, _ body: (inout Desk) -> Void) {
        let places = desks.indices.filter { desks[$0].symbol == symbol }
        guard let place = places.first(where: { desks[$0].orders[id] != nil }) ?? places.first else { return }
        body(&desks[place])
    }
}

extension Desk {
    /// An order of ours was never sent.
    fileprivate mutating func disown(_ id: ClientOrderID, at now: Timestamp) {
        orders.note(.rejected, of: id, reason: "NEVER_SENT", at: now)
        protection.update(id) { $0.apply(.refused) }
    }

    /// An order was sent that this desk does not know, or knows with another content.
    fileprivate mutating func adopt(_ request: OrderRequest, at now: Timestamp) {
        guard orders[request.clientID]?.request != request else { return }
        if !request.kind.isProtective {
            // Whoever sent the next order knew that the one before could not execute any more.
            for order in orders.executable
            where !order.request.kind.isProtective && order.request.reduceOnly == request.reduceOnly {
                orders.supersede(order.request.clientID)
            }
        }
        orders.adopt(request, at: now, answerBy: now + rules.timing.answerDeadline)
        guard request.kind.isProtective else { return }
        switch request.purpose {
        case .stop where protection.stop?.mode != .triggered:
            protection.stop?.order = request.clientID
            protection.stop?.mode = .placing
        case .takeProfit:
            let open = protection.takeProfits.indices.filter {
                ![.triggered, .closed].contains(protection.takeProfits[$0].mode)
            }
            let same = open.first { protection.takeProfits[$0].price == request.kind.trigger }
            guard let place = same ?? open.first else { return }
            protection.takeProfits[place].order = request.clientID
            protection.takeProfits[place].mode = .placing
        case .stop, .entry, .exit, .flatten, .manual: break
        }
    }
}
