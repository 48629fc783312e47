import Brokers
import Core
import Simulator
import Testing

@Suite(.fewAtOnce) struct SimulatedBrokerTests {
    /// A thousand quiet hourly bars around 100.
    static func market(
        latency: TimeSpan = .zero, fills: FillPolicy = .whole, drift: Double = 0
    ) throws -> ReplayedMarket {
        let symbol = try #require(Symbol("BTCUSDT"))
        let interval = try #require(BarInterval("1h"))
        let bars = (0..<1000).map { index in
            let base = 100 + Double(index % 7) / 4 + drift
            return Bar(
                openTime: .epoch + interval.span * index, open: base, high: base + 1, low: base - 1, close: base + 0.5,
                volume: 1000)
        }
        let instrument = Instrument(
            symbol: symbol, tick: Price(try #require(FixedDecimal("0.01"))),
            lotStep: Quantity(try #require(FixedDecimal("0.001"))),
            minimumQuantity: Quantity(try #require(FixedDecimal("0.001"))), minimumNotional: Money(FixedDecimal(5)),
            quote: Currency("USDT"))
        let configuration = ExchangeConfiguration(instruments: [instrument], latency: latency, fillPolicy: fills)
        return try ReplayedMarket(
            configuration: configuration, series: [BarSeries(symbol: symbol, interval: interval, bars: bars)])
    }

    /// The venue as the contract wants it: instant, late, and filling in parts.
    private static let manners: [(TimeSpan, FillPolicy)] = [
        (.zero, .whole), (.seconds(5), .whole), (.zero, .parts(3, every: .seconds(60))),
        (.milliseconds(700), .parts(2, every: .zero)),
    ]

    private func contract(_ manner: Int) async throws -> BrokerContract {
        let (latency, fills) = Self.manners[manner]
        let broker = SimulatedBroker(try Self.market(latency: latency, fills: fills))
        _ = try await broker.nextEvents()
        return BrokerContract(
            broker: broker, symbol: try #require(Symbol("BTCUSDT")), quantity: Quantity(.one),
            farBelow: Price(FixedDecimal(50)), farAbove: Price(FixedDecimal(200)))
    }

    @Test(arguments: 0..<4) func aClientIdIsUsedAtMostOnce(manner: Int) async throws {
        try await contract(manner).aClientIdIsUsedAtMostOnce("a")
    }

    @Test(arguments: 0..<4) func ordersAreFoundByClientId(manner: Int) async throws {
        try await contract(manner).ordersAreFoundByClientId("a")
    }

    @Test(arguments: 0..<4) func endedOrdersCannotBeCancelled(manner: Int) async throws {
        try await contract(manner).endedOrdersCannotBeCancelled("a")
    }

    @Test(arguments: 0..<4) func reduceOnlyNeverFlips(manner: Int) async throws {
        try await contract(manner).reduceOnlyNeverFlips("a")
    }

    @Test(arguments: 0..<4) func theSnapshotShowsWhatIsOpen(manner: Int) async throws {
        try await contract(manner).theSnapshotShowsWhatIsOpen("a")
    }

    @Test(arguments: 0..<4) func theSnapshotListsExecutionsSinceAMoment(manner: Int) async throws {
        try await contract(manner).theSnapshotListsExecutionsSinceAMoment("a")
    }

    @Test(arguments: 0..<4) func eachFillIsToldOnce(manner: Int) async throws {
        try await contract(manner).eachFillIsToldOnce("a")
    }

    @Test func instrumentsAreTold() async throws {
        try await contract(0).instrumentsAreTold()
    }

    // MARK: Rebuilding

    /// Trades for a while and records every step.
    private func recorded() async throws -> (steps: [RecordedStep], account: AccountSnapshot, next: VenueBatch?) {
        let broker = SimulatedBroker(try Self.market(latency: .seconds(30)))
        let symbol = try #require(Symbol("BTCUSDT"))
        var steps: [RecordedStep] = []
        for index in 0..<40 {
            let batch = try #require(try await broker.nextEvents())
            steps.append(.pulled(batch))
            if index % 7 == 0 {
                let limit = batch.at + .seconds(10)
                let news = try await broker.nextEvents(until: limit)
                steps.append(news.map { .pulled($0) } ?? .waited(until: limit))
            }
            guard index % 5 == 0 else { continue }
            let request = OrderRequest(
                clientID: ClientOrderID("o\(index)"), symbol: symbol, side: index % 2 == 0 ? .buy : .sell,
                quantity: Quantity(.one), kind: index % 3 == 0 ? .market : .limit(Price(FixedDecimal(60))),
                reduceOnly: false, purpose: .manual)
            _ = await broker.submit(request)
            steps.append(.submitted(request))
            if index % 3 != 0 {
                _ = await broker.cancel(.client(request.clientID), symbol)
                steps.append(.cancelled(.client(request.clientID), symbol))
            }
        }
        return (steps, try await broker.snapshot(), try await broker.nextEvents())
    }

    @Test func aRebuiltBrokerIsWhereTheFirstOneWas() async throws {
        let (steps, account, next) = try await recorded()
        let broker = SimulatedBroker(try Self.market(latency: .seconds(30)))
        try await broker.rebuild(steps)
        #expect(try await broker.snapshot() == account)
        #expect(try await broker.nextEvents() == next)
        #expect(!account.positions.isEmpty)
    }

    @Test func changedBarsAreNoticedByName() async throws {
        let (steps, _, _) = try await recorded()
        let broker = SimulatedBroker(try Self.market(latency: .seconds(30), drift: 0.01))
        let error = await #expect(throws: ReplayDivergence.self) { try await broker.rebuild(steps) }
        #expect(error?.number == 1)
        #expect(error?.description.contains("--new") == true)
    }
}
