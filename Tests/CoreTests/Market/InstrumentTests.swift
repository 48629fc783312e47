import Core
import FoundationEssentials
import Testing

@Suite struct InstrumentTests {
    private func instrument() throws -> Instrument {
        Instrument(
            symbol: try #require(Symbol("BTCUSDT")), tick: try price("0.5"), lotStep: try quantity("0.001"),
            minimumQuantity: try quantity("0.005"), minimumNotional: try #require(Money("10")),
            quote: Currency("USDT"))
    }

    private func price(_ text: String) throws -> Price { try #require(Price(text)) }
    private func quantity(_ text: String) throws -> Quantity { try #require(Quantity(text)) }

    @Test(arguments: [
        ("-0.005", "10000", InstrumentRefusal.notPositive), ("0", "10000", .notPositive),
        ("0.0055", "10000", .offLot), ("0.005000000001", "10000", .offLot), ("0.0001", "10000", .offLot),
        // The smallest quantity less a step, itself, and plus a step.
        ("0.004", "10000", .belowMinimumQuantity), ("0.005", "10000", nil), ("0.006", "10000", nil),
        // The smallest value less a tick, itself, and plus a tick.
        ("0.005", "1999.5", .belowMinimumNotional), ("0.005", "2000", nil), ("0.005", "2000.5", nil),
        // The smallest value less a step, itself, and plus a step.
        ("0.099", "100", .belowMinimumNotional), ("0.1", "100", nil), ("0.101", "100", nil),
    ]) func ordersAreRefusedUpToTheLimitAndNotBeyond(size: String, at: String, refusal: InstrumentRefusal?) throws {
        #expect(try instrument().refusal(of: quantity(size), at: price(at)) == refusal)
    }

    @Test func pricesAndQuantitiesLandOnTheirGrids() throws {
        let btc = try instrument()
        #expect(btc.onTick(try price("100.3")).description == "100.5")
        #expect(btc.onTick(try price("100.25")).description == "100")
        #expect(btc.onTick(try price("100.25"), rounding: .up).description == "100.5")
        #expect(btc.onTick(try price("100.49"), rounding: .floor).description == "100")
        #expect(btc.onLot(try quantity("0.0079")).description == "0.007")
        #expect(btc.onLot(try quantity("-0.0079")).description == "-0.007")
        #expect(btc.onLot(try quantity("0.0009")) == .zero)
    }

    @Test func measuredPricesArePositiveAndOnTheGrid() throws {
        let btc = try instrument()
        #expect(btc.price(measured: 27123.449)?.description == "27123.5")
        #expect(btc.price(measured: 0.3)?.description == "0.5")
        for value in [0, -1, 0.2, .nan, .infinity, -.infinity, 1e14] {
            #expect(btc.price(measured: value) == nil, "\(value)")
        }
    }

    /// Whole parts of one and others, round and odd, fine and coarse.
    @Test(arguments: [
        "0.01", "0.5", "0.05", "0.025", "0.0001", "0.00000001", "0.000000000001", "1", "5", "0.03", "0.3",
    ])
    func aMeasuredPriceIsTheOneOfExactArithmetic(_ tick: String) throws {
        let grid = Instrument(
            symbol: try #require(Symbol("BTCUSDT")), tick: try price(tick), lotStep: try quantity("1"),
            minimumQuantity: .zero, minimumNotional: .zero, quote: Currency("USDT"))
        func exact(_ value: Double) -> Price? {
            guard value > 0, let measured = FixedDecimal(measured: value) else { return nil }
            let price = grid.onTick(Price(measured))
            return price > .zero ? price : nil
        }
        var random = SeededRandom(seed: 7)
        let step = grid.tick.value.double
        for round in 0..<1_000 {
            let scale = [1e-9, 1e-3, 1, 1e3, 1e6, 1e9, 1e12, 1e14][round % 8]
            let value = random.unit() * scale
            let onGrid = (value / step).rounded() * step
            for near in [value, onGrid, onGrid + step / 2, onGrid.nextUp, (onGrid + step / 2).nextDown, -value] {
                #expect(grid.price(measured: near) == exact(near), "\(near)")
            }
        }
    }

    @Test func rulesTravelAndImpossibleOnesAreRefusedOnTheWayIn() throws {
        let data = try JSONEncoder().encode(try instrument())
        #expect(try JSONDecoder().decode(Instrument.self, from: data) == instrument())
        let text = String(decoding: data, as: UTF8.self)
        for (good, bad) in [
            ("\"tick\":\"0.5\"", "\"tick\":\"0\""), ("\"lotStep\":\"0.001\"", "\"lotStep\":\"-0.001\""),
            ("\"minimumQuantity\":\"0.005\"", "\"minimumQuantity\":\"-1\""),
            ("\"minimumNotional\":\"10\"", "\"minimumNotional\":\"-10\""),
        ] {
            let pieces = text.split(separator: good, omittingEmptySubsequences: false)
            #expect(pieces.count == 2)
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(Instrument.self, from: Data(pieces.joined(separator: bad).utf8))
            }
        }
    }
}
