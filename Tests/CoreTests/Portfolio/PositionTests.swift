import Core
import FoundationEssentials
import Testing

@Suite struct PositionTests {
    private func symbol() throws -> Symbol { try #require(Symbol("BTCUSDT")) }
    private func decimal(_ text: String) throws -> FixedDecimal { try #require(FixedDecimal(text)) }

    /// All sequences of four fills with sizes 1...3 on both sides: 1296 of them.
    @Test func everyShortSequenceAgreesWithTheQueueOfSingleUnits() throws {
        let symbol = try symbol()
        let prices = [7, 3, 11, 5]
        for code in 0..<1296 {
            var (position, naive, rest) = (Position(symbol: symbol), NaiveBook(), code)
            for price in prices {
                let (side, units) = (rest % 2 == 0 ? Side.buy : .sell, rest / 2 % 3 + 1)
                rest /= 6
                let before = naive.realised
                let closed = position.book(fill(side, FixedDecimal(units), at: FixedDecimal(price), symbol: symbol))
                naive.trade(side, units: units, price: price)
                #expect(position.quantity.value == FixedDecimal(naive.quantity))
                #expect(position.cost.value == FixedDecimal(naive.cost))
                #expect(position.realised.value == FixedDecimal(naive.realised))
                #expect(closed.reduce(Money.zero) { $0 + $1.profit }.value == FixedDecimal(naive.realised - before))
                #expect(position.isFlat == (naive.quantity == 0))
            }
        }
    }

    @Test(arguments: 0..<40) func longRandomSequencesAgreeWithTheQueueOfSingleUnits(seed: Int) throws {
        let symbol = try symbol()
        var random = SeededRandom(seed: UInt64(seed))
        var (position, naive) = (Position(symbol: symbol), NaiveBook())
        for step in 0..<200 {
            let (side, units, price) = (
                random.chance(0.5) ? Side.buy : .sell, random.below(6) + 1, random.below(90) + 10
            )
            position.book(fill(side, FixedDecimal(units), at: FixedDecimal(price), symbol: symbol, time: Int64(step)))
            naive.trade(side, units: units, price: price)
            let mark = random.below(90) + 10
            #expect(position.quantity.value == FixedDecimal(naive.quantity))
            #expect(position.cost.value == FixedDecimal(naive.cost))
            #expect(position.realised.value == FixedDecimal(naive.realised))
            let open = naive.quantity * mark - naive.cost
            #expect(position.unrealised(at: Price(FixedDecimal(mark))).value == FixedDecimal(open))
            #expect(position.lots.map(\.openedAt) == position.lots.map(\.openedAt).sorted())
        }
    }

    @Test func aSaleThroughZeroClosesTheLongAndOpensAShort() throws {
        let symbol = try symbol()
        var position = Position(symbol: symbol)
        position.book(fill(.buy, FixedDecimal(2), at: FixedDecimal(10), symbol: symbol, time: 1))
        position.book(fill(.buy, FixedDecimal(1), at: FixedDecimal(13), symbol: symbol, time: 2))
        let closed = position.book(fill(.sell, FixedDecimal(5), at: FixedDecimal(20), symbol: symbol, time: 3))
        #expect(closed.map(\.quantity.description) == ["2", "1"])
        #expect(closed.map(\.cost.description) == ["20", "13"])
        #expect(closed.map(\.proceeds.description) == ["40", "20"])
        #expect(closed.map(\.profit.description) == ["20", "7"])
        #expect(closed.map(\.openedAt.milliseconds) == [1, 2])
        #expect(closed.allSatisfy { $0.closedAt.milliseconds == 3 })
        #expect(position.quantity.description == "-2" && position.cost.description == "-40")
        #expect(position.averagePrice?.description == "20")
        #expect(position.unrealised(at: Price(FixedDecimal(15))).description == "10")
        let back = position.book(fill(.buy, FixedDecimal(2), at: FixedDecimal(25), symbol: symbol, time: 4))
        #expect(back.map(\.quantity.description) == ["-2"] && back.map(\.profit.description) == ["-10"])
        #expect(position.isFlat && position.averagePrice == nil && position.cost == .zero)
        #expect(position.realised.description == "17")
    }

    @Test func thirdsLoseNothing() throws {
        let symbol = try symbol()
        var position = Position(symbol: symbol)
        position.book(fill(.buy, FixedDecimal(3), at: try decimal("3.333333333333"), symbol: symbol))
        for _ in 0..<3 { position.book(fill(.sell, .one, at: try decimal("3.333333333333"), symbol: symbol)) }
        #expect(position.isFlat && position.realised == .zero)
    }

    @Test(arguments: 0..<40) func awkwardDivisionsConserveEveryUnit(seed: Int) throws {
        let symbol = try symbol()
        var random = SeededRandom(seed: UInt64(seed), stream: "awkward")
        var position = Position(symbol: symbol)
        var paid = Money.zero
        for step in 0..<150 {
            let price = FixedDecimal(units: Int128(random.below(9_000_000_000_000) + 1))
            let size = FixedDecimal(units: Int128(random.below(3_000_000_000_000) + 1))
            let next = fill(random.chance(0.5) ? .buy : .sell, size, at: price, symbol: symbol, time: Int64(step))
            let closed = position.book(next)
            paid += next.side == .buy ? next.notional : -next.notional
            // Money in is cost still open plus what was lost: nothing appears or vanishes.
            #expect(paid == position.cost - position.realised)
            #expect(closed.allSatisfy { $0.profit == $0.proceeds - $0.cost })
        }
        let rest = position.quantity
        if rest != .zero {
            let side = rest > .zero ? Side.sell : .buy
            position.book(fill(side, rest.magnitude.value, at: .one, symbol: symbol))
            paid -= Money(rest.value)
        }
        #expect(position.isFlat && position.cost == .zero && paid == -position.realised)
    }

    @Test func feesAddUpAndRebatesCountBack() throws {
        let symbol = try symbol()
        var position = Position(symbol: symbol)
        for fee in ["0.1", "0.25", "-0.05"] {
            position.book(fill(.buy, .one, at: .one, fee: try decimal(fee), symbol: symbol))
        }
        #expect(position.fees.description == "0.3" && position.realised == .zero)
    }

    @Test func positionsTravel() throws {
        let symbol = try symbol()
        var position = Position(symbol: symbol)
        position.book(fill(.buy, FixedDecimal(3), at: FixedDecimal(10), fee: .one, symbol: symbol))
        position.book(fill(.sell, .one, at: FixedDecimal(12), symbol: symbol))
        #expect(try JSONDecoder().decode(Position.self, from: JSONEncoder().encode(position)) == position)
    }

    @Test func fillsThatDoNotBelongTrap() async {
        await #expect(processExitsWith: .failure) {
            var position = Position(symbol: try #require(Symbol("A")))
            position.book(fill(.buy, .one, at: .one, symbol: try #require(Symbol("B"))))
        }
        await #expect(processExitsWith: .failure) {
            var position = Position(symbol: try #require(Symbol("A")))
            position.book(fill(.buy, .zero, at: .one, symbol: try #require(Symbol("A"))))
        }
    }
}
