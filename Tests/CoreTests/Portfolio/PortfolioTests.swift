import Core
import FoundationEssentials
import Testing

@Suite struct PortfolioTests {
    private func symbols() -> [Symbol] {
        (0..<24).compactMap { Symbol("ASSET\($0 * 7 % 24 + 10)") }
    }

    private func account() -> Portfolio {
        Portfolio(currency: Currency("USDT"), startingCash: Money(FixedDecimal(1000)))
    }

    private func traded(seed: UInt64, steps: Int) -> Portfolio {
        var (portfolio, random) = (account(), SeededRandom(seed: seed, stream: "portfolio"))
        let symbols = symbols()
        for step in 0..<steps {
            let price = FixedDecimal(units: Int128(random.below(9_000_000_000_000) + 1))
            let size = FixedDecimal(units: Int128(random.below(3_000_000_000_000) + 1))
            portfolio.book(
                fill(
                    random.chance(0.5) ? .buy : .sell, size, at: price,
                    fee: FixedDecimal(units: Int128(random.below(1_000_000))), symbol: symbols[random.below(24)],
                    time: Int64(step)))
            portfolio.checkInvariants()
        }
        return portfolio
    }

    @Test(arguments: 0..<20) func cashCostFeesAndProfitBalanceAfterEveryFill(seed: UInt64) {
        let portfolio = traded(seed: seed, steps: 300)
        let cost = portfolio.positions.reduce(Money.zero) { $0 + $1.cost }
        #expect(portfolio.cash + cost + portfolio.fees == portfolio.startingCash + portfolio.realised)
        #expect(portfolio.fees > .zero)
    }

    @Test func cashAgreesWithTheQueueOfSingleUnits() throws {
        let symbol = try #require(Symbol("SBER"))
        var (portfolio, naive, random) = (account(), NaiveBook(), SeededRandom(seed: 61))
        for _ in 0..<500 {
            let (side, units, price) = (
                random.chance(0.5) ? Side.buy : .sell, random.below(5) + 1, random.below(50) + 1
            )
            portfolio.book(fill(side, FixedDecimal(units), at: FixedDecimal(price), fee: .one, symbol: symbol))
            naive.trade(side, units: units, price: price)
        }
        #expect(portfolio.cash.value == FixedDecimal(1000 + naive.cash - 500))
        #expect(portfolio.realised.value == FixedDecimal(naive.realised))
        let mark = Price(FixedDecimal(20))
        #expect(portfolio.equity { _ in mark }.value == FixedDecimal(500 + naive.cash + naive.quantity * 20))
    }

    @Test func equityCountsAPositionWithoutAPriceAtCost() throws {
        let symbol = try #require(Symbol("SBER"))
        var portfolio = account()
        #expect(portfolio.equity { _ in nil } == portfolio.startingCash)
        portfolio.book(fill(.buy, FixedDecimal(3), at: FixedDecimal(100), fee: FixedDecimal(2), symbol: symbol))
        #expect(portfolio.cash.description == "698")
        #expect(portfolio.equity { _ in nil }.description == "998")
        #expect(portfolio.equity { _ in Price(FixedDecimal(110)) }.description == "1028")
        portfolio.book(fill(.sell, FixedDecimal(5), at: FixedDecimal(110), symbol: symbol))
        #expect(portfolio[symbol].quantity.description == "-2" && portfolio.realised.description == "30")
        #expect(portfolio.equity { _ in Price(FixedDecimal(100)) }.description == "1048")
    }

    @Test func positionsComeInTheOrderOfTheirSymbols() {
        let names = traded(seed: 1, steps: 300).positions.map(\.symbol)
        #expect(names.count == 24 && names == names.sorted())
        #expect(account()[names[0]].isFlat && account().positions.isEmpty)
    }

    /// A dictionary would be written in an order that differs from start to start.
    @Test func equalAccountsGiveEqualBytes() throws {
        let portfolio = traded(seed: 2, steps: 300)
        let text = String(decoding: try JSONEncoder().encode(portfolio), as: UTF8.self)
        let places = portfolio.positions.compactMap { text.firstRange(of: "\"symbol\":\"\($0.symbol)\"")?.lowerBound }
        #expect(places.count == 24 && places == places.sorted())
        #expect(try JSONDecoder().decode(Portfolio.self, from: Data(text.utf8)) == portfolio)
    }

    @Test func anAccountThatDoesNotBalanceIsRefused() throws {
        let portfolio = traded(seed: 3, steps: 10)
        let text = String(decoding: try JSONEncoder().encode(portfolio), as: UTF8.self)
        let pieces = text.split(separator: "\"cash\":\"\(portfolio.cash)\"", omittingEmptySubsequences: false)
        #expect(pieces.count == 2)
        let forged = pieces.joined(separator: "\"cash\":\"\(portfolio.cash + Money(.one))\"")
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Portfolio.self, from: Data(forged.utf8)) }
    }
}
