import Core
import Engine
import Testing

/// Where nothing is reduce-only, a stop goes for a close that can be placed, and for no other.
@Suite struct GuardedCloseTests {
    private static let one = BrokerName("one")

    private func holding(stopsBlock: Bool) throws -> Bench {
        var bench = try Bench(reduceOnly: false, stopsBlock: stopsBlock)
        try bench.hold()
        bench.now = bench.now + .seconds(1)
        #expect(try bench.openStop() != nil)
        return bench
    }

    @discardableResult
    private func session(_ bench: inout Bench, open: Bool) throws -> [Effect] {
        let news = VenueEvent.session(try Bench.symbol(), isOpen: open, next: nil)
        return try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [news])))
    }

    /// Nobody knows what is held, so nothing can be closed: the stop is all that looks after it.
    @Test(arguments: [true, false]) func aHaltLeavesTheStopWhileTheAccountCannotBeRead(stopsBlock: Bool) throws {
        var bench = try holding(stopsBlock: stopsBlock)
        bench.manners[Self.one] = .unreachable
        try bench.kill()
        try bench.wait(.seconds(120))
        #expect(bench.effects.cancelled.isEmpty)
        #expect(try bench.openStop() != nil)
        bench.manners = [:]
        try bench.wait(.seconds(10))
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
        #expect(try bench.one.snapshot(at: bench.now).isFlat)
    }

    @Test(arguments: [true, false]) func aHaltLeavesTheStopWhileTheMarketIsClosed(stopsBlock: Bool) throws {
        var bench = try holding(stopsBlock: stopsBlock)
        try session(&bench, open: false)
        try bench.kill()
        try bench.wait(.seconds(50))
        #expect(try bench.openStop() != nil)
        #expect(bench.effects.orders.count == 2, "the entry and its stop")
        try session(&bench, open: true)
        try bench.wait(.seconds(10))
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
        #expect(try bench.one.snapshot(at: bench.now).isFlat)
    }

    /// The stop comes back, and each further try takes it away for a moment only.
    @Test(arguments: [true, false]) func aHaltThatMayNotCloseGivesThePositionItsStopBack(stopsBlock: Bool) throws {
        var bench = try holding(stopsBlock: stopsBlock)
        bench.manners[Self.one] = .refusingCloses("FORBIDDEN")
        try bench.kill()
        try bench.wait(.seconds(20))
        #expect(try bench.openStop()?.quantity == Quantity("5"))
        #expect(bench.effects.alerts.contains("SYMBOL_HELD"))
        try bench.wait(.seconds(600))
        let tries = bench.effects.orders.count { $0.purpose == .flatten }
        #expect((10...50).contains(tries), "\(tries)")
        #expect(try bench.openStop() != nil || bench.one.openOrders.isEmpty)
        bench.manners = [:]
        try bench.wait(.seconds(30))
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
        #expect(try bench.one.snapshot(at: bench.now).isFlat)
    }

    /// Nor is it asked for stops without end by a venue that takes neither.
    @Test(arguments: [true, false]) func aHaltThatMayDoNothingGoesOnTrying(stopsBlock: Bool) throws {
        var bench = try holding(stopsBlock: stopsBlock)
        try bench.kill()
        try bench.wait(.seconds(2))
        bench.manners[Self.one] = .refusing("FORBIDDEN")
        let closing = try #require(bench.effects.orders.last { $0.purpose == .flatten })
        if let gone = try bench.venues[Self.one]?.cancel(.client(closing.clientID)).get() {
            try bench.take(.reported(gone))
        }
        try bench.wait(.seconds(120))
        #expect(bench.effects.orders.count { $0.purpose == .stop } <= 2)
        #expect(bench.effects.orders.count { $0.purpose == .flatten } > 20)
        bench.manners = [:]
        try bench.wait(.seconds(30))
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
    }

    @Test(arguments: [true, false]) func anExitThatIsRefusedGivesThePositionItsStopBack(stopsBlock: Bool) throws {
        var bench = try holding(stopsBlock: stopsBlock)
        bench.manners[Self.one] = .refusingCloses("FORBIDDEN")
        try bench.signal(0)
        #expect(try bench.desk.isHeld && bench.desk.exposedSince == nil)
        #expect(try bench.openStop()?.quantity == Quantity("5"))
        #expect(try bench.desk.protection.stop?.mode == .armedNative)
        bench.manners = [:]
        bench.now = bench.now + .seconds(1)
        let exit = try #require(try bench.signal(0).orders.last { $0.purpose == .exit })
        try bench.fill(exit.clientID)
        try bench.wait(.seconds(10))
        #expect(try bench.desk.position.isFlat && bench.one.openOrders.isEmpty)
    }

    /// The broker takes the stop back once it knows that the close can be placed: the desk leaves that to it.
    @Test(arguments: [false, true]) func aCloseIsSentBesideAStopThatDoesNotBlock(kills: Bool) throws {
        var bench = try holding(stopsBlock: false)
        let asked = try kills ? bench.kill() : bench.signal(0)
        #expect(asked.cancelled.isEmpty && asked.orders.map(\.kind) == [.market])
        #expect(try bench.openStop() == nil)
        try bench.fill(try #require(asked.orders.first).clientID)
        try bench.wait(.seconds(10))
        #expect(try bench.desk.position.isFlat && bench.one.openOrders.isEmpty)
        #expect(!kills || bench.engine.kill.phase == .flat)
    }

    /// What cannot be closed just now is left to the stop, which the broker has not touched.
    @Test(arguments: [false, true]) func aCloseThatCannotBePlacedLeavesTheStop(kills: Bool) throws {
        var bench = try holding(stopsBlock: false)
        let stop = try #require(try bench.openStop()?.clientID)
        bench.manners[Self.one] = .refusing("NO_RULES")
        _ = try kills ? bench.kill() : bench.signal(0)
        try bench.wait(.seconds(100))
        #expect(try bench.openStop()?.clientID == stop)
        #expect(try bench.desk.exposedSince == nil)
        #expect(!bench.effects.cancelled.contains(.client(stop)))
        #expect(bench.effects.orders.count { $0.purpose == .flatten } < 12)
    }

    /// Somebody bought more by hand, or an execution is missing: the venue's account counts, however often it lists the
    /// stop.
    @Test(arguments: [true, false]) func aHaltClosesWhatTheBooksLackBesideAStop(stopsBlock: Bool) throws {
        var bench = try holding(stopsBlock: stopsBlock)
        try bench.wait(.seconds(60))
        bench.venues[Self.one]?.positions[try Bench.symbol()] = Quantity("8")
        try bench.kill()
        try bench.wait(.seconds(15))
        #expect(bench.effects.orders.last { $0.purpose == .flatten }?.quantity == Quantity("8"))
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
        #expect(try bench.one.snapshot(at: bench.now).isFlat)
    }

    /// Whatever a broker declares, an exit is asked for once and gets out.
    @Test(arguments: [true, false], [true, false])
    func anExitGetsOutWhateverIsDeclared(reduceOnly: Bool, stopsBlock: Bool) throws {
        var bench = try Bench(reduceOnly: reduceOnly, stopsBlock: stopsBlock)
        try bench.hold()
        bench.now = bench.now + .seconds(1)
        let asked = try bench.signal(0).orders
        #expect(asked.map(\.purpose) == [.exit], "\(asked)")
        try bench.fill(try #require(asked.first).clientID)
        try bench.wait(.seconds(10))
        #expect(try bench.desk.position.isFlat && bench.one.openOrders.isEmpty)
    }

    /// What was tried at an earlier closing of the market says nothing of when to try again: the opening does.
    @Test func aCloseThatLeavesThePositionToItsStopIsNotTriedAtAMomentThatHasPassed() throws {
        var bench = try holding(stopsBlock: false)
        try session(&bench, open: false)
        try bench.kill()
        bench.venues[Self.one]?.positions = [:]
        if let gone = try bench.openStop().flatMap({ bench.venues[Self.one]?.cancel(.venue($0.venueOrderID)) }) {
            try bench.take(.reported(gone.get()))
        }
        try bench.wait(.seconds(120))
        try bench.take(.release)
        try bench.take(.operated(.acknowledge(try Bench.symbol(), by: "ann")))
        try session(&bench, open: true)
        try bench.hold()
        try session(&bench, open: false)
        bench.now = bench.now + .seconds(1)
        #expect(try bench.signal(0).orders.isEmpty)
        try bench.wait(.seconds(600))
        #expect(try bench.openStop() != nil && bench.effects.alerts.contains("RESIDUAL_EXPOSURE"))
        #expect(try session(&bench, open: true).orders.map(\.kind) == [.market])
    }

    /// A stop of a position that is gone is no guard.
    @Test func aHaltCancelsWhatGuardsNothing() throws {
        var bench = try holding(stopsBlock: false)
        let stop = try #require(try bench.openStop()?.clientID)
        bench.venues[Self.one]?.positions = [:]
        try bench.kill()
        #expect(bench.effects.cancelled == [.client(stop)])
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
    }
}
