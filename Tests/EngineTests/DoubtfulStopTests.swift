import Core
import Engine
import Testing

/// Stops that may not have arrived, or that the venue will not hold.
@Suite struct DoubtfulStopTests {
    private static let one = BrokerName("one")

    /// Five are held where the venue knows no reduce-only, and nobody knows whether their stop arrived.
    private func doubtful(_ manner: Bench.Manner) throws -> (bench: Bench, stop: ClientOrderID) {
        var bench = try Bench(reduceOnly: false, duplicateSafe: true)
        let entry = try bench.enter()
        bench.manners[Self.one] = manner
        try bench.fill(entry)
        let stop = try #require(bench.effects.orders.last)
        #expect(stop.purpose == .stop)
        return (bench, stop.clientID)
    }

    /// It would stand in the way of the close, which waits until every other order is gone.
    @Test(arguments: [Bench.Manner.lost, .unreachable])
    func itIsNotSentAgainWhileThePositionIsLeft(manner: Bench.Manner) throws {
        var (bench, stop) = try doubtful(manner)
        #expect(try bench.price("121").orders.isEmpty, "the stop may stand")
        bench.manners[Self.one] = .prompt
        let asked = try bench.wait(.seconds(1))
        #expect(asked.queried.contains(stop))
        #expect(asked.orders.map(\.purpose) == [.takeProfit] && asked.orders.map(\.kind) == [.market])
        try bench.fill(try #require(asked.orders.first).clientID, at: "121")
        #expect(try bench.desk.position.isFlat && bench.one.openOrders.isEmpty)
    }

    /// The venue has the stop and does not find it by name: before anything is closed it is cancelled unseen.
    @Test func oneThatTheVenueDoesNotFindIsCancelledBeforeTheClose() throws {
        var bench = try Bench(reduceOnly: false, duplicateSafe: true)
        let entry = try bench.enter()
        bench.manners[Self.one] = .mute
        try bench.fill(entry)
        let stop = try #require(try bench.openStop()?.clientID)
        bench.now = bench.now + .seconds(1)
        try bench.take(.silent(try Bench.symbol(), stop))
        try bench.price("121")
        bench.manners[Self.one] = .prompt
        let asked = try bench.take(.absent(try Bench.symbol(), stop))
        #expect(asked.cancelled == [.client(stop)])
        #expect(asked.orders.map(\.purpose) == [.takeProfit] && asked.orders.map(\.kind) == [.market])
        #expect(try bench.openStop() == nil)
    }

    /// The venue refuses the repetition because it has the name, and finds nothing by it: the account's list tells.
    @Test func oneWhoseNameIsTakenIsLookedForInTheAccount() throws {
        var bench = try Bench(reduceOnly: false, duplicateSafe: true, reconcile: ReconcileRules())
        let entry = try bench.enter()
        bench.manners[Self.one] = .mute
        try bench.fill(entry)
        let stop = try #require(try bench.openStop()?.clientID)
        let taken = VenueError(.rejected, code: VenueError.duplicateName, message: "taken")
        let isRead: (Effect) -> Bool = { if case .readAccount(Self.one, _) = $0 { true } else { false } }
        #expect(try !bench.wait(.milliseconds(100)).contains(where: isRead))
        try bench.take(.refused(try Bench.symbol(), stop, taken))
        #expect(try bench.wait(.milliseconds(100)).contains(where: isRead))
    }

    /// An order was sent since the account was asked for: what the picture lists is old, and was there all the same.
    @Test func anOldPictureShowsThatOneWasTakenForLostInError() throws {
        var bench = try Bench(reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        bench.manners[Self.one] = .refusing("BUSY")
        let lost = try bench.enter()
        bench.now = bench.now + .seconds(1)
        var engine = bench.engine
        _ = engine.step(.reconcile, at: bench.now)
        #expect(engine.step(.signal(try bench.row(-0.5, stop: 110)), at: bench.now).orders.count == 1)
        let listed = OrderReport(
            clientID: lost, venueOrderID: "7", symbol: try Bench.symbol(), side: .buy, kind: .market,
            quantity: try #require(Quantity("5")), filled: .zero, state: .working, reason: nil, at: bench.now)
        let picture = AccountSnapshot(
            broker: Self.one, openOrders: [listed], positions: [], balances: [:], at: bench.now)
        #expect(engine.step(.snapshot(picture), at: bench.now).cancelled == [.client(lost)])
    }

    /// A close that waits for its market leaves the position to the stop.
    @Test func itIsSentAgainWhileTheMarketIsClosed() throws {
        var (bench, stop) = try doubtful(.unreachable)
        let closed = VenueEvent.session(try Bench.symbol(), isOpen: false, next: nil)
        try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [closed])))
        bench.now = bench.now + .milliseconds(1)
        try bench.signal(0)
        bench.manners[Self.one] = .prompt
        #expect(try bench.wait(.seconds(1)).orders.map(\.clientID) == [stop])
        #expect(try bench.openStop()?.clientID == stop && bench.desk.protection.stop?.mode == .armedNative)
    }

    /// That a stop is worth more than the venue takes at once says nothing of the next one, or of what it holds at all.
    @Test(arguments: [("NO_STOPS", true), ("ANY_TOO_LARGE", false)])
    func oneThatIsTooLargeIsWatchedAndHoldsNothing(code: String, holds: Bool) throws {
        var bench = try Bench()
        for _ in 0..<2 {
            let entry = try bench.enter()
            bench.manners[Self.one] = .refusing(code)
            try bench.fill(entry)
            #expect(try bench.desk.protection.watchLevels.count == 2 && bench.desk.protection.exposedSince == nil)
            bench.manners[Self.one] = .prompt
            bench.now = bench.now + .seconds(1)
            try bench.fill(try #require(try bench.signal(0).orders.first).clientID)
            bench.now = bench.now + .seconds(1)
        }
        #expect(bench.effects.alerts.count == (holds ? 3 : 4))
        #expect(bench.effects.alerts.contains("SYMBOL_HELD") == holds)
        #expect(try bench.desk.isNativeHeld == holds && (bench.desk.entriesHeld != nil) == holds)
        guard !holds else { return }
        try bench.hold()
        #expect(try bench.openStop() != nil)
    }

    /// A stop whose position grew beyond what the venue takes at once: its level is watched from then on, over all of
    /// the position, and the next position has its stop again.
    @Test(arguments: [true, false]) func oneThatGrowsTooLargeIsWatched(reduceOnly: Bool) throws {
        var bench = try Bench(reduceOnly: reduceOnly, stopsBlock: false)
        try bench.hold()
        bench.now = bench.now + .seconds(1)
        let more = try #require(try bench.signal(0.8, stop: 90).orders.first)
        bench.manners[Self.one] = .refusing("ANY_TOO_LARGE")
        try bench.fill(more.clientID)
        #expect(try bench.openStop() == nil)
        #expect(try bench.desk.protection.stop?.mode == .armedSynthetic && bench.desk.exposedSince == nil)
        #expect(try bench.desk.watchLevels.contains(try #require(Price("90"))) && !bench.desk.isNativeHeld)
        bench.manners = [:]
        try bench.wait(.seconds(60))
        let close = try #require(try bench.price("89").orders.first)
        #expect(close.kind == .market && close.quantity == Quantity("8"))
        try bench.fill(close.clientID, at: "89")
        #expect(try bench.desk.position.isFlat)
        bench.now = bench.now + .seconds(1)
        try bench.signal(0)
        bench.now = bench.now + .seconds(1)
        try bench.hold()
        #expect(try bench.openStop() != nil)
    }
}
