import Core
import Engine
import Testing

/// Somebody moves a protection in the venue's app, or changes its size.
@Suite struct MovedStopTests {
    private static let one = BrokerName("one")

    private func held(amends: Bool) throws -> (bench: Bench, stop: ClientOrderID) {
        var bench = try Bench(amends: amends, reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        try bench.hold()
        try bench.wait(.seconds(40))
        return (bench, try #require(try bench.openStop()?.clientID))
    }

    private func differences(_ effects: [Effect]) -> [Reconciliation.Difference] {
        effects.compactMap { if case .reconciled(let found) = $0 { found } else { nil } }.flatMap(\.differences)
    }

    @Test(arguments: [true, false], [("80", "5"), ("90", "2"), ("95", "1")])
    func aMovedOrShrunkStopIsPutBack(amends: Bool, to level: (trigger: String, size: String)) throws {
        var (bench, stop) = try held(amends: amends)
        let (trigger, size) = (try #require(Price(level.trigger)), try #require(Quantity(level.size)))
        _ = try bench.venues[Self.one]?.amend(stop, trigger: trigger, quantity: size).get()
        let asked = try bench.wait(.seconds(35))
        #expect(differences(asked).map(\.kind) == [.protection] && differences(asked).map(\.action) == [.asked])
        #expect(asked.alerts == ["PROTECTION_MOVED"])
        let again = try #require(try bench.openStop())
        #expect(again.kind.trigger == Price("90") && again.quantity == Quantity("5"))
        #expect((again.clientID == stop) == amends, "in place where the venue can")
        #expect(try bench.desk.protection.stop?.mode == .armedNative)
        let later = try bench.wait(.seconds(300))
        #expect(differences(later).isEmpty && later.alerts.isEmpty && later.changes.isEmpty)
    }

    /// What the venue holds counts until it is put back: a shrunk stop leaves a part bare.
    @Test func whatAShrunkStopDoesNotGuardIsMeteredUntilItIsPutBack() throws {
        var (bench, stop) = try held(amends: true)
        _ = try bench.venues[Self.one]?
            .amend(stop, trigger: try #require(Price("90")), quantity: try #require(Quantity("2"))).get()
        bench.manners[Self.one] = .lost
        try bench.wait(.seconds(30))
        #expect(try bench.desk.protection.exposure.notional == Money("300"), "three of five, at 100")
        bench.manners[Self.one] = .prompt
        try bench.wait(.seconds(1))
        #expect(try bench.desk.protection.exposedSince == nil && bench.openStop()?.quantity == Quantity("5"))
    }

    /// A change of our own that is on its way is nobody's else's.
    @Test func aListThatIsOlderThanOurOwnChangeSaysNothing() throws {
        var bench = try Bench(amends: true, reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        let entry = try bench.enter()
        try bench.fill(entry, "2")
        let old = try bench.one.snapshot(at: bench.now)
        bench.manners[Self.one] = .mute
        try bench.fill(entry, "3")
        try bench.take(.reconcile)
        let asked = try bench.take(.snapshot(old))
        #expect(!differences(asked).contains { $0.kind == .protection } && asked.alerts.isEmpty)
    }
}

/// Exits of the strategy while a position waits for an acknowledgement, and after it.
@Suite struct AdoptedExitTests {
    private static let one = BrokerName("one")

    /// `ours` are held by the strategy when somebody makes them `theirs`.
    private func adopted(ours: Bool, _ theirs: String) throws -> Bench {
        var bench = try Bench(reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        if ours { try bench.hold() } else { try bench.price("100") }
        bench.venues[Self.one]?.positions[try Bench.symbol()] = Quantity(theirs)
        try bench.wait(.seconds(60))
        #expect(try bench.desk.hold == .external && bench.desk.position.quantity == Quantity(theirs))
        try bench.price("100")
        return bench
    }

    private func acknowledge(_ bench: inout Bench) throws {
        try bench.take(.operated(.acknowledge(try Bench.symbol(), by: "ann")))
        bench.now = bench.now + .seconds(1)
        try bench.price("100")
    }

    @Test(arguments: ["7", "2"])
    func whatTheStrategyOpenedItLeavesBeforeTheAcknowledgement(held: String) throws {
        var bench = try adopted(ours: true, held)
        let asked = try bench.signal(0)
        #expect(asked.orders.map(\.quantity) == [Quantity(held)] && asked.orders.map(\.purpose) == [.exit])
        try bench.fill(try #require(asked.orders.first).clientID)
        #expect(try bench.desk.position.isFlat && bench.one.openOrders.isEmpty && bench.desk.hold == .external)
    }

    @Test func andAfterIt() throws {
        var bench = try adopted(ours: true, "7")
        try acknowledge(&bench)
        #expect(try bench.signal(0).orders.map(\.quantity) == [Quantity("7")])
    }

    /// The exit of a reversal is done; its entry waits, and is decided by the first row after the acknowledgement.
    @Test func ofAReversalTheExitIsDoneAndTheEntryWaits() throws {
        var bench = try adopted(ours: true, "7")
        let asked = try bench.signal(-0.5, stop: 110)
        #expect(asked.orders.map(\.purpose) == [.exit] && asked.refusals.map(\.code) == [.externalPosition])
        try bench.fill(try #require(asked.orders.first).clientID)
        #expect(try bench.desk.position.isFlat && bench.one.openOrders.isEmpty)
        try bench.wait(.seconds(90))
        try acknowledge(&bench)
        #expect(try bench.signal(-0.5, stop: 110).orders.map(\.side) == [.sell])
    }

    @Test func whatOnlyOthersOpenedIsTheirsToClose() throws {
        var bench = try adopted(ours: false, "7")
        #expect(try bench.signal(0).orders.isEmpty)
        try acknowledge(&bench)
        #expect(try bench.signal(0).orders.isEmpty)
        #expect(try bench.desk.position.quantity == Quantity("7") && bench.openStop() != nil)
    }

    @Test func aPositionTurnedByOthersIsTheirsToo() throws {
        var bench = try adopted(ours: true, "-3")
        #expect(try bench.signal(0).orders.isEmpty)
    }
}
