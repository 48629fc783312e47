import Core
import Engine
import Testing

/// What a venue told of without the execution itself: nobody acts as though nothing had happened, or as though it had.
@Suite struct ToldExecutionTests {
    private static let one = BrokerName("one")

    private func batch(_ bench: Bench, _ events: VenueEvent...) -> EngineEvent {
        .venue(VenueBatch(broker: Self.one, at: bench.now, events: events))
    }

    /// The take-profit was filled, the news of the execution is late, and the price lies beyond the level.
    @Test func whatAReportCallsFilledIsNotClosedAgain() throws {
        var bench = try Bench()
        try bench.hold()
        let order = try #require(try bench.openTakeProfit()?.clientID)
        let (fill, report) = try bench.execute(order, at: try #require(Price("120")))
        var asked = try bench.take(batch(bench, .order(report)))
        asked += try bench.price("121")
        asked += try bench.price("122")
        #expect(asked.orders.isEmpty, "there is nothing left to close")
        try bench.take(batch(bench, .fill(fill)))
        #expect(try bench.desk.position.isFlat && bench.one.openOrders.isEmpty)
    }

    /// A stop was filled in part while it was replaced, and the news of the part got lost: only the answer to the
    /// cancellation tells of it.
    @Test func aStopCoversWhatIsLeftByAllThatWasTold() throws {
        var bench = try Bench(reduceOnly: false)
        let entry = try bench.enter()
        try bench.fill(entry, "2")
        let stop = try #require(try bench.openStop()?.clientID)
        let (fill, _) = try bench.execute(stop, Quantity("1"), at: try #require(Price("90")))
        let asked = try bench.fill(entry, "3")
        #expect(asked.cancelled == [.client(stop)])
        #expect(asked.orders.map(\.quantity) == [try #require(Quantity("4"))])
        #expect(try bench.desk.position.quantity == Quantity("5"), "only executions are booked")
        try bench.take(batch(bench, .fill(fill)))
        #expect(try bench.desk.position.quantity == Quantity("4") && bench.openStop()?.quantity == Quantity("4"))
    }

    /// The execution never comes, and the venue says again and again that nothing is held.
    @Test func anExecutionThatNeverComesKeepsNobodyFromBelievingTheVenue() throws {
        var bench = try Bench(reconcile: ReconcileRules())
        try bench.hold()
        let stop = try #require(try bench.openStop())
        for order in try bench.one.openOrders { _ = bench.venues[Self.one]?.cancel(.venue(order.venueOrderID)) }
        bench.venues[Self.one]?.positions[try Bench.symbol()] = nil
        let report = OrderReport(
            clientID: stop.clientID, venueOrderID: stop.venueOrderID, symbol: stop.symbol, side: stop.side,
            kind: stop.kind, quantity: stop.quantity, filled: stop.quantity, state: .filled, reason: nil, at: bench.now)
        try bench.take(batch(bench, .order(report)))
        try bench.wait(.seconds(30))
        #expect(try !bench.desk.position.isFlat, "the execution may come any moment")
        try bench.wait(.seconds(150))
        #expect(try bench.desk.position.isFlat && bench.desk.openOrders.isEmpty)
        #expect(bench.effects.alerts.contains("EXTERNAL_POSITION"))
    }

    private func readings(_ asked: [Effect]) -> Int {
        asked.count { if case .readAccount = $0 { true } else { false } }
    }

    /// What was bought is guarded as soon as its execution is known: nobody waits for the next regular reading.
    @Test func anExecutionThatDoesNotComeIsLookedForSoon() throws {
        var bench = try Bench(reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        let entry = try bench.enter()
        let (_, report) = try bench.execute(entry, at: try #require(Price("100")))
        #expect(try readings(bench.take(batch(bench, .order(report)))) == 0, "it may be on its way")
        #expect(try readings(bench.wait(.milliseconds(1_499))) == 0)
        #expect(try readings(bench.wait(.milliseconds(1))) == 1)
        #expect(try bench.desk.position.quantity == Quantity("5") && bench.openStop()?.quantity == Quantity("5"))
        #expect(try readings(bench.wait(.seconds(20))) == 0)
    }

    @Test func anExecutionThatComesInTimeIsNotLookedFor() throws {
        var bench = try Bench(reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        let entry = try bench.enter()
        let (fill, report) = try bench.execute(entry, Quantity("2"), at: try #require(Price("100")))
        try bench.take(batch(bench, .order(report)))
        try bench.wait(.seconds(1))
        try bench.take(batch(bench, .fill(fill)))
        #expect(try readings(bench.wait(.seconds(20))) == 0)
    }

    /// The venue calls an order filled and holds nothing: it is asked ever more rarely, and a minute later as always.
    @Test func anExecutionThatIsNowhereIsNotLookedForWithoutEnd() throws {
        var bench = try Bench(reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        let entry = try bench.enter()
        let order = try #require(try bench.one.order(entry))
        let report = OrderReport(
            clientID: order.clientID, venueOrderID: order.venueOrderID, symbol: order.symbol, side: order.side,
            kind: order.kind, quantity: order.quantity, filled: order.quantity, state: .filled, reason: nil,
            at: bench.now)
        try bench.take(batch(bench, .order(report)))
        #expect(try (6...9).contains(readings(bench.wait(.seconds(60)))))
        try bench.wait(.seconds(60))
        #expect(try readings(bench.wait(.seconds(300))) <= 10)
    }

    /// A request that the network doubled: the refusal of the second copy overtakes the answer to the first.
    @Test(arguments: [true, false]) func theRefusalOfASecondCopyIsAskedAbout(safe: Bool) throws {
        var bench = try Bench(duplicateSafe: safe)
        bench.manners[Self.one] = .losingAnswers(1)
        let entry = try bench.enter()
        let error = VenueError(.rejected, code: VenueError.duplicateName, message: "there is one of this name")
        let asked = try bench.take(.refused(try Bench.symbol(), entry, error))
        #expect(asked.queried == [entry] && asked.orders.isEmpty && asked.alerts.isEmpty)
        #expect(try bench.desk.openOrders.map(\.state) == [.working])
    }

    /// A venue that had taken an order does not find it: it may still execute.
    @Test func anOrderThatTheVenueHadIsNotBelievedToBeLost() throws {
        var bench = try Bench()
        let entry = try bench.enter()
        bench.manners[Self.one] = .unreachable
        for _ in 0..<5 {
            bench.now = bench.now + .seconds(2)
            try bench.take(.absent(try Bench.symbol(), entry))
        }
        #expect(try bench.desk.openOrders.map(\.request.clientID) == [entry])
        bench.now = bench.now + .seconds(60)
        for _ in 0..<2 {
            bench.now = bench.now + .seconds(2)
            try bench.take(.absent(try Bench.symbol(), entry))
        }
        #expect(try bench.desk.openOrders.isEmpty, "not for ever")
    }

    /// A close that a busy venue does not look at is repeated under its name for as long as that lasts.
    @Test func aCloseIsNotGivenUpBecauseTheVenueIsBusy() throws {
        var bench = try Bench(duplicateSafe: true)
        try bench.hold()
        bench.manners[Self.one] = .notReached
        bench.now = bench.now + .seconds(1)
        let exit = try #require(try bench.signal(0).orders.first { $0.kind == .market }).clientID
        try bench.wait(.seconds(100))
        let closes = bench.effects.orders.filter { $0.purpose == .exit }
        #expect(Set(closes.map(\.clientID)) == [exit] && closes.count >= 12)
        #expect(!bench.effects.alerts.contains("SYMBOL_HELD"))
    }

    /// Where a reduce-only order may do more, a reading that is older than the books closes nothing.
    @Test func aLateReadingDoesNotTurnAPosition() throws {
        var bench = try Bench(reduceOnly: false)
        try bench.hold()
        try bench.take(.kill(reason: "test"))
        try bench.wait(.seconds(2))
        let close = try #require(bench.effects.orders.last { $0.purpose == .flatten })
        let late = try bench.one.snapshot(at: bench.now)
        bench.manners[Self.one] = .unreachable
        try bench.fill(close.clientID)
        let asked = try bench.take(.snapshot(late))
        #expect(late.positions.count == 1 && asked.orders.isEmpty)
    }
}
