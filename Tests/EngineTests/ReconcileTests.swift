import Core
import Engine
import Testing

@Suite struct ReconcileTests {
    private static let one = BrokerName("one")

    private func bench(_ rules: ReconcileRules = ReconcileRules(), native: Bool = true) throws -> Bench {
        var bench = try Bench(native: native, reconcile: rules)
        try bench.wait(.seconds(1))
        return bench
    }

    private func found(_ effects: [Effect]) -> [Reconciliation] {
        effects.compactMap { if case .reconciled(let found) = $0 { found } else { nil } }
    }

    private func differences(_ effects: [Effect]) -> [Reconciliation.Difference] {
        found(effects).flatMap(\.differences)
    }

    private func actions(_ effects: [Effect]) -> [Reconciliation.Action] { differences(effects).map(\.action) }

    private func reads(_ effects: [Effect]) -> Int {
        effects.count { if case .readAccount = $0 { true } else { false } }
    }

    @Test func everyAccountIsReadBeforeItIsTradedOn() throws {
        var bench = try Bench(reconcile: .onRequest)
        #expect(reads(bench.effects) == 0)
        bench = try Bench(reconcile: ReconcileRules())
        #expect(reads(bench.effects) == 1)
        #expect(try bench.desk.hold == nil)
        try bench.hold()
        #expect(try bench.desk.position.quantity == Quantity("5"))
    }

    @Test func aVenueThatCannotBeReadIsNotEntered() throws {
        var bench = try Bench(reconcile: ReconcileRules())
        bench.manners[Self.one] = .unreachable
        let configuration = try #require(bench.engine.configuration)
        try bench.take(.configured(configuration))
        try bench.price("100")
        #expect(try bench.signal(0.5, stop: 90).orders.isEmpty)
        bench.manners[Self.one] = .prompt
        #expect(try bench.wait(.seconds(20)).orders.map(\.purpose) == [.entry])
    }

    @Test func accountsAreReadEveryThirtySecondsAndAfterEachReconnect() throws {
        var bench = try bench()
        let before = bench.effects.count
        try bench.wait(.seconds(90))
        #expect(reads(Array(bench.effects.dropFirst(before))) == 3)
        let asked = try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [.reconnected])))
        #expect(reads(asked) == 1)
        #expect(reads(try bench.take(.operated(.reconcile))) == 1)
        #expect(reads(try bench.take(.reconcile)) == 1)
    }

    @Test func anExecutionThatTheStreamLostIsBookedOnce() throws {
        var bench = try bench()
        let entry = try bench.enter()
        let lost = try bench.execute(entry, at: try #require(Price("100")))
        let asked = try bench.wait(.seconds(40))
        #expect(differences(asked).contains { $0.kind == .missedFill && $0.action == .booked })
        #expect(try bench.desk.position.quantity == Quantity("5"))
        #expect(try bench.openStop()?.quantity == Quantity("5"))
        try bench.take(
            .venue(VenueBatch(broker: Self.one, at: bench.now, events: [.fill(lost.fill), .order(lost.report)])))
        try bench.wait(.seconds(120))
        #expect(try bench.desk.position.quantity == Quantity("5"))
        #expect(!bench.effects.alerts.contains("EXTERNAL_POSITION"))
    }

    /// A halt asks for no executions, and may be released before the answer is there: none is forgotten by that.
    @Test func aReadingWithoutExecutionsLeavesThemToTheNext() throws {
        var bench = try bench()
        let entry = try bench.enter()
        _ = try bench.execute(entry, at: try #require(Price("100")))
        bench.manners[Self.one] = .readingExecutions
        let blind = try bench.wait(.seconds(400))
        #expect(reads(blind) > 3 && found(blind).isEmpty)
        bench.manners[Self.one] = .prompt
        let asked = try bench.wait(.seconds(40))
        #expect(differences(asked).contains { $0.kind == .missedFill && $0.action == .booked })
        #expect(try bench.desk.position.quantity == Quantity("5"))
        #expect(!bench.effects.alerts.contains("EXTERNAL_POSITION"))
    }

    @Test func ofSeveralLostExecutionsOnlyThePositionAfterAllOfThemIsProtected() throws {
        var bench = try bench()
        let entry = try bench.enter()
        let price = try #require(Price("100"))
        _ = try bench.execute(entry, Quantity("2"), at: price)
        _ = try bench.execute(entry, at: price)
        let asked = try bench.wait(.seconds(40))
        #expect(differences(asked).filter { $0.kind == .missedFill }.count == 2)
        let stops = asked.orders.filter { $0.purpose == .stop }
        #expect(stops.map(\.quantity) == [Quantity("5")])
    }

    @Test func aStrangersPositionIsAdoptedAfterASecondReadingAndProtected() throws {
        var bench = try bench()
        try bench.price("100")
        bench.venues[Self.one]?.positions[try Bench.symbol()] = Quantity("3")
        let first = try bench.take(.reconcile)
        #expect(actions(first) == [.suspected])
        #expect(try bench.desk.position.isFlat && bench.desk.hold == .suspected)
        #expect(!actions(try bench.take(.reconcile)).contains(.adopted), "two readings at once are one")
        let second = try bench.wait(.seconds(3))
        #expect(actions(second).contains(.adopted) && second.alerts.contains("EXTERNAL_POSITION"))
        #expect(try bench.desk.position.quantity == Quantity("3") && bench.desk.hold == .external)
        #expect(try bench.openStop()?.kind == .stop(trigger: try #require(Price("95"))))
        bench.now = bench.now + .seconds(1)
        let refused = try bench.signal(0.5, stop: 90)
        #expect(refused.orders.isEmpty && refused.refusals.map(\.code) == [.externalPosition])
        let flat = try bench.signal(0)
        #expect(flat.orders.isEmpty)
        #expect(try bench.take(.operated(.acknowledge(try Bench.symbol(), by: "ann"))).alerts == ["ACKNOWLEDGED"])
        #expect(
            try bench.take(.operated(.acknowledge(try Bench.symbol(), by: "ann"))).alerts == ["NOTHING_TO_ACKNOWLEDGE"])
        bench.now = bench.now + .seconds(1)
        #expect(try bench.signal(0.5, stop: 90).orders.map(\.purpose).contains(.entry))
    }

    @Test func whatProtectedAPositionThatSomebodyTurnedAroundIsCancelled() throws {
        var bench = try bench()
        try bench.hold()
        bench.venues[Self.one]?.positions[try Bench.symbol()] = Quantity("-3")
        try bench.wait(.seconds(60))
        #expect(try bench.desk.position.quantity == Quantity("-3"))
        let open = try bench.one.openOrders
        #expect(open.map(\.quantity) == [Quantity("3")] && open.map(\.side) == [.buy])
    }

    @Test func anAdoptedPositionWithoutAPriceIsHeldAndNotDumped() throws {
        var bench = try bench()
        let stranger = try #require(Symbol("ZZZ"))
        bench.venues[Self.one]?.positions[stranger] = Quantity("7")
        try bench.wait(.seconds(120))
        let desk = try #require(bench.engine[stranger])
        #expect(desk.position.quantity == Quantity("7") && desk.isHeld && desk.hold == .external)
        #expect(bench.effects.orders.isEmpty)
        try bench.take(.operated(.acknowledge(stranger, by: "ann")))
        try bench.wait(.seconds(120))
        #expect(bench.effects.orders.isEmpty)
    }

    @Test func aManualCloseIsBookedAndItsProtectionsSweptWithoutAnExit() throws {
        var bench = try bench()
        try bench.hold()
        let symbol = try Bench.symbol()
        let size = try #require(Quantity("5"))
        let close = bench.venues[Self.one]?.trade(
            symbol, .sell, size, at: try #require(Price("104")), isListed: true, bench.now)
        let asked = try bench.wait(.seconds(40))
        #expect(actions(asked).contains(.adopted))
        #expect(try bench.desk.position.isFlat && bench.one.openOrders.isEmpty)
        #expect(try bench.desk.position.realised == Money("20"), "the manual price counts")
        #expect(try asked.orders.isEmpty && bench.desk.hold == .external)
        #expect(found(bench.effects).flatMap(\.fills) == [try #require(close)])
    }

    @Test func reconcilingTwiceChangesNothing() throws {
        var bench = try bench()
        try bench.hold()
        bench.venues[Self.one]?.positions[try Bench.symbol()] = Quantity("2")
        try bench.wait(.seconds(60))
        let (before, desks) = (bench.effects.count, bench.engine.desks.map(\.position))
        try bench.wait(.seconds(600))
        let after = Array(bench.effects.dropFirst(before))
        #expect(reads(after) == 20 && after.count == 20, "nothing but readings")
        #expect(bench.engine.desks.map(\.position) == desks)
    }

    @Test func aPictureOlderThanAnOrderIsNotBelieved() throws {
        var bench = try bench()
        let entry = try bench.enter()
        bench.manners[Self.one] = .mute
        let old = try bench.one.snapshot(at: bench.now)
        try bench.fill(entry)
        try bench.take(.reconcile)
        let asked = try bench.take(.snapshot(old))
        #expect(!actions(asked).contains(.adopted))
        #expect(try bench.desk.position.quantity == Quantity("5"))
    }

    @Test func aStopThatVanishedAtTheVenueIsPlacedAgain() throws {
        var bench = try bench()
        try bench.hold()
        let stop = try #require(try bench.openStop()?.clientID)
        _ = bench.venues[Self.one]?.cancel(.client(stop))
        let asked = try bench.wait(.seconds(70))
        #expect(differences(asked).contains { $0.kind == .unlistedOrder && $0.action == .asked })
        #expect(differences(asked).contains { $0.kind == .protection && $0.action == .rearmed })
        let again = try #require(try bench.openStop())
        #expect(again.clientID != stop && again.quantity == Quantity("5"))
        #expect(try bench.desk.protection.stop?.mode == .armedNative)
    }

    @Test(arguments: [ReconcileRules.ForeignOrders.keep, .cancel])
    func foreignOrdersAreToldOnceAndTreatedAsSet(_ treatment: ReconcileRules.ForeignOrders) throws {
        var bench = try bench(ReconcileRules(foreignOrders: treatment))
        bench.venues[Self.one]?.placeForeign(try Bench.symbol(), try #require(Quantity("1")), at: bench.now)
        let asked = try bench.wait(.seconds(300))
        #expect(try bench.one.openOrders.count == (treatment == .keep ? 1 : 0))
        #expect(actions(asked) == [treatment == .keep ? .reported : .cancelled])
    }

    @Test func moneyThatMovedByItselfIsToldOnce() throws {
        var bench = try bench()
        bench.venues[Self.one]?.balances = ["USDT": try #require(Money("1000"))]
        try bench.wait(.seconds(60))
        bench.venues[Self.one]?.balances = ["USDT": try #require(Money("1000.5"))]
        try bench.wait(.seconds(60))
        #expect(!bench.effects.alerts.contains("BALANCE_DRIFT"), "within the tolerance")
        bench.venues[Self.one]?.balances = ["USDT": try #require(Money("900"))]
        let asked = try bench.wait(.seconds(300))
        #expect(asked.alerts == ["BALANCE_DRIFT"])
    }

    @Test func moneyOfOurOwnTradesIsNoDrift() throws {
        var bench = try bench()
        bench.venues[Self.one]?.balances = ["USDT": try #require(Money("1000"))]
        try bench.wait(.seconds(60))
        try bench.hold()
        bench.venues[Self.one]?.balances = ["USDT": try #require(Money("500"))]
        try bench.wait(.seconds(120))
        #expect(!bench.effects.alerts.contains("BALANCE_DRIFT"))
    }
}
