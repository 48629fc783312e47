import Brokers
import Core
import Testing

/// Bars, and answers that nobody foresaw.
@Suite(.fewAtOnce) struct BitgetReadingTests {
    private let classic = BitgetClassic(BitgetSettings())
    private let unified = BitgetUnified(BitgetSettings())
    private let btc = BitgetBench.symbol
    private var spot: BitgetClassic {
        var settings = BitgetSettings()
        settings.market = .spot
        return BitgetClassic(settings)
    }

    private func json(_ text: String) throws -> JSONValue { try JSONText(Array(text.utf8)).root }

    @Test func barsAreSortedOnceAndAlignedToUTC() throws {
        let hour = try #require(BarInterval("1h"))
        let row = #"["1703764800000","43094.7","43095.8","43080.4","43084.2","90.097","3882338.2038"]"#
        let earlier = row.replacing("1703764800000", with: "1703761200000")
        let question = try #require(
            classic.candles(btc, hour, from: .epoch, to: .epoch, limit: 5, isOld: true))
        let bars = try question.answer(json("[\(row),\(earlier),\(row)]"))
        #expect(bars.map(\.openTime.milliseconds) == [1_703_761_200_000, 1_703_764_800_000])
        #expect(bars[0].volume == 90.097)
        let shifted = row.replacing("1703764800000", with: "1703764800001")
        #expect(throws: VenueError.self) { _ = try question.answer(json("[\(shifted)]")) }
    }

    @Test(arguments: [
        ("1m", "1m", "1min"), ("15m", "15m", "15min"), ("1h", "1H", "1h"), ("4h", "4H", "4h"), ("6h", "6Hutc", "6Hutc"),
        ("1d", "1Dutc", "1Dutc"), ("2h", "2H", nil), ("7m", nil, nil),
    ]) func intervalsHaveTheirWords(interval: String, futures: String?, onSpot: String?) throws {
        let interval = try #require(BarInterval(interval))
        for (language, word) in [(classic, futures), (spot, onSpot)] {
            let target = language.candles(btc, interval, from: .epoch, to: .epoch, limit: 5, isOld: true)?.call.target
            #expect(target.map { $0.contains("granularity=\(word ?? "")&") } == word.map { _ in true })
        }
    }

    @Test func randomAnswersNeverTrap() throws {
        var random = SeededRandom(seed: 11)
        let words = [
            "orderId", "symbol", "BTCUSDT", "side", "buy", "size", "1", "price", "", "state", "live", "posSide",
            "long", "tradeSide", "close", "planType", "pos_loss", "tradeId", "list", "data", "arg", "channel", "orders",
        ]
        for _ in 0..<3000 {
            var text = "{"
            for index in 0..<random.below(12) {
                let (key, value) = (words[random.below(words.count)], words[random.below(words.count)])
                let form = ["\"\(value)\"", "null", "[]", "1e3", "{\"data\":[{\"orderId\":\"1\"}]}"][random.below(5)]
                text += (index == 0 ? "" : ",") + "\"\(key)\":\(form)"
            }
            let root = try json("[" + text + "}]").elements[0]
            for language in [classic, unified, spot] as [any BitgetDialect] {
                _ = try? language.order(.venue("1"), btc).answer(root)
                _ = try? language.openOrders(part: 0, after: nil).answer(root)
                _ = try? language.fills(BitgetSpan(start: .epoch, end: nil), after: nil).answer(root)
                _ = try? language.positions().answer(root)
                _ = try? language.balances().answer(root)
                _ = try? language.contracts(nil).answer(root)
                _ = try? language.protections(family: 0, after: nil).answer(root)
                _ = try? language.hint(root)
                _ = try? language.tickers(root)
            }
        }
    }
}
