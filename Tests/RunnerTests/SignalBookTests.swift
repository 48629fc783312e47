import Core
import Runner
import Testing

@Suite struct SignalBookTests {
    @Test func aRowIsHandedOutAtItsOwnTimeAlone() throws {
        let scenario = try LoopScenario(bars: 6)
        let book = SignalBook(scenario.rows)
        for series in scenario.series {
            for row in 0..<series.count {
                let close = series.closeTime(row)
                for offset in [-LoopScenario.hour, -1, 0, 1, LoopScenario.hour / 2] {
                    let time = Timestamp(milliseconds: close.milliseconds + offset)
                    let found = book.row(series.symbol, series[row], at: time)
                    let expected = scenario.rows.first { $0.symbol == series.symbol && $0.time == time }
                    #expect(found == expected)
                    #expect(found == nil || found?.time == time)
                }
            }
            #expect(book.span(series.symbol)?.first == series.closeTime(0))
            #expect(book.span(series.symbol)?.last == series.closeTime(series.count - 1))
        }
    }

    @Test func anUnknownAssetHasNoRowsAndALaterRowReplacesAnEarlierOne() throws {
        let scenario = try LoopScenario(bars: 3)
        let row = try #require(scenario.rows.first)
        let other = SignalRow(
            symbol: row.symbol, time: row.time, target: 0.125, confidence: 1, stop: nil, takeProfit: nil, fold: 1)
        let book = SignalBook(scenario.rows + [other])
        let bar = scenario.series[0][0]
        #expect(book.row(row.symbol, bar, at: row.time) == other)
        let unknown = try #require(Symbol("ZZZ"))
        #expect(book.row(unknown, bar, at: row.time) == nil)
        #expect(book.span(unknown) == nil)
    }
}
