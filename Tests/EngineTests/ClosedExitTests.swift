import Core
import Engine
import Testing

/// Ordinary exits and stops while a market is closed.
@Suite struct ClosedExitTests {
    private static let one = BrokerName("one")

    private func session(_ bench: inout Bench, open: Bool, next: Timestamp? = nil) throws -> [Effect] {
        let news = VenueEvent.session(try Bench.symbol(), isOpen: open, next: next)
        return try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [news])))
    }

    @Test func anExitWaitsForTheOpeningAndIsSentThenOnce() throws {
        var bench = try Bench()
        try bench.hold()
        _ = try session(&bench, open: false, next: bench.now + .seconds(600))
        bench.now = bench.now + .seconds(1)
        let asked = try bench.signal(0)
        #expect(asked.orders.isEmpty && asked.alerts == ["RESIDUAL_EXPOSURE"])
        try bench.wait(.seconds(500))
        #expect(bench.effects.orders.filter { $0.purpose == .exit }.isEmpty)
        #expect(try bench.openStop() != nil, "the stop still stands")
        let opened = try session(&bench, open: true)
        #expect(opened.orders.map(\.purpose) == [.exit])
        try bench.fillMarketOrders()
        #expect(try bench.desk.position.isFlat)
    }

    @Test func refusalsOfAClosedMarketHoldNothing() throws {
        var bench = try Bench()
        try bench.hold()
        bench.manners[Self.one] = .refusing("TINKOFF_30079")
        _ = try session(&bench, open: false)
        bench.now = bench.now + .seconds(1)
        try bench.signal(0)
        try bench.wait(.seconds(600))
        #expect(try !bench.desk.isHeld)
        let tries = bench.effects.orders.filter { $0.purpose == .exit }.count
        #expect((5...10).contains(tries), "one a minute, in case the opening was lost: \(tries)")
        bench.manners[Self.one] = .prompt
        _ = try session(&bench, open: true)
        try bench.fillMarketOrders()
        #expect(try bench.desk.position.isFlat)
    }

    @Test func aWatchedStopThatFiresInAClosedMarketClosesAtTheOpening() throws {
        var bench = try Bench(native: false)
        try bench.hold()
        _ = try session(&bench, open: false, next: bench.now + .seconds(600))
        #expect(try bench.price("90").orders.isEmpty)
        #expect(try session(&bench, open: true).orders.map(\.purpose) == [.stop])
        try bench.fillMarketOrders()
        #expect(try bench.desk.position.isFlat)
    }

    /// Where the venue knows no reduce-only, what is in the way of a close is a stop that protects meanwhile.
    @Test func nothingIsCancelledForACloseThatHasToWait() throws {
        var bench = try Bench(reduceOnly: false)
        try bench.hold()
        _ = try session(&bench, open: false)
        bench.now = bench.now + .seconds(1)
        let asked = try bench.signal(0)
        #expect(asked.cancelled.isEmpty && asked.orders.isEmpty)
        try bench.wait(.seconds(300))
        #expect(try bench.openStop() != nil)
    }

    /// The goal turned back before the opening: the close is not wanted any more.
    @Test func aCloseThatIsNotWantedAnyMoreIsForgotten() throws {
        var bench = try Bench()
        try bench.hold()
        _ = try session(&bench, open: false)
        bench.now = bench.now + .seconds(1)
        try bench.signal(0)
        bench.now = bench.now + .seconds(1)
        try bench.signal(0.5, stop: 90)
        try bench.wait(.seconds(120))
        #expect(bench.effects.orders.filter { $0.purpose == .exit }.isEmpty)
        #expect(try session(&bench, open: true).orders.isEmpty)
    }
}

/// What becomes of a close that was refused too often.
@Suite struct HeldCloseTests {
    private static let one = BrokerName("one")

    private func held(native: Bool = true) throws -> Bench {
        var bench = try Bench(native: native)
        try bench.hold()
        bench.manners[Self.one] = .refusing("NOT_NOW")
        bench.now = bench.now + .seconds(1)
        if native { try bench.signal(0) } else { try bench.price("90") }
        #expect(try bench.desk.isHeld)
        return bench
    }

    @Test func theNextRowTriesAgainEvenIfItSaysTheSame() throws {
        var bench = try held()
        bench.manners[Self.one] = .prompt
        bench.now = bench.now + .seconds(1)
        #expect(try bench.signal(0).orders.map(\.purpose) == [.exit])
        try bench.fillMarketOrders()
        #expect(try bench.desk.position.isFlat)
    }

    @Test func anAcknowledgementTriesAgainAtTheNextLook() throws {
        var bench = try held()
        bench.manners[Self.one] = .prompt
        try bench.take(.operated(.acknowledge(try Bench.symbol(), by: "ann")))
        #expect(try !bench.desk.isHeld)
    }

    @Test func aPositionWhoseStopFiredIsTriedAgainByItself() throws {
        var bench = try held(native: false)
        bench.manners[Self.one] = .prompt
        try bench.wait(.seconds(119))
        #expect(try bench.desk.isHeld)
        try bench.wait(.seconds(2))
        try bench.fillMarketOrders()
        #expect(try bench.desk.position.isFlat)
    }

    @Test func aPositionUnderAStopWaitsForItsPerson() throws {
        var bench = try held()
        bench.manners[Self.one] = .prompt
        try bench.wait(.seconds(600))
        #expect(try bench.desk.isHeld)
        #expect(try bench.openStop() != nil)
    }
}

extension Bench {
    /// Executes every market order that is open.
    fileprivate mutating func fillMarketOrders() throws {
        for order in try one.openOrders where order.kind == .market {
            if let id = order.clientID { try fill(id) }
        }
    }
}
