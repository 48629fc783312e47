import Core
import Engine
import Testing

/// Executions of other hands: each is booked once, as it was, whenever and under whatever name it is told.
@Suite struct StrangerTests {
    private static let one = BrokerName("one")

    private func news(_ bench: Bench, _ events: [VenueEvent]) -> EngineEvent {
        .venue(VenueBatch(broker: Self.one, at: bench.now, events: events))
    }

    /// Somebody else trades three.
    private func trade(_ bench: inout Bench, _ side: Side, _ price: Int, isListed: Bool = true) throws -> Fill {
        let (symbol, now) = (try Bench.symbol(), bench.now)
        let fill = bench.venues[Self.one]?.trade(
            symbol, side, Quantity(FixedDecimal(3)), at: Price(FixedDecimal(price)), isListed: isListed, now)
        return try #require(fill)
    }

    /// Feeds an event, and the answers to all that is asked for.
    private func feed(_ event: EngineEvent, _ bench: inout Bench, _ engine: inout Engine) throws {
        var waiting = [event]
        while !waiting.isEmpty {
            for effect in engine.step(waiting.removeFirst(), at: bench.now) {
                if let answer = try bench.perform(effect) { waiting.append(answer) }
            }
        }
    }

    /// Takes every deadline of the next two minutes.
    private func settle(_ bench: inout Bench, _ engine: inout Engine) throws -> Desk {
        let end = bench.now + .seconds(120)
        while let due = engine.nextDeadline, due <= end {
            bench.now = max(due, bench.now)
            try feed(.deadline, &bench, &engine)
        }
        return try #require(engine[try Bench.symbol()])
    }

    /// It is told while a reading is on its way that does not know of it yet: that the reading agrees with the books
    /// says nothing of it.
    @Test(arguments: [[Side.sell], [.sell, .buy]])
    func oneThatAReadingIsTooOldForWaitsForTheNext(sides: [Side]) throws {
        var bench = try Bench(reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        try bench.hold()
        try bench.wait(.seconds(60))
        var engine = bench.engine
        let before = try bench.one.snapshot(at: bench.now, fillsSince: .distantFuture)
        let worth = try bench.desk.position.realised - bench.desk.position.cost
        for (place, side) in sides.enumerated() {
            #expect(!engine.step(.reconcile, at: bench.now).isEmpty)
            let fill = try trade(&bench, side, side == .sell ? 104 : 102, isListed: false)
            if place == 0 { _ = engine.step(news(bench, [.fill(fill)]), at: bench.now) }
            if place == 0 { _ = engine.step(.snapshot(before), at: bench.now) }
            if place > 0 { _ = engine.step(news(bench, [.fill(fill)]), at: bench.now) }
        }
        let desk = try settle(&bench, &engine)
        #expect(desk.position.quantity == Quantity(sides.count == 1 ? "2" : "5"))
        #expect(desk.adjustments == 0)
        let moved = try #require(Money(sides.count == 1 ? "312" : "6"))
        #expect(desk.position.realised - desk.position.cost - worth == moved)
    }

    /// A reading shows what nobody explains, and is older than an execution that was told meanwhile: that one explains
    /// nothing of it.
    @Test func oneThatIsYoungerThanAReadingExplainsNothingOfIt() throws {
        var bench = try Bench(reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        try bench.hold()
        try bench.wait(.seconds(60))
        var engine = bench.engine
        _ = try trade(&bench, .buy, 100, isListed: false)
        let before = try bench.one.snapshot(at: bench.now, fillsSince: .distantFuture)
        _ = engine.step(.reconcile, at: bench.now)
        _ = engine.step(.snapshot(before), at: bench.now)
        bench.now = bench.now + .seconds(2)
        _ = engine.step(.deadline, at: bench.now)
        let young = try trade(&bench, .sell, 104, isListed: false)
        _ = engine.step(news(bench, [.fill(young)]), at: bench.now)
        let later = AccountSnapshot(
            broker: Self.one, openOrders: before.openOrders, positions: before.positions, balances: [:], at: bench.now)
        bench.refusesFlips = true
        try feed(.snapshot(later), &bench, &engine)
        #expect(engine[try Bench.symbol()]?.position.quantity == Quantity("8"))
        let desk = try settle(&bench, &engine)
        #expect(desk.position.quantity == Quantity("5") && desk.adjustments == 1)
    }

    /// An execution that was nobody's at first, as where stops become orders of another name, turns out to be ours: it
    /// is in the books already.
    @Test(arguments: [true, false]) func oneThatTurnsOutToBeOursIsNotBookedAgain(isRoundTrip: Bool) throws {
        var bench = try Bench(reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        let entry = try bench.enter()
        let gone = try #require(try bench.venues[Self.one]?.cancel(.client(entry)).get())
        try bench.take(news(bench, [.order(gone)]))
        try bench.wait(.seconds(60))
        let first = try trade(&bench, .buy, 100)
        if isRoundTrip { _ = try trade(&bench, .sell, 104) }
        try bench.wait(.seconds(60))
        let held = try #require(Quantity(isRoundTrip ? "0" : "3"))
        #expect(try bench.desk.position.quantity == held)
        let named = Fill(
            venue: first.venue, tradeID: first.tradeID, clientID: entry, symbol: first.symbol, side: first.side,
            price: first.price, quantity: first.quantity, fee: .zero, at: first.at)
        try bench.take(news(bench, [.fill(named)]))
        #expect(try bench.desk.position.quantity == held, "booked once")
        #expect(try bench.desk.orders[entry]?.filled == first.quantity, "the order has it")
        try bench.wait(.seconds(120))
        #expect(try bench.desk.position.quantity == held)
        #expect(try bench.desk.adjustments == 0)
    }
}
