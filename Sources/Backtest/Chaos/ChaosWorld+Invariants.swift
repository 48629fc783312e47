import Core
import Engine
import Simulator

extension ChaosWorld {
    mutating func fail(_ invariant: ChaosInvariant, _ detail: String) {
        guard violation == nil else { return }
        log.note(now, "BROKEN \(invariant.rawValue) \(detail)")
        violation = ChaosViolation(invariant: invariant, detail: detail, step: tally.steps, at: now)
    }

    // MARK: After every step

    mutating func inspect(_ effects: [Effect]) {
        if !watch.isMonotone(engine.now) { fail(.heartbeatMonotone, "the engine's time went back") }
        if engine.kill.isEngaged {
            watch.killedAt = watch.killedAt ?? now
        } else {
            (watch.killedAt, watch.wasFlat) = (nil, false)
        }
        for effect in effects {
            switch effect {
            case .submit(let approved, let broker): inspect(approved.request, to: broker)
            case .halted:
                tally.halts += 1
                // After a crash a kill is proven flat again.
                if let start = watch.killedAt, !watch.wasFlat { tally.killToFlat.note((now - start).milliseconds) }
                watch.wasFlat = true
                checkHalted()
            case .cancel, .amend, .query, .readAccount, .alert, .refuse, .mark, .reconciled: break
            }
        }
        // By index: venues and desks are not copied to look at them.
        for place in venues.indices {
            if let id = venues[place].doubled { fail(.oneOrderPerIntent, "\(venues[place].name) has two of \(id)") }
            if let id = venues[place].flipped {
                fail(.noFlip, "\(id) was to reduce, and \(venues[place].name) let it do more")
            }
        }
        for place in engine.desks.indices { inspectProtection(of: place) }
    }

    /// An order leaves. What was decided and lost in a crash before its commit never does: its name is free again.
    mutating func inspectSending(_ order: OrderRequest, to broker: BrokerName) {
        watch.sent[order.clientID, default: 0] += 1
        let isSafe = scenario.venues.first { $0.name == broker.text }?.idempotent ?? false
        if watch.sent[order.clientID] != 1, !isSafe {
            fail(.oneOrderPerIntent, "\(order.clientID) is sent twice to a venue where that is not safe")
        }
    }

    private mutating func inspect(_ order: OrderRequest, to broker: BrokerName) {
        tally.orders += 1
        guard let desk = engine[order.symbol] else { return }
        let name = "\(order.purpose.rawValue) \(order.side.rawValue) \(order.quantity) \(order.symbol)"
        if !order.reduceOnly {
            if engine.kill.isEngaged { fail(.noOpeningAfterKill, name) }
            if let goal = desk.goal {
                let largest = watch.largestGoal[order.symbol] ?? .zero
                watch.largestGoal[order.symbol] = max(largest, goal.quantity.magnitude)
                // The runner's clock may be off by five seconds to either side.
                let newest = max(goal.row.time, desk.lastSignalTime ?? .epoch)
                if now - newest > .seconds(90 + 12) { fail(.noExpiredSignal, "\(name) on an old row") }
            }
        } else if order.purpose != .flatten {
            let held = desk.position.quantity
            if order.quantity > watch.reducible(order, heldAfter: held) {
                fail(.noFlip, "\(name) of a position of \(held)")
            }
        }
    }

    /// A position without stop is closed within the budget.
    private mutating func inspectProtection(of place: Int) {
        let desk = engine.desks[place]
        let isNaked =
            desk.exposedSince != nil && !desk.isHeld && engine.state != .halted
            && !desk.openOrders.contains { $0.request.reduceOnly && !$0.request.kind.isProtective }
        guard isNaked || watch.knowsNaked else { return }
        let symbol = desk.symbol
        let span = watch.nakedSpan(symbol, isNaked: isNaked)
        if span > 6_000 { fail(.exposureProtected, "\(symbol) had no stop for \(span) ms") }
    }

    /// The sequence says that it is done: is it?
    private mutating func checkHalted() {
        for venue in venues {
            let interfered = venue.lastInterference.map { $0 >= watch.killedAt ?? now } ?? false
            let truth = venue.truth
            if !truth.isFlat, !interfered {
                fail(.flatAfterKill, "halted while \(venue.name) holds \(ChaosLog.text(truth))")
            }
        }
    }

    // MARK: At the end

    /// The trouble has been over for ten minutes: books and venues agree to the last digit.
    mutating func checkConverged() {
        if journal.replays, !journal.agrees() {
            fail(.replayAgrees, "a recorded step is decided differently when replayed")
        }
        guard isUp else { return fail(.booksEqualVenue, "the runner did not come up again") }
        for venue in venues {
            venue.market.checkInvariants()
            let listed = venue.listed
            for instrument in venue.market.configuration.instruments {
                checkConverged(instrument.symbol, venue, listed)
            }
        }
    }

    private mutating func checkConverged(_ symbol: Symbol, _ venue: FaultyVenue, _ open: [OrderReport]) {
        guard let desk = engine[symbol] else { return }
        let flow = venue.flows[symbol] ?? FaultyVenue.Flow()
        let held = venue.market.held(symbol)
        if flow.quantity != held { fail(.moneyConserved, "\(symbol): executions of \(flow.quantity), \(held) held") }
        if desk.position.quantity != held {
            fail(.booksEqualVenue, "\(symbol): the books say \(desk.position.quantity), the venue \(held)")
        }
        let doubtful = desk.openOrders.filter { [.sent, .unknown].contains($0.state) }
        if let order = doubtful.first {
            fail(.booksEqualVenue, "\(symbol): \(order.request.clientID) is still \(order.state.rawValue)")
        }
        let ours = Set(desk.openOrders.map { Working($0.request.clientID, $0.request, filled: $0.filled) })
        let theirs = Set(
            open.filter { $0.symbol == symbol }.compactMap { order in
                order.clientID.flatMap { $0.isManual ? nil : Working($0, order) }
            })
        if ours != theirs {
            let (mine, others) = (ours.subtracting(theirs), theirs.subtracting(ours))
            fail(.booksEqualVenue, "\(symbol): open orders \(mine) in the books, \(others) at the venue")
        }
        // What other hands did is booked as it was; but an adjustment has a price of its own, and while everything is
        // halted nobody reads what they do.
        guard flow.foreign == 0 || desk.adjustments == 0 && !engine.kill.isEngaged else { return }
        let position = desk.position
        if position.realised - position.fees - position.cost != flow.cash {
            fail(.moneyConserved, "\(symbol): the books' money differs from that of the executions")
        }
    }

    /// The last kill: everything is flat.
    mutating func checkFlat() {
        if engine.kill.phase != .flat { fail(.flatAfterKill, "not proven flat four minutes after the last kill") }
        for venue in venues where !venue.truth.isFlat {
            fail(.flatAfterKill, "\(venue.name) holds \(ChaosLog.text(venue.truth)) after the last kill")
        }
    }
}

/// An open order as books and venue must both know it.
private struct Working: Hashable, CustomStringConvertible {
    let id: ClientOrderID
    let side: Side
    let kind: OrderKind
    let quantity: Quantity
    let filled: Quantity

    init(_ id: ClientOrderID, _ request: OrderRequest, filled: Quantity) {
        (self.id, self.filled) = (id, filled)
        (side, kind, quantity) = (request.side, request.kind, request.quantity)
    }

    init(_ id: ClientOrderID, _ report: OrderReport) {
        (self.id, filled) = (id, report.filled)
        (side, kind, quantity) = (report.side, report.kind, report.quantity)
    }

    var description: String { "\(id) \(side.rawValue) \(quantity) \(kind), \(filled) of it filled" }
}
