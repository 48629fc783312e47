import Core
import Engine
import Testing

/// Once the kill switch is pulled nothing opens, everything is cancelled and closed, and flat is said only when read.
@Suite struct KillTests {
    private static let one = BrokerName("one")
    private static let two = BrokerName("two")

    private static func reading(_ broker: BrokerName) -> Effect { .readAccount(broker, fillsSince: .distantFuture) }

    /// A point in a trade's life.
    enum Point: CaseIterable {
        case idle, sentAndMute, lost, working, partlyFilled, filledInSecret, filledByReport, protected, watched
        case stopOnItsWay, closing, partlyClosed, closedInSecret, held
    }

    private func bench(at point: Point) throws -> Bench {
        var bench = try Bench(native: point != .watched)
        switch point {
        case .idle: try bench.price("100")
        case .sentAndMute, .lost:
            bench.manners[Self.one] = point == .lost ? .lost : .mute
            _ = try bench.enter()
        case .working: _ = try bench.enter()
        case .partlyFilled: try bench.fill(bench.enter(), "2")
        case .filledInSecret, .filledByReport:
            let news = try bench.execute(bench.enter(), at: #require(Price("100")))
            if point == .filledByReport { try bench.take(.reported(news.report)) }
        case .protected, .watched: try bench.hold()
        case .stopOnItsWay:
            let entry = try bench.enter()
            bench.manners[Self.one] = .mute
            try bench.fill(entry)
        case .closing, .partlyClosed, .closedInSecret, .held:
            try bench.hold()
            bench.now = bench.now + .seconds(1)
            if point == .held { bench.manners[Self.one] = .refusing("CLOSED") }
            let exit = try #require(try bench.signal(0).orders.first?.clientID)
            if point == .partlyClosed { try bench.fill(exit, "2") }
            if point == .closedInSecret { _ = try bench.execute(exit, at: #require(Price("100"))) }
        }
        return bench
    }

    @Test(arguments: Point.allCases) func fromAnyPointItEndsFlatAndOpensNothing(point: Point) throws {
        var bench = try bench(at: point)
        let before = bench.effects.count
        try bench.kill()
        try bench.wait(.seconds(1))
        bench.manners = [:]
        try bench.seeThrough()
        let after = Array(bench.effects.dropFirst(before))
        #expect(bench.engine.kill.phase == .flat)
        #expect(after.orders.allSatisfy { $0.reduceOnly && $0.purpose == .flatten })
        #expect(try bench.one.snapshot(at: bench.now).isFlat)
        #expect(after.filter { $0 == .halted(reason: "test") }.count == 1)
        #expect(bench.engine.desks.allSatisfy { $0.isQuiet(at: bench.now) })
        #expect(bench.engine.nextDeadline == nil)
    }

    @Test(arguments: Point.allCases) func whileTheVenueIsSilentItIsNeverCalledFlatAndNeverSpins(point: Point) throws {
        var bench = try bench(at: point)
        bench.manners[Self.one] = .unreachable
        try bench.kill()
        try bench.wait(.seconds(120))
        #expect(bench.engine.kill.phase == .flattening && !bench.effects.isHalted)
        #expect(bench.events.count < 2_000)
        bench.manners = [:]
        try bench.wait(.seconds(5))
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
        #expect(try bench.one.snapshot(at: bench.now).isFlat)
    }

    @Test func whatTheEngineDoesNotKnowIsCancelledAndClosedToo() throws {
        var bench = try Bench(assets: 2)
        let (stranger, other) = (try Bench.symbol("ZZZ"), try Bench.symbol("BBB"))
        bench.venues[Self.one]?.positions = [
            stranger: try #require(Quantity("-3")), other: try #require(Quantity("7")),
        ]
        bench.venues[Self.one]?.placeForeign(stranger, try #require(Quantity("1")), at: bench.now)
        bench.venues[Self.one]?.placeForeign(try Bench.symbol(), try #require(Quantity("1")), at: bench.now)
        bench.venues[Self.two]?.positions = [other: try #require(Quantity("-2"))]
        try bench.kill()
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
        #expect(bench.effects.cancelled.count == 2)
        #expect(
            bench.effects.orders.map { $0.side.signed($0.quantity) }.sorted()
                == [-7, 2, 3].map { Quantity(FixedDecimal($0)) })
        for name in [Self.one, Self.two] { #expect(bench.venues[name]?.snapshot(at: bench.now).isFlat == true) }
    }

    @Test func anUnreachableBrokerDelaysNoOther() throws {
        var bench = try Bench(assets: 2)
        try bench.hold()
        bench.manners[Self.two] = .unreachable
        try bench.kill()
        try bench.seeThrough(rounds: 2)
        #expect(bench.engine.kill.proven == [Self.one])
        #expect(try bench.one.snapshot(at: bench.now).isFlat)
        #expect(bench.engine.kill.phase == .flattening)
        #expect(bench.effects.alerts.contains("VENUE_UNREACHABLE"))
        bench.manners = [:]
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat && bench.effects.isHalted)
    }

    @Test func aFlattenOrderThatIsNotExecutedKeepsItFromBeingFlat() throws {
        var bench = try Bench()
        try bench.hold()
        try bench.kill()
        try bench.wait(.seconds(120))
        let closing = bench.effects.orders.filter { $0.purpose == .flatten }
        #expect(closing.count == 1 && closing.first?.quantity == Quantity("5"))
        #expect(bench.engine.kill.phase == .flattening)
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
    }

    @Test func whatIsLeftAfterAPartlyFilledFlattenIsClosedByTheNext() throws {
        var bench = try Bench()
        try bench.hold()
        try bench.kill()
        let first = try #require(bench.effects.orders.last).clientID
        try bench.fill(first, "3")
        if let dropped = try bench.venues[Self.one]?.cancel(.client(first)).get() { try bench.take(.reported(dropped)) }
        try bench.wait(.seconds(10))
        let second = try #require(bench.effects.orders.last)
        #expect(second.clientID != first && second.quantity == Quantity("2"))
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
    }

    @Test func aVenueThatIsFlatBeforeItsExecutionArrivesIsReadAgain() throws {
        var bench = try Bench()
        try bench.hold()
        try bench.kill()
        let closing = try #require(bench.effects.orders.last).clientID
        let late = try bench.execute(closing, at: try #require(Price("100")))
        try bench.wait(.seconds(1))
        #expect(try bench.one.snapshot(at: bench.now).positions.isEmpty)
        #expect(bench.engine.kill.phase == .flattening)
        try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [.fill(late.fill)])))
        try bench.wait(.seconds(4))
        #expect(try bench.engine.kill.phase == .flat && bench.desk.position.isFlat)
        #expect(!bench.effects.alerts.contains("BOOKS_DIFFER"))
    }

    @Test func aLostExecutionIsNotWaitedForForEver() throws {
        var bench = try Bench()
        try bench.hold()
        try bench.kill()
        let closing = try #require(bench.effects.orders.last).clientID
        _ = try bench.execute(closing, at: try #require(Price("100")))
        try bench.wait(.seconds(60))
        #expect(bench.engine.kill.phase == .flat && bench.effects.isHalted)
        #expect(bench.effects.alerts.contains("BOOKS_DIFFER"))
    }

    @Test func engagingAgainAfterARestartReadsEverythingAgain() throws {
        var bench = try Bench(assets: 2)
        try bench.kill()
        #expect(bench.engine.kill.phase == .flat)
        bench.venues[Self.two]?.positions = [try Bench.symbol("BBB"): try #require(Quantity("1"))]
        let asked = try bench.kill()
        #expect(asked.filter { $0 == Self.reading(Self.one) || $0 == Self.reading(Self.two) }.count == 2)
        #expect(bench.engine.kill.phase == .flattening)
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
        #expect(bench.effects.alerts.filter { $0 == "KILL_ENGAGED" }.count == 1)
    }

    @Test func aBrokerThatIsConfiguredMeanwhileHasToBeFlatAsWell() throws {
        var bench = try Bench()
        try bench.kill()
        let wider = try #require(try Bench(assets: 2).engine.configuration)
        bench.venues[Self.two] = ModelVenue(Self.two)
        try bench.take(.configured(wider))
        #expect(bench.engine.kill.phase == .flat && bench.engine.kill.proven == [Self.one, Self.two])
        #expect(bench.effects.contains(Self.reading(Self.two)))
    }

    @Test func releaseIsRefusedBeforeFlatAndTradesAgainAfterIt() throws {
        var bench = try Bench()
        try bench.hold()
        try bench.kill()
        #expect(try bench.take(.release).alerts == ["RELEASE_REFUSED"])
        #expect(bench.engine.state == .halted)
        try bench.seeThrough()
        #expect(bench.engine.state == .halted)
        #expect(try bench.take(.release).alerts == ["KILL_RELEASED"])
        #expect(bench.engine.state == .active)
        try bench.price("100")
        #expect(try bench.signal(0.5, stop: 90).orders.map(\.purpose) == [.entry])
        #expect(Set(bench.effects.orders.map(\.clientID)).count == bench.effects.orders.count)
    }

    @Test func nothingOpensWhileHaltedAndNothingIsCaughtUpWithAfterTheRelease() throws {
        var bench = try Bench()
        try bench.price("100")
        try bench.kill()
        bench.now = bench.now + .seconds(1)
        #expect(try bench.signal(0.5, stop: 90).isEmpty)
        try bench.take(.release)
        try bench.price("100")
        try bench.take(.deadline)
        #expect(bench.effects.orders.isEmpty)
        bench.now = bench.now + .seconds(1)
        #expect(try bench.signal(0.5, stop: 90).orders.count == 1)
    }
}

extension Bench {
    @discardableResult
    mutating func kill() throws -> [Effect] { try take(.kill(reason: "test")) }

    /// Executes the closing orders of the kill sequence as they come, second by second, until it says flat.
    mutating func seeThrough(rounds: Int = 60) throws {
        for _ in 0..<rounds where engine.kill.phase == .flattening {
            let closing = effects.orders.filter { $0.purpose == .flatten }.map(\.clientID)
            for name in venues.keys.sorted() {
                for order in venues[name]?.openOrders ?? [] {
                    if let id = order.clientID, closing.contains(id) { try fill(id) }
                }
            }
            try wait(.seconds(1))
        }
    }
}
