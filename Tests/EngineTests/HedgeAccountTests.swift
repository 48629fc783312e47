import Core
import Engine
import Testing

/// An account that holds both sides of an instrument, one of them not ours.
@Suite struct HedgeAccountTests {
    private static let one = BrokerName("one")

    private func bench() throws -> Bench {
        var bench = try Bench(reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        try bench.hold()
        let short = AccountPosition(
            symbol: try Bench.symbol(), quantity: Quantity(FixedDecimal(-3)), averagePrice: nil)
        bench.venues[Self.one]?.otherSides = [short]
        return bench
    }

    @Test func theOtherSideIsNotTakenForOurs() throws {
        var bench = try bench()
        let asked = try bench.wait(.seconds(120))
        #expect(try bench.desk.position.quantity == Quantity("5"))
        #expect(try bench.openStop() != nil, "our side keeps its stop")
        #expect(try bench.desk.hold == .external)
        #expect(asked.alerts == ["EXTERNAL_POSITION"], "told once")
    }

    @Test func entriesGoOnOnceItIsClosedAndAcknowledged() throws {
        var bench = try bench()
        try bench.wait(.seconds(120))
        try bench.take(.operated(.acknowledge(try Bench.symbol(), by: "Ada")))
        try bench.wait(.seconds(60))
        #expect(try bench.desk.hold == .external, "it is still there")
        bench.venues[Self.one]?.otherSides = []
        try bench.take(.operated(.acknowledge(try Bench.symbol(), by: "Ada")))
        try bench.wait(.seconds(60))
        #expect(try bench.desk.hold == nil)
    }

    /// What other hands did beside our 5 at 100, one trade after the other: whether it was our side, the side, the
    /// size and the price; and what all of it together was worth once everything was closed at 100 again.
    private static let strangers: [(trades: [(ofOurs: Bool, side: Side, size: Int, price: Int)], worth: Int)] = [
        ([(false, .sell, 3, 104)], 12),
        ([(false, .sell, 1, 104), (false, .sell, 2, 103)], 10),
        ([(false, .sell, 3, 104), (false, .buy, 1, 101)], 11),
        ([(true, .sell, 2, 101), (false, .sell, 3, 104)], 14),
        ([(false, .sell, 3, 104), (true, .sell, 2, 101)], 14),
        ([(false, .sell, 3, 104), (true, .sell, 5, 101)], 17),
    ]

    /// A kill closes both sides. What opened the other one is booked as it was, with its fee, whether it was seen long
    /// before the kill or comes with it.
    @Test(arguments: strangers.indices, [true, false])
    func aKillBooksTheOtherSideAsItWas(index: Int, isSeenBefore: Bool) throws {
        var bench = try Bench(reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        try bench.hold()
        try bench.wait(.seconds(60))
        let (trades, worth) = Self.strangers[index]
        for trade in trades {
            try bench.otherHands(trade.ofOurs, trade.side, trade.size, trade.price)
            if isSeenBefore { try bench.wait(.seconds(60)) }
        }
        try bench.kill()
        try bench.seeThrough()
        let position = try bench.desk.position
        #expect(try bench.engine.kill.phase == .flat && bench.one.snapshot(at: bench.now).isFlat && position.isFlat)
        #expect(position.realised == Money(FixedDecimal(worth)))
        #expect(position.fees == Money(FixedDecimal(trades.count(where: { !$0.ofOurs }))))
        let external = bench.effects.adopted.filter { $0.tradeID.hasPrefix("EXTERNAL") }
        #expect(external.isEmpty, "everything was told: nothing has to be guessed")
        #expect(!bench.effects.alerts.contains("BOOKS_DIFFER"), "nor waited for")
    }

    /// Somebody else holds both sides before anything is ours: one is adopted, and the other booked when it is closed.
    @Test func bothSidesMayBeSomebodyElses() throws {
        var bench = try Bench(reconcile: ReconcileRules())
        try bench.price("100")
        try bench.wait(.seconds(1))
        try bench.otherHands(true, .buy, 5, 98)
        try bench.otherHands(false, .sell, 3, 104)
        try bench.wait(.seconds(120))
        #expect(try bench.desk.hold == .external && bench.desk.position.quantity.magnitude >= Quantity(FixedDecimal(3)))
        try bench.kill()
        try bench.seeThrough()
        let position = try bench.desk.position
        #expect(bench.engine.kill.phase == .flat && position.isFlat)
        #expect(position.realised == Money(FixedDecimal(22)) && position.fees == Money(.one))
    }
}

extension Bench {
    /// Other hands trade: our side without a fee, the other one for a fee of 1.
    fileprivate mutating func otherHands(_ ofOurs: Bool, _ side: Side, _ size: Int, _ price: Int) throws {
        let (symbol, one) = (try Bench.symbol(), BrokerName("one"))
        let (size, price) = (Quantity(FixedDecimal(size)), Price(FixedDecimal(price)))
        if ofOurs {
            venues[one]?.trade(symbol, side, size, at: price, isListed: true, now)
        } else {
            venues[one]?.tradeOtherSide(symbol, side, size, at: price, fee: Money(.one), now)
        }
    }
}

extension [Effect] {
    /// What reconciliations booked.
    fileprivate var adopted: [Fill] {
        flatMap { effect -> [Fill] in
            if case .reconciled(let record) = effect { record.fills } else { [] }
        }
    }
}
