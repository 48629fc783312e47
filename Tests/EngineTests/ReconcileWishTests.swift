import Core
import Engine
import Testing

/// Readings that are wanted while another one is on its way.
@Suite struct ReconcileWishTests {
    private static let one = BrokerName("one")

    /// The picture that is on its way is older than what it is wanted for: another one follows it.
    @Test(arguments: [EngineEvent.reconcile, .deadline])
    func aReadingThatIsWantedWhileOneIsOnItsWayFollowsIt(wish: EngineEvent) throws {
        var bench = try Bench(reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        var engine = bench.engine
        let begun = bench.now + .seconds(100)
        func readings(_ event: EngineEvent, after milliseconds: Int64) -> Int {
            engine.step(event, at: begun + .milliseconds(milliseconds)).count {
                if case .readAccount = $0 { true } else { false }
            }
        }
        func answer(_ milliseconds: Int64) -> EngineEvent {
            .snapshot(
                AccountSnapshot(
                    broker: Self.one, openOrders: [], positions: [], balances: [:],
                    at: begun + .milliseconds(milliseconds)))
        }
        #expect(readings(.reconcile, after: 0) == 1)
        #expect(readings(wish, after: 500) == 0, "one is on its way")
        let asked = begun + .milliseconds(500)
        let isWanted = wish == .reconcile
        #expect(readings(answer(900), after: 1000) + readings(.deadline, after: 1001) == (isWanted ? 1 : 0))
        #expect(engine.unsettledAccounts(since: asked) == [Self.one], "nothing was read since")
        guard isWanted else { return }
        #expect(readings(answer(1400), after: 1500) == 0)
        #expect(engine.unsettledAccounts(since: asked).isEmpty)
    }
}
