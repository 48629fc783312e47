import Core
import Simulator
import Testing

/// Random markets under random orders. The seed of a failing case is its argument.
@Suite struct ExchangePropertyTests {
    private struct Run: Equatable {
        var batches: [VenueBatch] = []
        var outcomes: [Bool] = []
        var reducing: Set<ClientOrderID> = []
        var last: AccountSnapshot?
        var orders: [OrderReport] = []
    }

    private func configuration(_ random: inout SeededRandom) -> ExchangeConfiguration {
        let policies = [
            FillPolicy.whole, .parts(3, every: .seconds(400)), .shareOfVolume(Stage.decimal("0.01")),
        ]
        return Stage.configuration(
            slippage: "\(random.below(20))", taker: "\(random.below(10))", maker: "-1",
            latency: TimeSpan.seconds(Int64(random.below(3) * 700)), fills: policies[random.below(3)])
    }

    private func series(_ symbol: Symbol, _ random: inout SeededRandom) throws -> BarSeries {
        var last = 100.0
        let rows = (0..<40).map { _ in
            let open = max(1, last + (random.unit() - 0.5) * 4)
            let close = max(1, open + (random.unit() - 0.5) * 8)
            last = close
            return (open, max(open, close) + random.unit() * 3, min(open, close) * (1 - random.unit() * 0.03), close)
        }
        return try Stage.series(rows, of: symbol, volume: Double(random.below(1000)))
    }

    private func order(_ random: inout SeededRandom, count: Int) -> OrderRequest {
        let level = Price(FixedDecimal(90 + random.below(21)))
        let kinds = [OrderKind.market, .limit(level), .stop(trigger: level), .takeProfit(trigger: level)]
        let symbol = random.chance(0.5) ? Stage.btc : Stage.sber
        return Stage.order(
            "o\(random.below(count + 2))", random.chance(0.5) ? .buy : .sell, "\(10 * (1 + random.below(5)))",
            kinds[random.below(4)], of: symbol, reduceOnly: random.chance(0.4))
    }

    private func play(_ seed: UInt64) throws -> Run {
        var random = SeededRandom(seed: seed, stream: "exchange")
        let bars = try [series(Stage.btc, &random), series(Stage.sber, &random)]
        var market = try ReplayedMarket(configuration: configuration(&random), series: bars)
        var run = Run()
        run.batches = market.run { _, market in
            guard random.chance(0.4) else { return }
            let request = order(&random, count: run.outcomes.count)
            let isNew = market.order(.client(request.clientID)) == nil
            let outcome = market.submit(request)
            if case .success = outcome { #expect(isNew, "seed \(seed): \(request.clientID) was accepted twice") }
            let accepted = (try? outcome.get()) != nil
            run.outcomes.append(accepted)
            if accepted, request.reduceOnly { run.reducing.insert(request.clientID) }
            if random.chance(0.2) { _ = market.cancel(.client(ClientOrderID("o\(random.below(30))"))) }
        }
        run.last = market.snapshot()
        run.orders = (0..<200).compactMap { market.report("o\($0)") }
        return run
    }

    @Test(arguments: 0..<60) func theAccountIsWhatItsFillsMakeIt(seed: Int) throws {
        let run = try play(UInt64(seed))
        let account = try #require(run.last)
        for (symbol, code, cash) in [(Stage.btc, "USDT", "10000"), (Stage.sber, "RUB", "0")] {
            var portfolio = Portfolio(currency: Currency(code), startingCash: Stage.money(cash))
            for case .fill(let fill) in run.batches.flatMap(\.events) where fill.symbol == symbol {
                portfolio.book(fill)
            }
            portfolio.checkInvariants()
            #expect(portfolio.cash == account.balances[code] ?? .zero)
            let held = account.positions.first { $0.symbol == symbol }?.quantity ?? .zero
            #expect(portfolio[symbol].quantity == held)
        }
        #expect(!run.batches.fills.isEmpty)
    }

    @Test(arguments: 0..<60) func reduceOnlyNeverEnlargesOrFlips(seed: Int) throws {
        let run = try play(UInt64(seed))
        var held: [Symbol: Quantity] = [:]
        for case .fill(let fill) in run.batches.flatMap(\.events) {
            let before = held[fill.symbol] ?? .zero
            let after = before + fill.side.signed(fill.quantity)
            held[fill.symbol] = after
            guard let id = fill.clientID, run.reducing.contains(id) else { continue }
            #expect(after.magnitude < before.magnitude)
            #expect(after == .zero || (after > .zero) == (before > .zero))
        }
    }

    @Test(arguments: 0..<20) func equalInputsGiveEqualBatches(seed: Int) throws {
        #expect(try play(UInt64(seed)) == play(UInt64(seed)))
    }

    @Test(arguments: 0..<60) func reportsAndFillsAgree(seed: Int) throws {
        let run = try play(UInt64(seed))
        var filled: [ClientOrderID: Quantity] = [:]
        var trades = Set<String>()
        for case .fill(let fill) in run.batches.flatMap(\.events) {
            #expect(trades.insert(fill.tradeID).inserted)
            if let id = fill.clientID { filled[id, default: .zero] += fill.quantity }
        }
        for order in run.orders {
            let id = try #require(order.clientID)
            #expect(order.filled == filled[id] ?? .zero)
        }
        #expect(zip(run.batches, run.batches.dropFirst()).allSatisfy { $0.at <= $1.at })
    }
}
