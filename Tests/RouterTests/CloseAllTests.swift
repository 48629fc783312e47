import Brokers
import Core
import Router
import Testing

@Suite struct CloseAllTests {
    private typealias Stage = ExecutionRouterTests

    private static let identity: @Sendable (BrokerName, Symbol, Int) -> ClientOrderID = { broker, symbol, leg in
        .derived(artifact: "test", account: broker.text, symbol: symbol, time: .epoch, leg: leg, purpose: .flatten)
    }

    private func close(_ brokers: [any Broker]) async -> [CloseOut] {
        await ExecutionRouter(brokers: brokers, limits: Stage.limits).closeAllPositions(identity: Self.identity)
    }

    private let held = [Stage.btc: Quantity(FixedDecimal(3)), Stage.sber: Quantity(FixedDecimal(-7))]

    @Test func everythingIsCancelledAndClosedAtEveryBroker() async throws {
        let one = try await Stage.simulated("one", Stage.btc)
        let two = try await Stage.simulated("two", Stage.sber)
        _ = await one.submit(Stage.order("a"))
        _ = await two.submit(Stage.order("b", Stage.sber, .sell))
        _ = await two.submit(
            OrderRequest(
                clientID: ClientOrderID("stop"), symbol: Stage.sber, side: .buy, quantity: Quantity(.one),
                kind: .stop(trigger: Price(FixedDecimal(150))), reduceOnly: true, purpose: .stop))
        let results = await close([two, one])
        #expect(results.map(\.broker.text) == ["one", "two"])
        #expect(results.allSatisfy { $0.isFlat && $0.errors.isEmpty && $0.attempts == 1 })
        #expect(try await two.order(ClientOrderID("stop"), Stage.sber)?.state == .cancelled)
        #expect(try await one.snapshot().isFlat)
        #expect(try await two.snapshot().isFlat)
    }

    @Test func aFlatAccountIsLeftAlone() async throws {
        let broker = ModelBroker("one")
        let results = await close([broker])
        #expect(results.map(\.isFlat) == [true])
        #expect(await broker.sent.isEmpty)
    }

    @Test func foreignOrdersAreCancelledToo() async throws {
        let broker = ModelBroker("one", held: held, openOrders: 3)
        let results = await close([broker])
        #expect(results.map(\.isFlat) == [true])
        #expect(try await broker.snapshot().openOrders.isEmpty)
        #expect(await broker.faults == [])
    }

    /// Where a broker takes stops back by itself they stay until a close is taken: a market that refuses every close
    /// leaves the positions to them.
    @Test func stopsStayUntilAPositionCanBeClosed() async throws {
        let broker = ModelBroker("one", held: held, openOrders: 1, hasStops: true, mood: .closed)
        #expect(await close([broker]).map(\.isFlat) == [false])
        let kept = try await broker.snapshot().openOrders
        #expect(kept.map(\.symbol) == held.keys.sorted() && kept.allSatisfy(\.kind.isProtective))
        await broker.recover()
        #expect(await close([broker]).map(\.isFlat) == [true])
        #expect(await broker.faults == [])
        #expect(try await broker.snapshot().openOrders.isEmpty)
    }

    /// Fills that come late must not make the next attempt close the same position again.
    @Test(arguments: 0..<5) func slowFillsNeverFlip(slowness: Int) async throws {
        let broker = ModelBroker("one", held: held, openOrders: 1, slowness: slowness)
        let results = await close([broker])
        #expect(results.map(\.isFlat) == [true])
        #expect(await broker.faults == [])
        #expect(await broker.sent.count == 2)
        #expect(await broker.sent.allSatisfy { $0.reduceOnly && $0.purpose == .flatten && $0.kind == .market })
    }

    @Test(arguments: 0..<3) func lostAnswersAreLookedUpNotRepeated(slowness: Int) async throws {
        let broker = ModelBroker("one", held: held, mood: .mute, slowness: slowness)
        let results = await close([broker])
        #expect(results.map(\.isFlat) == [true])
        #expect(results.first?.errors.map(\.code) == ["LOST", "LOST"])
        #expect(await broker.faults == [])
        #expect(await broker.sent.count == 2)
    }

    @Test func aSecondCallAfterARestartGoesOnWithTheFirstOnes() async throws {
        let broker = ModelBroker("one", held: held, slowness: 60)
        let first = await close([broker])
        #expect(first.map(\.isFlat) == [false])
        for _ in 0..<40 { _ = try await broker.snapshot() }
        let second = await close([broker])
        #expect(second.map(\.isFlat) == [true])
        #expect(await broker.faults == [])
        #expect(await broker.sent.count == 2)
    }

    @Test func aBrokerThatFailsOrHangsIsNamedAndDelaysNoOther() async throws {
        let good = ModelBroker("good", held: held)
        let failing = ModelBroker("failing", held: held, mood: .failing)
        let hanging = ModelBroker("hanging", held: held, mood: .hanging)
        let results = await close([good, failing, hanging])
        #expect(results.map(\.broker.text) == ["failing", "good", "hanging"])
        #expect(results.map(\.isFlat) == [false, true, false])
        #expect(results[0].errors.allSatisfy { $0.code == "DOWN" } && results[0].lastRead == nil)
        #expect(results[2].errors.allSatisfy { $0.code == "TIMEOUT" })
        await hanging.release()
    }

    @Test func aClosedMarketLeavesAResidualThatIsNamed() async throws {
        let broker = ModelBroker("one", held: held, openOrders: 1, mood: .closed)
        let result = try #require(await close([broker]).first)
        #expect(!result.isFlat && result.attempts == Stage.limits.closeAttempts)
        #expect(result.lastRead?.positions.map(\.quantity.description) == ["3", "-7"])
        #expect(result.lastRead?.openOrders.isEmpty == true)
        #expect(result.errors.first?.code == "MARKET_CLOSED")
        #expect(await broker.faults == [])
        await broker.recover()
        #expect(await close([broker]).map(\.isFlat) == [true])
        #expect(await broker.faults == [])
    }
}
