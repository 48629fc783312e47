import Core
import Engine
import Testing

/// What becomes of an order when messages are lost, late, repeated or wrong.
@Suite struct OrderLifeTests {
    private func fill(
        _ id: ClientOrderID, _ quantity: String, _ trade: String, side: Side = .buy, price: String = "100"
    ) throws -> EngineEvent {
        let fill = Fill(
            venue: BrokerName("one"), tradeID: trade, clientID: id, symbol: try Bench.symbol(), side: side,
            price: try #require(Price(price)), quantity: try #require(Quantity(quantity)), fee: .zero, at: .epoch)
        return .venue(VenueBatch(broker: fill.venue, at: .epoch, events: [.fill(fill)]))
    }

    @Test func whatNeverArrivedIsAskedForTwiceAndThenTakenForRefused() throws {
        var bench = try Bench()
        bench.manners[BrokerName("one")] = .lost
        let entry = try bench.enter()
        #expect(try bench.desk.openOrders.map(\.state) == [.unknown])
        #expect(bench.effects.queried == [entry])
        try bench.wait(.milliseconds(249))
        #expect(bench.effects.queried == [entry])
        let asked = try bench.wait(.milliseconds(1))
        #expect(asked.queried == [entry] && asked.alerts == ["ORDER_REFUSED"])
        #expect(try bench.desk.openOrders.isEmpty)
        try bench.wait(.seconds(60))
        #expect(bench.effects.orders.count == 1, "an entry is tried once")
        #expect(bench.engine.nextDeadline == nil)
    }

    @Test func silenceBecomesUnknownAfterTheDeadlineAndEndsWithTheVenuesAnswer() throws {
        var bench = try Bench()
        bench.manners[BrokerName("one")] = .mute
        let entry = try bench.enter()
        try bench.wait(.milliseconds(4_999))
        #expect(try bench.desk.openOrders.map(\.state) == [.sent])
        try bench.wait(.seconds(60))
        #expect(try bench.desk.openOrders.map(\.state) == [.unknown])
        bench.manners[BrokerName("one")] = .prompt
        try bench.wait(.milliseconds(250))
        #expect(try bench.desk.openOrders.map(\.state) == [.working])
        #expect(bench.effects.orders.map(\.clientID) == [entry])
        #expect(bench.engine.nextDeadline == nil)
    }

    @Test func repeatedReportsAndFillsCountOnce() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        let part = try bench.execute(entry, Quantity("2"), at: #require(Price("100")))
        let rest = try bench.execute(entry, at: #require(Price("101")))
        let news: [VenueEvent] = [.fill(part.fill), .order(part.report), .fill(rest.fill), .order(rest.report)]
        for _ in 0..<3 {
            try bench.take(.venue(VenueBatch(broker: BrokerName("one"), at: bench.now, events: news)))
            try bench.take(.reported(part.report))
        }
        #expect(try bench.desk.position.quantity == Quantity("5"))
        #expect(try bench.desk.position.cost == Money("503"))
        #expect(bench.effects.alerts.isEmpty)
        #expect(try bench.one.openOrders.count == 2)
    }

    @Test func aFillMayOvertakeTheAcknowledgement() throws {
        var bench = try Bench()
        bench.manners[BrokerName("one")] = .mute
        let entry = try bench.enter()
        bench.manners[BrokerName("one")] = .prompt
        let acknowledged = try #require(try bench.one.order(entry))
        try bench.fill(entry, "2")
        #expect(try bench.desk.position.quantity == Quantity("2"))
        try bench.take(.reported(acknowledged))
        #expect(try bench.desk.openOrders.first { $0.request.clientID == entry }?.state == .partiallyFilled)
        try bench.fill(entry)
        #expect(try bench.desk.position.quantity == Quantity("5"))
    }

    @Test func aFillAfterTheCancellationIsRealAndIsClosedAgain() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        bench.now = bench.now + .seconds(1)
        let asked = try bench.signal(0)
        #expect(asked.cancelled == [.client(entry)])
        #expect(try bench.desk.openOrders.isEmpty)
        bench.venues[BrokerName("one")]?.positions[try Bench.symbol()] = Quantity("2")
        let closing = try bench.take(fill(entry, "2", "late"))
        let exit = try #require(closing.orders.last)
        #expect(exit.purpose == .exit && exit.reduceOnly && exit.quantity == Quantity("2"))
        try bench.fill(exit.clientID)
        #expect(try bench.desk.position.isFlat)
    }

    @Test func aFillOfAnOrderThatWasTakenForRefusedIsProtected() throws {
        var bench = try Bench()
        bench.manners[BrokerName("one")] = .lost
        let entry = try bench.enter()
        try bench.wait(.seconds(1))
        #expect(try bench.desk.openOrders.isEmpty)
        bench.manners[BrokerName("one")] = .prompt
        bench.venues[BrokerName("one")]?.positions[try Bench.symbol()] = Quantity("5")
        try bench.take(fill(entry, "5", "late"))
        #expect(try bench.desk.position.quantity == Quantity("5"))
        #expect(try bench.desk.protection.stop?.mode == .armedNative)
    }

    @Test func anOrderThatStandsAlthoughItWasRefusedIsCancelled() throws {
        var bench = try Bench()
        bench.manners[BrokerName("one")] = .refusing("BUSY")
        let entry = try bench.enter()
        let asked = try bench.take(
            .reported(
                OrderReport(
                    clientID: entry, venueOrderID: "7", symbol: Bench.symbol(), side: .buy, kind: .market,
                    quantity: #require(Quantity("5")), filled: .zero, state: .working, reason: nil, at: bench.now)))
        #expect(asked.cancelled == [.client(entry)] && asked.alerts == ["ORDER_AFTER_REFUSAL"])
    }

    @Test func whatCannotBeAFillOfOursIsToldAndNotBooked() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        let oddities = try [
            fill(entry, "5.001", "a"), fill(entry, "1", "b", side: .sell), fill(entry, "0", "c"),
            fill(entry, "-1", "d"), fill(entry, "1", "e", price: "0"), fill(ClientOrderID("x"), "1", "f"),
        ]
        for oddity in oddities { #expect(try bench.take(oddity).alerts == ["FILL_NOT_BOOKED"]) }
        #expect(try bench.desk.position.isFlat)
        // The refused trade ids were not used up.
        bench.venues[BrokerName("one")]?.positions[try Bench.symbol()] = Quantity("1")
        try bench.take(fill(entry, "1", "a"))
        #expect(try bench.desk.position.quantity == Quantity("1"))
    }

    @Test func aRefusedEntryIsToldAndNotRepeated() throws {
        var bench = try Bench()
        bench.manners[BrokerName("one")] = .refusing("NO_MARGIN")
        _ = try bench.enter()
        try bench.price("101")
        try bench.wait(.seconds(60))
        #expect(bench.effects.orders.count == 1)
        #expect(bench.effects.alerts == ["ORDER_REFUSED"])
    }

    @Test func aCancellationThatComesTooLateIsNotRepeatedWithoutEnd() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        let news = try bench.execute(entry, at: #require(Price("100")))
        bench.now = bench.now + .seconds(1)
        try bench.signal(0)
        #expect(bench.effects.cancelled.count == 1)
        for _ in 0..<5 { try bench.price("100") }
        #expect(bench.effects.cancelled.count == 1, "the venue calls it filled: only its execution is late")
        try bench.take(.venue(VenueBatch(broker: BrokerName("one"), at: bench.now, events: [.fill(news.fill)])))
        #expect(bench.effects.orders.last?.purpose == .exit)
    }

    /// The cancellation gets lost, and news from before it comes in: the venue is asked all the same.
    @Test func staleNewsDoesNotEndTheWaitForACancellation() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        let stale = try #require(try bench.one.order(entry))
        bench.manners[BrokerName("one")] = .losingCancellations
        bench.now = bench.now + .seconds(1)
        try bench.signal(0)
        try bench.take(.reported(stale))
        bench.manners[BrokerName("one")] = .prompt
        try bench.wait(.seconds(10))
        #expect(try bench.one.order(entry)?.state == .cancelled && bench.desk.openOrders.isEmpty)
    }

    @Test func namesAreUniqueAndOnlyDependOnWhatTheOrdersAreFor() throws {
        func history(delay: Int64) throws -> [OrderRequest] {
            var bench = try Bench()
            for round in 0..<20 {
                bench.now = Timestamp(milliseconds: 1_000_000_000 + Int64(round) * 10_000)
                let asked =
                    try bench.price("100") + bench.signal(round % 2 == 0 ? 0.5 : -0.5, stop: round % 2 == 0 ? 90 : 110)
                bench.now = bench.now + .milliseconds(delay)
                for closing in asked.orders where closing.reduceOnly { try bench.fill(closing.clientID) }
                let entry = try #require(bench.effects.orders.last { $0.purpose == .entry })
                try bench.fill(entry.clientID, "1.5")
                try bench.fill(entry.clientID)
            }
            return bench.effects.orders
        }
        let orders = try history(delay: 0)
        #expect(orders.count > 70)
        #expect(Set(orders.map(\.clientID)).count == orders.count)
        #expect(try history(delay: 777) == orders)
    }
}
