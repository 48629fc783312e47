import Brokers
import Core
import Simulator
import Testing

/// Live prices with simulated fills.
@Suite(.fewAtOnce) struct PaperBrokerTests {
    /// A venue that tells prices and must never be asked for anything else.
    private actor Prices: Broker {
        let name = BrokerName("venue")
        let capabilities = BrokerCapabilities(nativeProtections: false, reduceOnly: true, duplicateSafe: true)
        private var batches: [VenueBatch]
        private(set) var wasTraded = false

        init(_ batches: [VenueBatch]) { self.batches = batches }

        func instruments(_ symbols: [Symbol]) async throws -> [Instrument] { [PaperBrokerTests.rules] }
        func submit(_ request: OrderRequest) async -> SubmitOutcome { .refused(refuse()) }
        func cancel(_ reference: OrderReference, _ symbol: Symbol) async -> CancelOutcome { .refused(refuse()) }
        func order(_ id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport? { throw refuse() }
        func snapshot(fillsSince moment: Timestamp) async throws -> AccountSnapshot { throw refuse() }
        func nextEvents() async throws -> VenueBatch? { batches.isEmpty ? nil : batches.removeFirst() }

        private func refuse() -> VenueError {
            wasTraded = true
            return VenueError(.rejected, code: "TRADED", message: "paper never trades")
        }
    }

    private static let rules = Instrument(
        symbol: BitgetBench.symbol, tick: Price(FixedDecimal(1)), lotStep: Quantity(.one), minimumQuantity: .zero,
        minimumNotional: .zero, quote: Currency("USDT"))

    private static func news(_ prices: [Int], from second: Int64 = 0) -> [VenueBatch] {
        prices.enumerated().map { index, price in
            let at = Timestamp(milliseconds: 1_700_000_000_000 + (second + Int64(index)) * 1000)
            let event = VenueEvent.price(BitgetBench.symbol, Price(FixedDecimal(price)))
            return VenueBatch(broker: BrokerName("venue"), at: at, events: [event])
        }
    }

    private static let start = Timestamp(milliseconds: 1_699_999_000_000)

    private static func configuration(_ instruments: [Instrument] = [rules]) -> ExchangeConfiguration {
        ExchangeConfiguration(
            broker: BrokerName("bitget"), instruments: instruments,
            startingCash: instruments.isEmpty ? [:] : [Currency("USDT"): Money(FixedDecimal(1000))],
            costs: ExchangeCosts(takerFee: FixedDecimal(10), makerFee: .zero, slippage: .zero))
    }

    private func paper(_ source: Prices, _ configuration: ExchangeConfiguration = configuration()) -> PaperBroker {
        PaperBroker(source: source, configuration: configuration, startingAt: Self.start)
    }

    private func fills(_ broker: PaperBroker) async throws -> [Fill] {
        var found: [Fill] = []
        while let batch = try await broker.nextEvents() {
            for case .fill(let fill) in batch.events { found.append(fill) }
        }
        return found
    }

    @Test func ordersFillAtTheVenuesPricesAndReachNobody() async throws {
        let source = Prices(Self.news([100, 101, 90, 89]))
        let broker = paper(source)
        _ = try await broker.nextEvents()
        _ = await broker.submit(BitgetBench.request("in", .buy, size: 2))
        let stop = OrderKind.stop(trigger: Price(FixedDecimal(95)))
        _ = await broker.submit(BitgetBench.request("stop", .sell, stop, size: 2, reduceOnly: true, purpose: .stop))
        let told = try await fills(broker)
        #expect(told.map(\.clientID) == [ClientOrderID("in"), ClientOrderID("stop")])
        #expect(told.map(\.price) == [Price(FixedDecimal(101)), Price(FixedDecimal(90))])
        #expect(told.allSatisfy { $0.venue == broker.name })
        #expect(try await broker.snapshot().isFlat)
        #expect(await !source.wasTraded)
    }

    /// Also where the venue was silent when the run began, and told its rules later.
    @Test(arguments: [false, true]) func aRestoredAccountGoesOnWhereItsLedgerEnded(isLate: Bool) async throws {
        let first = paper(Prices(Self.news([100, 101])))
        _ = try await first.nextEvents()
        _ = await first.submit(BitgetBench.request("in", .buy, size: 2))
        let booked = try await fills(first)
        let before = try await first.snapshot()
        let second = paper(Prices(Self.news([102, 90, 89], from: 60)), Self.configuration(isLate ? [] : [Self.rules]))
        let stop = OrderKind.stop(trigger: Price(FixedDecimal(95)))
        let resting = BitgetBench.request("stop", .sell, stop, size: 2, reduceOnly: true, purpose: .stop)
        await second.restore(fills: booked, orders: [resting])
        if isLate { await second.learn(Self.configuration(), startingAt: Self.start) }
        let after = try await second.snapshot()
        #expect(after.positions == before.positions && after.balances == before.balances)
        #expect(after.openOrders.map(\.clientID) == [ClientOrderID("stop")])
        let told = try await fills(second)
        #expect(told.map(\.clientID) == [ClientOrderID("stop")])
        #expect(Set((booked + told).map(\.tradeID)).count == 2, "numbers of executions are never used twice")
        #expect(try await second.snapshot().positions.isEmpty)
    }

    @Test func aProtectionIsMovedInPlace() async throws {
        let broker = paper(Prices(Self.news([100, 101, 96, 94])))
        _ = try await broker.nextEvents()
        _ = await broker.submit(BitgetBench.request("in", .buy))
        let stop = OrderKind.stop(trigger: Price(FixedDecimal(90)))
        _ = await broker.submit(BitgetBench.request("stop", .sell, stop, reduceOnly: true, purpose: .stop))
        _ = try await broker.nextEvents()
        let change = ProtectionChange(
            clientID: ClientOrderID("stop"), symbol: BitgetBench.symbol, trigger: Price(FixedDecimal(95)),
            quantity: Quantity(.one))
        guard case .accepted = await broker.amend(change) else {
            Issue.record("not moved")
            return
        }
        #expect(try await fills(broker).map(\.price) == [Price(FixedDecimal(94))])
    }
}
